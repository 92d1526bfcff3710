"""Forms of グループ; the rules themselves are in wanted, and services refuses."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from companies.refusals import Refused
from groups.models import NAME_LENGTH

TOP: Final = 0  # the choice 最上位
PARENT_UNKNOWN: Final = "親グループを一覧から選んでください。"


class NameForm(forms.Form):
    name = forms.CharField(
        label="グループ名",
        help_text=f"{NAME_LENGTH}文字まで。「/」は使えません。",
        error_messages={"required": "グループ名を入力してください。"},
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )


class ParentField(forms.IntegerField):
    """A group's primary key, or TOP. The page makes the list of 2,000 choices itself."""

    default_error_messages = dict.fromkeys(
        ("required", "invalid", "min_value", "max_value"), PARENT_UNKNOWN
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(label="親グループ", **options)

    def to_python(self, value: Any) -> int | None:
        number = super().to_python(value)
        if number is not None and not TOP <= number < 2**63:
            raise forms.ValidationError(PARENT_UNKNOWN)
        return number


class GroupForm(NameForm):
    parent = ParentField()


class ParentForm(forms.Form):
    parent = ParentField()


def add_refusal(form: forms.Form, refused: Refused) -> None:
    for problem in refused.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.text)
