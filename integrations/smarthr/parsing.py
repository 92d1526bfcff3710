"""JSON values to records."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from integrations.smarthr.documents import JsonObject
from integrations.smarthr.errors import UnexpectedAnswer
from integrations.smarthr.records import BadRecord, Crew, Department, Flag, Text, Webhook

CREW_TEXTS: Final = (
    "emp_code",
    "emp_status",
    "last_name",
    "first_name",
    "business_last_name",
    "business_first_name",
    "email",
    "birth_at",
)
# W4: what is subscribed to, by the names of a webhook's flags.
CREW_EVENTS: Final = ("crew_created", "crew_updated", "crew_deleted", "crew_imported")
# All that is ever asked for (X10).
CREW_FIELDS: Final = frozenset({"id", "updated_at", "departments", *CREW_TEXTS})

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
# It becomes part of an address.
_WEBHOOK_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def parse_crew(raw: JsonObject, *, asked: Collection[str], read_at: datetime) -> Crew | BadRecord:
    """Attributes that were not asked for are absent, even if the answer has them (X10)."""
    crew_id = parse_id(raw)
    if isinstance(crew_id, BadRecord):
        return crew_id
    texts = {name: _text(raw, name) if name in asked else Flag.ABSENT for name in CREW_TEXTS}
    return Crew(
        id=crew_id,
        read_at=read_at,
        updated_at=_moment(raw.get("updated_at")),
        departments=_departments(raw) if "departments" in asked else Flag.ABSENT,
        **texts,
    )


def parse_department(raw: JsonObject, *, read_at: datetime) -> Department | BadRecord:
    department_id = parse_id(raw)
    if isinstance(department_id, BadRecord):
        return department_id
    return Department(
        id=department_id,
        read_at=read_at,
        updated_at=_moment(raw.get("updated_at")),
        name=_text(raw, "name"),
        parent_id=_reference(raw.get("parent")),
        position=_position(raw.get("position")),
    )


def parse_webhook(raw: JsonObject) -> Webhook:
    webhook_id, url, disabled_at = raw.get("id"), raw.get("url"), raw.get("disabled_at")
    if not isinstance(webhook_id, str) or not _WEBHOOK_ID.fullmatch(webhook_id):
        raise UnexpectedAnswer("a webhook without usable id")
    return Webhook(
        id=webhook_id,
        url=url if isinstance(url, str) else "",
        disabled_at=None if disabled_at is None else str(disabled_at)[:40],
        **{name: raw.get(name) is True for name in (*CREW_EVENTS, "expose_only_id")},
    )


def parse_id(raw: JsonObject) -> UUID | BadRecord:
    value = raw.get("id")
    if not isinstance(value, str):
        raise UnexpectedAnswer("a record without id")
    return _uuid(value) or BadRecord(_UNSTORABLE.sub("\ufffd", value[:100]))


def _uuid(value: object) -> UUID | None:
    # UUID() itself also takes braces, "urn:uuid:" and misplaced hyphens.
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else None


def _text(raw: JsonObject, name: str) -> Text:
    value = raw.get(name, Flag.ABSENT)
    if value is None or isinstance(value, str | Flag):
        return value
    return Flag.MALFORMED


def _reference(value: object) -> UUID | Flag | None:
    if value is None:
        return None
    identifier = _uuid(value.get("id")) if isinstance(value, dict) else None
    return identifier or Flag.MALFORMED


def _departments(raw: JsonObject) -> tuple[UUID | None, ...] | Flag | None:
    slots = raw.get("departments", Flag.ABSENT)
    if slots is None or isinstance(slots, Flag):
        return slots
    if not isinstance(slots, list):
        return Flag.MALFORMED
    references: list[UUID | None] = []
    for slot in slots:
        reference = _reference(slot)
        if isinstance(reference, Flag):
            return reference
        references.append(reference)
    return tuple(references)


def _position(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -(2**31) <= value < 2**31 else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter at the edges of the calendar
        return None
