"""What would become of one row of a file. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from bulk.choices import Verdict
from bulk.reading.table import CellProblem

SHOWN_LENGTH: Final = 80


@dataclass(slots=True)
class PlannedRow:
    """`wanted` is what the writer of its kind takes; it may hold a password."""

    number: int
    label: str = ""
    is_linked: bool = False
    target: int | None = None
    # Whose record, or whose card, it is: locked before anything is written.
    person: int | None = None
    wanted: Any = None
    # Heading, before, after; never a password.
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    errors: list[CellProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # What decides what is written and is no text of `changes`: keys of groups and the like.
    keys: tuple[Any, ...] = ()

    @property
    def verdict(self) -> Verdict:
        if self.errors:
            return Verdict.ERROR
        if self.target is None:
            return Verdict.NEW
        return Verdict.CHANGED if self.changes else Verdict.UNCHANGED


class Counts:
    """How many rows have which verdict."""

    def __init__(self) -> None:
        self.of = dict.fromkeys(Verdict, 0)

    def add(self, rows: Iterable[PlannedRow]) -> None:
        for row in rows:
            self.of[row.verdict] += 1

    def move_to_errors(self, verdict: Verdict) -> None:
        self.of[verdict] -= 1
        self.of[Verdict.ERROR] += 1

    @property
    def new(self) -> int:
        return self.of[Verdict.NEW]

    @property
    def changed(self) -> int:
        return self.of[Verdict.CHANGED]

    @property
    def unchanged(self) -> int:
        return self.of[Verdict.UNCHANGED]

    @property
    def errors(self) -> int:
        return self.of[Verdict.ERROR]


class Fingerprint:
    """Of a whole plan: two that are equal do the same to the same rows (B5)."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, rows: Iterable[PlannedRow]) -> None:
        for row in rows:
            mark = (row.number, str(row.verdict), row.target, row.changes, row.notes, row.keys)
            self._hash.update(repr(mark).encode("utf-8", "surrogatepass"))

    def text(self) -> str:
        return self._hash.hexdigest()


def shortened(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def in_order(problems: Iterable[CellProblem]) -> list[CellProblem]:
    """From left to right; what concerns no known column comes last."""
    return sorted(problems, key=lambda found: (found.column is None, found.column or 0))


def of_verdict(rows: Iterable[PlannedRow], verdict: Verdict) -> list[PlannedRow]:
    return [row for row in rows if row.verdict is verdict]
