"""What a card takes over from the person's record, and what has changed there since (O5). Pure.

cards.queries asks the same in SQL for lists of cards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from cards.models import BusinessCard
from cards.printed import LABELS
from employees.models import Employee

TAKEN_OVER: Final = ("department_name", "last_name", "first_name", "email")


@dataclass(frozen=True, slots=True)
class Change:
    """What the card says, and what the person's record says now."""

    field: str
    before: str
    after: str

    @property
    def label(self) -> str:
        return LABELS[self.field]


def present_values(employee: Employee, domains: Collection[str]) -> dict[str, str]:
    """What a card would take over now; `domains`: those whose addresses the company prints."""
    return {
        "department_name": "" if employee.group.is_default else employee.group.name,
        "last_name": employee.last_name,
        "first_name": employee.first_name,
        "email": employee.email if prints_email(employee, domains) else "",
    }


def prints_email(employee: Employee, domains: Collection[str]) -> bool:
    """O5: SmartHR's address is often the private one, so only one under a listed domain."""
    if not employee.is_linked:
        return True
    domain = employee.email.rpartition("@")[2].lower()
    return domain in {listed.lower() for listed in domains}


def first_values(employee: Employee, domains: Collection[str]) -> dict[str, str]:
    return {"company_name": employee.company.name, **present_values(employee, domains)}


def changes_of(card: BusinessCard, domains: Collection[str]) -> list[Change]:
    """Where the record is another one than at the take-over and the card does not say so yet."""
    remembered = card.taken_over or {}
    return [
        Change(field, getattr(card, field), value)
        for field, value in present_values(card.employee, domains).items()
        if field in remembered and remembered[field] != value and getattr(card, field) != value
    ]


def fingerprint(changes: Iterable[Change]) -> str:
    """What somebody was shown; another one as soon as anything of it is another."""
    shown = [(change.field, change.before, change.after) for change in changes]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
