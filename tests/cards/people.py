"""People and cards for the tests of 名刺."""

from __future__ import annotations

from typing import Any

from cards.models import PRINTED_FIELDS, BusinessCard
from cards.person import first_values
from cards.services.cards import create_card
from companies.audit import command
from companies.models import AuditEntry, Company
from employees.models import Employee

ACTOR = command("test")


def printed(**values: str) -> dict[str, str]:
    """A card on which only the 姓 is sure to be something."""
    return {**dict.fromkeys(PRINTED_FIELDS, ""), "last_name": "佐藤", **values}


def card_of(employee: Employee, **values: str) -> BusinessCard:
    """One that took the person's record over, and says `values` besides."""
    taken = first_values(employee, employee.company.card_email_domains)
    return create_card(employee=employee, printed=printed(**{**taken, **values}), actor=ACTOR)


def audit_of(company: Company) -> list[tuple[str, str, dict[str, Any]]]:
    rows = AuditEntry.objects.for_company(company).order_by("pk")
    return [(row.action, row.object_label, row.changes) for row in rows]
