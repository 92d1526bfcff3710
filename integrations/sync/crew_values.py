"""What one crew asks for: names, e-mail, department and 社員ID by the rules for values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from employees.emails import is_valid_email
from employees.identifiers import is_valid_employee_id
from employees.wanted import NAME_LENGTH
from integrations.choices import NameSource
from integrations.reasons import Reason
from integrations.smarthr.records import Crew, Flag, Text
from integrations.sync import values as rule
from integrations.sync.types import Note, Person, SyncSettings

SOURCE_LENGTH = 255
NAMES = ("last_name", "first_name")
BUSINESS_NAMES = ("business_last_name", "business_first_name")


def wanted_department(crew: Crew, slot: int | None) -> UUID | None:
    """The department in the chosen slot; None where it is empty or unreadable (D1, D3)."""
    if slot is None or crew.departments is None or isinstance(crew.departments, Flag):
        return None
    return crew.departments[slot - 1] if len(crew.departments) >= slot else None


def wanted_employee_id(crew: Crew) -> str | None:
    """The 社員番号 as a 社員ID, stripped; None when it breaks C5 or is missing."""
    code = rule.text_or_empty(crew.emp_code).strip()
    return code if is_valid_employee_id(code) else None


def label_of(crew: Crew) -> str:
    """How a report names a crew that has no employee here."""
    name = " ".join(
        rule.storable(rule.text_or_empty(part), 100) for part in (crew.last_name, crew.first_name)
    ).strip()
    code = rule.storable(rule.text_or_empty(crew.emp_code).strip(), 60)
    return f"{name or '氏名なし'}（{code or '社員番号なし'}）"


def source_of(crew: Crew, slot: int | None, before: Mapping[str, str]) -> dict[str, str]:
    """What SmartHR said, without the birth date; an unreadable attribute keeps its last value."""
    said = dict(before)
    for name in ("emp_code", "emp_status", "email", *NAMES, *BUSINESS_NAMES):
        value: Text = getattr(crew, name)
        # Every crew has a status, so without one it could not be read (E11).
        if value is Flag.ABSENT or (name == "emp_status" and rule.is_blank(value)):
            continue
        text = rule.storable(rule.text_or_empty(value).strip(), SOURCE_LENGTH)
        said[name] = text
    if slot is not None and crew.departments is not Flag.ABSENT:
        department = wanted_department(crew, slot)
        said["department"] = str(department) if department else ""
    return {name: text for name, text in said.items() if text}


def unusable_attribute(crew: Crew, settings: SyncSettings) -> str | None:
    """The first attribute that cannot be used as it is; such a record is skipped whole."""
    names = NAMES if settings.names == NameSource.LEGAL else (*NAMES, *BUSINESS_NAMES)
    for name in names:
        value: Text = getattr(crew, name)
        if value is Flag.MALFORMED:
            return name
        if isinstance(value, str) and not rule.is_storable(value, NAME_LENGTH):
            return name
    if crew.emp_status is Flag.MALFORMED:  # whether the person left is unknown (E13)
        return "emp_status"
    if settings.slot is not None and crew.departments is Flag.MALFORMED:
        return "departments"
    return None


def shown_names(crew: Crew, person: Person | None, settings: SyncSettings) -> dict[str, str]:
    """E14: the names to show; an unreadable part keeps what is stored (E11)."""
    shown: dict[str, str] = {}
    for name, business_name in zip(NAMES, BUSINESS_NAMES, strict=True):
        legal: Text = getattr(crew, name)
        business: Text = getattr(crew, business_name)
        if settings.names == NameSource.BUSINESS:
            if business is Flag.ABSENT and person is not None:
                continue
            if isinstance(business, str) and business.strip():
                shown[name] = business
                continue
        if isinstance(legal, str) and legal.strip():
            shown[name] = legal
    return shown


def wanted_email(crew: Crew) -> tuple[str | None, list[Note]]:
    """E11: the e-mail to store; None keeps the present one."""
    if crew.email is Flag.ABSENT:
        return None, []
    if rule.is_blank(crew.email):
        return "", []
    if isinstance(crew.email, str) and is_valid_email(crew.email):
        return crew.email, []
    return "", [Note(Reason.EMAIL_INVALID)]
