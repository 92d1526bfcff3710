"""What a record's changes say to a person: column by column, before and after."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from integrations.choices import Outcome
from integrations.reason_texts import COLUMN_LABELS

# What the label of a record shows.
NAMED = frozenset({"employee_id", "last_name", "first_name", "name"})


class Recorded(Protocol):
    """A record of a report, or of another log."""

    @property
    def outcome(self) -> str: ...

    @property
    def changes(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str

    @property
    def is_code(self) -> bool:
        """Read letter by letter."""
        return self.label == COLUMN_LABELS["employee_id"]


def changes_of(record: Recorded) -> list[Change]:
    """What to show of a change; of a new record not what its name says, of a deleted nothing."""
    if record.outcome == Outcome.DELETED:
        return []
    named = NAMED if record.outcome == Outcome.CREATED else frozenset()
    return list(_changes(record.changes, leaving_out=named))


def _changes(changes: Mapping[str, Any], *, leaving_out: Collection[str]) -> Iterator[Change]:
    for column, label in COLUMN_LABELS.items():
        if column in changes and column not in leaving_out:
            before, after = changes[column]
            yield Change(label, _shown(column, before), _shown(column, after))


def _shown(column: str, value: Any) -> str:
    """A stored value as a person reads it; nothing is shown as "なし"."""
    if column == "is_active":
        return "できる" if value else "停止"
    if value is None or value == "":
        return "最上位" if column == "parent" else "なし"
    return str(value)
