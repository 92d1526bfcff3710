"""Forms of 名刺 and of 会社の設定; the rules themselves are in cards.printed and the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms

from cards.models import PRINTED_FIELDS, BusinessCard
from cards.printed import LABELS, longest, problems_of, too_many_characters
from companies.refusals import Problem

# The order in which people read a card; the names of a person belong together.
ATTRIBUTES: Final[dict[str, dict[str, str]]] = {
    "company_name": {"autocomplete": "off"},
    "department_name": {"autocomplete": "off"},
    "title": {"autocomplete": "off"},
    "last_name": {"autocomplete": "off"},
    "first_name": {"autocomplete": "off"},
    "name_romaji": {"autocomplete": "off", "spellcheck": "false"},
    "postal_code": {"autocomplete": "off", "inputmode": "text", "placeholder": "123-4567"},
    "address": {"autocomplete": "off"},
    "phone": {"autocomplete": "off", "inputmode": "tel"},
    "mobile": {"autocomplete": "off", "inputmode": "tel"},
    "email": {"autocomplete": "off", "inputmode": "email", "autocapitalize": "none"},
    "url": {"autocomplete": "off", "inputmode": "url", "autocapitalize": "none"},
}


class CardForm(forms.Form):
    """Twelve lines of text; `version` is the card's that the form was filled from."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PRINTED_FIELDS:
            self.fields[name] = forms.CharField(
                label=LABELS[name],
                required=False,
                max_length=longest(name),
                error_messages={"max_length": too_many_characters(name)},
                widget=forms.TextInput({"class": "form-control", **ATTRIBUTES[name]}),
            )

    @classmethod
    def of_card(cls, card: BusinessCard) -> CardForm:
        return cls(initial={**card.printed, "version": card.version})

    @property
    def printed(self) -> dict[str, str]:
        """What is in the fields, typed or taken over, right or wrong."""
        return {name: str(self[name].value() or "").strip() for name in PRINTED_FIELDS}

    @property
    def printed_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in PRINTED_FIELDS]

    def clean(self) -> dict[str, Any]:
        values = {name: self.cleaned_data.get(name, "") for name in PRINTED_FIELDS}
        # A field that was refused before (too long, a NUL) has its error.
        self.add_problems(p for p in problems_of(values) if p.field not in self.errors)
        return self.cleaned_data

    def add_problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            field = problem.field if problem.field in self.fields else None
            self.add_error(field, problem.text)


class EmailDomainsForm(forms.Form):
    domains = forms.CharField(
        label="名刺に入れてよいメールアドレスのドメイン",
        required=False,
        max_length=20_000,
        help_text="1行に1件、@より後ろの部分を入力してください（例：example.co.jp）。"
        "下位のドメイン（例：sales.example.co.jp）は、別に入力してください。",
        error_messages={"max_length": "入力が長すぎます。ドメインは50件までです。"},
        widget=forms.Textarea(
            {
                "class": "form-control mk-mono",
                "rows": 6,
                "autocapitalize": "none",
                "autocomplete": "off",
                "spellcheck": "false",
            }
        ),
    )


def printed_of(query: Mapping[str, str]) -> dict[str, str]:
    """The fields as typed, for a preview."""
    return {name: query.get(name, "").strip()[: longest(name) + 1] for name in PRINTED_FIELDS}
