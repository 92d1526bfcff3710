"""The form of 連携の解除 of a whole company (X12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from companies.models import Company


class UnlinkForm(forms.Form):
    """A person cannot check 「よろしいですか？」: the 企業ID is typed, and the box ticked."""

    confirmed = forms.BooleanField(
        label="確認",
        error_messages={"required": "元に戻せないことを確認し、チェックを入れてください。"},
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )
    code = forms.CharField(
        label="企業ID",
        help_text="ログインに使う企業IDです。",
        error_messages={"required": "企業IDを入力してください。"},
        widget=forms.TextInput(
            {"class": "form-control mk-mono", "autocomplete": "off", "autocapitalize": "none"}
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, company: Company) -> None:
        super().__init__(data, auto_id="unlink_%s")
        self.company = company
        for name, field in self.fields.items():
            described = [f"unlink_{name}_helptext"] if field.help_text else []
            if self.is_bound and name in self.errors:
                described = [*described, f"unlink_{name}_error"]
                field.widget.attrs["aria-invalid"] = "true"
            if described:
                field.widget.attrs["aria-describedby"] = " ".join(described)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if code != self.company.code:
            raise forms.ValidationError(
                "企業IDが違います。ログインに使う企業IDを入力してください。"
            )
        return code
