"""Forms of 自動反映の一時停止 and 通知先 (S6, X3); the rules are in the services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from integrations.models import SmartHRIntegration
from integrations.services.holds import last_day


class HoldForm(forms.Form):
    until = forms.DateField(
        label="一時停止の最終日",
        error_messages={
            "required": "一時停止の最終日を指定してください。",
            "invalid": "日付を「2026-04-01」の形で指定してください。",
        },
        widget=forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, integration: SmartHRIntegration
    ) -> None:
        super().__init__(data, auto_id="hold_%s")
        latest = last_day(integration)
        field = self.fields["until"]
        field.widget.attrs |= {
            "min": timezone.localdate().isoformat(),
            "max": latest.isoformat(),
        }
        field.help_text = f"{latest:%Y/%m/%d}まで指定できます。"
        self.initial.setdefault("until", integration.held_until)


class AddressForm(forms.Form):
    email = forms.CharField(
        label="追加するメールアドレス",
        error_messages={"required": "メールアドレスを入力してください。"},
        widget=forms.EmailInput({"class": "form-control", "autocomplete": "email"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="addresses_%s")
