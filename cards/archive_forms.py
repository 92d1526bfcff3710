"""Restoring an archive as a new employee (X4)."""

from __future__ import annotations

from typing import Any

from django import forms

from cards.archive_queries import group_choices, is_free
from cards.models import CardArchive
from companies.refusals import Refused
from employees.choices import Role
from employees.wanted import NAME_LENGTH, Wanted

TAKEN = "以前の社員ID「{}」はほかの社員が使っています。別の社員IDを入力してください。"
RULE = "半角英数字と @ . _ - を使い、3〜24文字で入力してください。先頭と末尾は英数字にします。"


class NewPersonForm(forms.Form):
    employee_id = forms.CharField(
        label="社員ID",
        max_length=24,
        error_messages={"required": "社員IDを入力してください。"},
        widget=forms.TextInput(
            {"class": "form-control mk-mono", "autocomplete": "off", "autocapitalize": "none"}
        ),
    )
    last_name = forms.CharField(
        label="姓",
        max_length=NAME_LENGTH,
        error_messages={"required": "姓を入力してください。"},
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )
    first_name = forms.CharField(
        label="名",
        max_length=NAME_LENGTH,
        required=False,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )
    group = forms.TypedChoiceField(
        label="グループ", coerce=int, widget=forms.Select({"class": "form-select"})
    )

    def __init__(self, data: Any, *, archive: CardArchive) -> None:
        free = is_free(archive.company, archive.employee_id)
        initial = {
            "employee_id": archive.employee_id if free else "",
            "last_name": archive.last_name,
            "first_name": archive.first_name,
        }
        super().__init__(data, initial=initial, auto_id="new-%s")
        self.fields["employee_id"].help_text = RULE if free else TAKEN.format(archive.employee_id)
        group: Any = self.fields["group"]
        group.choices = group_choices(archive.company)

    def wanted(self) -> Wanted:
        values = self.cleaned_data
        return Wanted(
            employee_id=values["employee_id"],
            last_name=values["last_name"],
            first_name=values["first_name"],
            group_id=values["group"],
            role=Role.APPLICANT,
        )

    def add(self, refusal: Refused) -> None:
        for problem in refusal.problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.text)
