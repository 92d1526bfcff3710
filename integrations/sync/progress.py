"""Where a run stands. Saved with every step, so that a killed run goes on from its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from integrations.choices import Outcome, Phase

COUNTED = (
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
    Outcome.LEFT_OUT,
    Outcome.DELETED,
)
# Departments and crews are read once more where the count does not match (E12).
MAX_TRIES = 2


@dataclass(slots=True)
class Listing:
    """How far a list was read, and whether it can be trusted to be whole."""

    reading: int = 1
    # Readings since the list was asked for: a count that does not match is read once more.
    tries: int = 1
    # The next page to read, and whether the last one was read.
    page: int = 1
    exhausted: bool = False
    # Whether the last reading ended, and what came of it.
    ended: bool = False
    # Every reading saw other ids than `x-total-count` says.
    short: bool = False
    # SmartHR gave no count.
    uncounted: bool = False

    def read_again(self, *, tries: int) -> None:
        """Starts the next reading from its first page."""
        self.reading += 1
        self.tries = tries
        self.page = 1
        self.exhausted = self.ended = self.short = self.uncounted = False


@dataclass(slots=True)
class Progress:
    phase: Phase = Phase.ACCOUNT
    done: int = 0
    total: int | None = None
    departments: Listing = field(default_factory=Listing)
    crews: Listing = field(default_factory=Listing)
    # D6: the one department sync that an unknown department triggers was done.
    departments_refreshed: bool = False
    # The last reading of departments that is counted and written.
    departments_written: int = 0
    # Crew attributes that had a value somewhere, and those whose key was missing (E11).
    present: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    # The start of the first reading of crews, ISO 8601.
    crews_read_from: str = ""
    # The latest `updated_at` among the crews of the list, ISO 8601.
    newest: str = ""
    # X2: from when on changes are read, ISO 8601; "all": everybody; "": not decided yet.
    since: str = ""
    # Whether a page was read to tell emptied values from unreadable ones.
    looked_for_values: bool = False
    # Held crews that were decided so far.
    settled: int = 0
    # People were deleted. What is left needs no request and no longer heeds a cancellation:
    # a cancelled or failed run never deletes (E12).
    has_deleted: bool = False
    # What a brake kept, by "people", "groups" and "logins": {"count", "limit"}.
    brakes: dict[str, dict[str, int]] = field(default_factory=dict)
    # How many records each phase that ended went through.
    finished: dict[str, int] = field(default_factory=dict)
    # What a survey of the account counted (integrations.sync.survey_steps).
    survey: dict[str, int] = field(default_factory=dict)

    @property
    def is_incomplete(self) -> bool:
        """Whether a list was not read whole: the run fails, and deletes nothing (E12, G4)."""
        return self.departments.short or self.crews.short

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Progress:
        if not data:
            return cls()
        listings = {name: Listing(**data[name]) for name in ("departments", "crews")}
        return cls(**{**data, "phase": Phase(data["phase"]), **listings})


def no_counts() -> dict[str, int]:
    return {outcome.value: 0 for outcome in COUNTED}


def merged(before: Outcome, now: Outcome) -> Outcome:
    """What a record counts as that this run met before: once written, always written."""
    if now == Outcome.UNCHANGED:
        return before
    if before == Outcome.CREATED or (before == Outcome.UPDATED and now != Outcome.CREATED):
        return before
    return now
