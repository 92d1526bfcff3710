"""Crews and departments as rows of a run, for what is decided after the last page.

A held crew belongs to a person who exists, so the birth date is not needed and not kept (E7).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.smarthr.records import BadRecord, Crew, Department, Flag, Page, Text
from integrations.sync.birth_dates import SealedBirthDate, seal
from integrations.sync.types import SyncSettings

CREW_TEXTS = (
    "emp_code",
    "emp_status",
    "last_name",
    "first_name",
    "business_last_name",
    "business_first_name",
    "email",
)


def crew_to_json(crew: Crew) -> dict[str, Any]:
    departments = crew.departments
    if isinstance(departments, tuple):
        listed: Any = [str(item) if item else None for item in departments]
    else:
        listed = _text_to_json(departments)
    return {
        "id": str(crew.id),
        "read_at": crew.read_at.isoformat(),
        "updated_at": crew.updated_at.isoformat() if crew.updated_at else None,
        "departments": listed,
        **{name: _text_to_json(getattr(crew, name)) for name in CREW_TEXTS},
    }


def crew_from_json(data: dict[str, Any]) -> Crew:
    departments = data["departments"]
    return Crew(
        id=UUID(data["id"]),
        read_at=datetime.fromisoformat(data["read_at"]),
        updated_at=_time(data["updated_at"]),
        birth_at=Flag.ABSENT,
        departments=tuple(UUID(item) if item else None for item in departments)
        if isinstance(departments, list)
        else _flag(departments),
        **{name: _text_from_json(data[name]) for name in CREW_TEXTS},
    )


def page_to_json(page: Page[Crew], settings: SyncSettings) -> dict[str, Any]:
    """A page of crews, with the hash of the initial password for each birth date."""
    return {
        "number": page.number,
        "total": page.total,
        "has_next": page.has_next,
        "read_at": page.read_at.isoformat(),
        "items": [
            {"raw_id": record.raw_id}
            if isinstance(record, BadRecord)
            else {**crew_to_json(record), "sealed": seal(record.birth_at, settings)}
            for record in page.items
        ],
    }


def page_from_json(data: dict[str, Any]) -> Page[Crew]:
    return Page(
        number=data["number"],
        total=data["total"],
        has_next=data["has_next"],
        read_at=datetime.fromisoformat(data["read_at"]),
        items=tuple(
            BadRecord(item["raw_id"])
            if "raw_id" in item
            else replace(crew_from_json(item), birth_at=_unsealed(item["sealed"]))
            for item in data["items"]
        ),
    )


def _unsealed(value: str | None) -> SealedBirthDate | None:
    return SealedBirthDate(value) if value else None


def department_to_json(record: Department | BadRecord) -> dict[str, Any]:
    if isinstance(record, BadRecord):
        return {"raw_id": record.raw_id}
    parent = record.parent_id
    return {
        "id": str(record.id),
        "read_at": record.read_at.isoformat(),
        "updated_at": record.updated_at.isoformat() if record.updated_at else None,
        "name": _text_to_json(record.name),
        "parent": str(parent) if isinstance(parent, UUID) else _text_to_json(parent),
        "position": record.position,
    }


def department_from_json(data: dict[str, Any]) -> Department | BadRecord:
    if "raw_id" in data:
        return BadRecord(data["raw_id"])
    parent = data["parent"]
    return Department(
        id=UUID(data["id"]),
        read_at=datetime.fromisoformat(data["read_at"]),
        updated_at=_time(data["updated_at"]),
        name=_text_from_json(data["name"]),
        parent_id=UUID(parent) if isinstance(parent, str) else _flag(parent),
        position=data["position"],
    )


def _text_to_json(value: Text) -> Any:
    """Text as hex, because PostgreSQL's jsonb takes neither NUL nor lone surrogates."""
    if isinstance(value, Flag):
        return {"flag": value.value}
    if value is None or ("\x00" not in value and value.isprintable()):
        return value
    return {"hex": value.encode("utf-8", "surrogatepass").hex()}


def _text_from_json(value: Any) -> Text:
    if isinstance(value, dict):
        if "hex" in value:
            return bytes.fromhex(value["hex"]).decode("utf-8", "surrogatepass")
        return Flag(value["flag"])
    return None if value is None else str(value)


def _flag(value: Any) -> Flag | None:
    return Flag(value["flag"]) if isinstance(value, dict) else None


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
