"""The columns of the workbooks, one layout for each kind of record (B1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bulk.workbook import Heading
from cards.models import PRINTED_FIELDS, BusinessCard

EMPLOYEE_ID: Final = "社員ID"
WIDTHS: Final = {
    "company_name": 28,
    "department_name": 28,
    "title": 20,
    "last_name": 14,
    "first_name": 14,
    "name_romaji": 22,
    "postal_code": 12,
    "address": 48,
    "phone": 18,
    "mobile": 18,
    "email": 32,
    "url": 32,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet; `fields` are the columns of the model, in order."""

    sheet: str
    headings: tuple[Heading, ...]
    fields: tuple[str, ...]


def _label(name: str) -> str:
    field: Any = BusinessCard._meta.get_field(name)
    return str(field.verbose_name)


CARDS: Final = Layout(
    sheet="名刺",
    headings=(
        Heading(EMPLOYEE_ID, 16),
        *(Heading(_label(name), WIDTHS[name]) for name in PRINTED_FIELDS),
    ),
    fields=("employee__employee_id", *PRINTED_FIELDS),
)
