"""E11: a value that the token cannot read is not a value that was emptied."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from integrations.choices import NameSource
from integrations.smarthr.records import BadRecord, Crew, Flag
from integrations.sync.crew_values import BUSINESS_NAMES, NAMES
from integrations.sync.ledger import Ledger
from integrations.sync.progress import Progress
from integrations.sync.types import SyncSettings
from integrations.sync.values import is_blank

# Null for everybody while this many linked employees have a value: unreadable.
ENOUGH_TO_DOUBT = 3
EMPTIABLE = ("emp_code", "email", *NAMES)


def watched(settings: SyncSettings) -> tuple[str, ...]:
    """The attributes of a crew whose reading permission is looked after."""
    names = [*EMPTIABLE, "birth_at", "emp_status"]
    if settings.names == NameSource.BUSINESS:
        names += BUSINESS_NAMES
    if settings.slot is not None:
        names.append("departments")
    return tuple(names)


def note_attributes(
    progress: Progress, records: Sequence[Crew | BadRecord], settings: SyncSettings
) -> None:
    """Remembers which attributes had a value, and which key was missing, on a page."""
    present, absent = set(progress.present), set(progress.absent)
    for record in records:
        if isinstance(record, BadRecord):
            continue
        for name in watched(settings):
            value = getattr(record, name)
            if value is Flag.ABSENT:
                absent.add(name)
            elif not _is_empty(value):
                present.add(name)
    progress.present, progress.absent = sorted(present), sorted(absent)


def hidden_from_token(ledger: Ledger) -> list[str]:
    """The attributes that the token cannot read, by the pages read so far."""
    progress = ledger.progress
    is_whole = progress.crews.ended and not progress.crews.short
    return hidden_attributes(
        progress, ledger.settings, ledger.linked_having if is_whole else _nobody_has
    )


def hidden_attributes(
    progress: Progress, settings: SyncSettings, having: Callable[[str], int]
) -> list[str]:
    """Those whose key was missing, and those blank throughout that enough people should have.

    `having` says how many of the people who were read are known to have a value.
    """
    blank = (
        name
        for name in watched(settings)
        if name not in progress.present and name not in progress.absent
    )
    doubtful = (name for name in blank if having(name) >= ENOUGH_TO_DOUBT)
    return sorted({*progress.absent, *doubtful})


def without(crew: Crew, names: Collection[str] | None) -> Crew:
    """The crew with unreadable attributes as unreadable; None: every one that is blank."""
    blank = [
        name
        for name in (*EMPTIABLE, *BUSINESS_NAMES, "departments")
        if (names is None or name in names) and _is_empty(getattr(crew, name))
    ]
    hidden: dict[str, Any] = dict.fromkeys(blank, Flag.ABSENT)
    return replace(crew, **hidden) if hidden else crew


def _nobody_has(name: str) -> int:
    return 0


def _is_empty(value: object) -> bool:
    if isinstance(value, tuple):
        return not any(value)
    return value is None or (isinstance(value, str) and is_blank(value))
