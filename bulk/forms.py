"""The form of an import: what it is, and the file, looked at from outside."""

from __future__ import annotations

from typing import Any

from django import forms

from bulk.choices import Subject
from bulk.reading import problems
from bulk.reading.package import LARGEST_FILE, Package
from bulk.reading.problems import Unreadable

NO_FILE = "ファイルを選択してください。"


class ImportForm(forms.Form):
    subject = forms.ChoiceField(
        label="対象",
        choices=Subject.choices,
        initial=Subject.EMPLOYEES,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    file = forms.FileField(
        label="ファイル",
        help_text="Excelファイル（.xlsx）、10MBまで",
        error_messages={
            "required": NO_FILE,
            "missing": NO_FILE,
            "invalid": NO_FILE,
            "empty": problems.EMPTY,
        },
        widget=forms.FileInput(
            attrs={"class": "form-control", "accept": ".xlsx", "data-import-file": ""}
        ),
    )
    creates_groups = forms.BooleanField(
        label="ファイルにあるグループが登録されていないときは、新しいグループを追加する",
        required=False,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(problems.TOO_LARGE)
        try:
            Package(file)
        except Unreadable as problem:
            raise forms.ValidationError(str(problem)) from problem
        return file
