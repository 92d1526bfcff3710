"""Forms of the operator's screens. What a rule forbids is said by the services."""

from __future__ import annotations

from typing import Any

from django import forms

from companies.models import is_valid_code
from companies.refusals import Refused
from companies.texts import is_one_line
from employees.emails import is_valid_email
from employees.identifiers import is_valid_employee_id
from operators.reasons import LONGEST, SHORTEST


class OperatorForm(forms.Form):
    def take(self, refusal: Refused) -> None:
        """Shows what a service refused at the field that it is about."""
        for problem in refusal.problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.text)


def _text(label: str, *, mono: bool = False, **options: Any) -> forms.CharField:
    attributes = {"class": "form-control mk-mono" if mono else "form-control"}
    attributes |= {"autocomplete": "off"}
    if mono:
        attributes |= {"autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(
        label=label,
        error_messages={"required": f"{label}を入力してください。"},
        widget=forms.TextInput(attributes),
        **options,
    )


def _day(label: str, *, required: bool = True, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        error_messages={
            "required": f"{label}を入力してください。",
            "invalid": f"{label}は「2026-04-01」のように、実在する日付で入力してください。",
        },
        widget=forms.DateInput({"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
        **options,
    )


def _reason() -> forms.CharField:
    """Its length is the service's to refuse: at the field, in the same words."""
    return forms.CharField(
        label="理由",
        required=False,
        strip=False,
        help_text=f"{SHORTEST}文字以上{LONGEST}文字以内。この会社の監査ログに残り、お客様も読めます。",
        widget=forms.Textarea({"class": "form-control", "rows": 3}),
    )


class ReasonForm(OperatorForm):
    reason = _reason()


class StartForm(OperatorForm):
    start = _day("利用開始日", help_text="この日から1年間が無料モニター期間です。")
    reason = _reason()


class ContractEndForm(OperatorForm):
    ended_on = _day("契約終了日", help_text="契約の最後の日です。翌日から同期を止めます。")
    reason = _reason()


class AppointForm(OperatorForm):
    employee_id = _text("後任の社員ID", mono=True, max_length=24)
    reason = _reason()


class EraseForm(OperatorForm):
    confirmation = _text("企業ID", mono=True, max_length=20)


class CompanyForm(OperatorForm):
    code = _text(
        "企業ID",
        mono=True,
        max_length=20,
        help_text="3〜20文字の半角英数字とハイフン。あとから変更できません。",
    )
    name = _text("会社名", max_length=255)
    admin_id = _text("管理者の社員ID", mono=True, max_length=24)
    admin_email = _text("管理者のメールアドレス", max_length=254)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not is_valid_code(code):
            raise forms.ValidationError(
                "企業IDは3〜20文字の半角英数字とハイフンで入力してください。"
            )
        return code

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_one_line(name):
            raise forms.ValidationError("会社名に改行などの使えない文字が含まれています。")
        return name

    def clean_admin_id(self) -> str:
        employee_id: str = self.cleaned_data["admin_id"]
        if not is_valid_employee_id(employee_id):
            raise forms.ValidationError(
                "社員IDは3〜24文字の半角英数字と @ . _ - で、先頭と末尾を英数字にしてください。"
            )
        return employee_id

    def clean_admin_email(self) -> str:
        email: str = self.cleaned_data["admin_email"]
        if not is_valid_email(email):
            raise forms.ValidationError(
                "メールアドレスの形式が正しくありません。"
                "「name@example.co.jp」の形で入力してください。"
            )
        return email
