"""What a delivery's body says: an event and crew ids, nothing else of it (W5a). Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from uuid import UUID

from webhooks.choices import CrewEvent

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EVENT: Final = re.compile(r"[a-z0-9_.-]{1,40}", re.IGNORECASE)


class Unreadable(Exception):
    """Not what SmartHR sends. Carries nothing of the body."""


@dataclass(frozen=True, slots=True)
class Hint:
    # An unknown one that is no plain name is left out: who knows what stands there.
    event: str
    crew_ids: tuple[UUID, ...] = ()
    says_deleted: bool = False
    is_of_interest: bool = True


def read_hint(body: bytes) -> Hint:
    """Raises Unreadable."""
    data = _parsed(body)
    event = _member(data, "event", str)
    if event not in CrewEvent.values:
        return Hint(event if _EVENT.fullmatch(event) else "", is_of_interest=False)
    if event == CrewEvent.IMPORTED:
        return Hint(event, _imported(_member(data, "crew_import_result", dict)))
    crew = _member(data, "crew", dict)
    return Hint(event, (_crew_id(crew),), says_deleted=event == CrewEvent.DELETED)


def _imported(result: dict[str, Any]) -> tuple[UUID, ...]:
    lists = [result[key] for key in ("created_crews", "updated_crews") if result.get(key)]
    if not lists and not {"created_crews", "updated_crews"} & result.keys():
        raise Unreadable
    found: dict[UUID, None] = {}
    for crews in lists:
        if not isinstance(crews, list):
            raise Unreadable
        found.update(dict.fromkeys(_crew_id(crew) for crew in crews))
    return tuple(found)


def _crew_id(crew: object) -> UUID:
    text = _member(crew, "id", str)
    if not _ID.fullmatch(text):
        raise Unreadable
    return UUID(text)


def _member(data: object, key: str, kind: type[Any]) -> Any:
    value = data.get(key) if isinstance(data, dict) else None
    if not isinstance(value, kind):
        raise Unreadable
    return value


def _parsed(body: bytes) -> object:
    try:
        return json.loads(
            body.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        raise Unreadable from None  # their texts quote the body


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A key that comes twice means one thing to one reader and another to the next."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable
        found[key] = value
    return found


def _refuse(constant: str) -> NoReturn:
    raise Unreadable  # NaN and Infinity are no JSON
