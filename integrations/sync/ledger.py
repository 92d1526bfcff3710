"""What a sync reads from and writes to: rows of the database, or memory for a dry run (X1).

The engine and the plan know only this, so a dry run and a real run cannot differ.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.choices import Outcome, Phase, RunKind, Subject
from integrations.smarthr.records import Crew, Page
from integrations.sync.progress import Progress, merged, no_counts
from integrations.sync.types import (
    Changes,
    GroupPlan,
    GroupRow,
    Holder,
    Note,
    Person,
    PersonPlan,
    SyncSettings,
)

# Attributes that every linked employee had when it was imported (E8).
ALWAYS_THERE = frozenset({"birth_at", "emp_status", "last_name", "first_name"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the report."""

    subject: Subject
    smarthr_id: str
    label: str
    outcome: Outcome
    changes: Changes = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    object_pk: int | None = None


@dataclass(frozen=True, slots=True)
class StoredPage:
    """What is kept of a page that was read."""

    phase: Phase
    reading: int
    number: int
    ids: Sequence[str]
    total: int | None
    held: Sequence[dict[str, Any]] = ()
    wishes: Mapping[str, str] = field(default_factory=dict)


class Ledger(ABC):
    """State of one run: where it stands, what it counted, and the records it works on."""

    # Whether nobody looks on: a mass change of 社員ID is held back then (S5).
    unattended = False
    # Whether a sync of people compares the groups also where no slot asks for it.
    with_groups = False

    def __init__(self, kind: RunKind, settings: SyncSettings) -> None:
        self.kind = kind
        self.settings = settings
        self.progress = Progress()
        self.counts = {"departments": no_counts(), "employees": no_counts()}

    @abstractmethod
    def step(self, work: Callable[[], None]) -> None:
        """Does `work` whole or not at all, together with progress and counts.

        Raises what `work` raises, RunCancelled or LeaseLost.
        """

    @abstractmethod
    def lock_company(self) -> None:
        """First in a step that deletes people or changes the tree: no two wait for each other."""

    # --- pages ------------------------------------------------------------------------------
    @abstractmethod
    def save_page(self, page: StoredPage) -> None: ...

    @abstractmethod
    def pages(self, phase: Phase, reading: int | None = None) -> Sequence[StoredPage]:
        """The pages of a phase in order of reading and number, of one reading or of all."""

    @abstractmethod
    def hold_page(self, page: Page[Crew]) -> None:
        """Keeps the page in hand until the step that applies it, for whoever takes over."""

    @abstractmethod
    def page_in_hand(self) -> Page[Crew] | None: ...

    # --- groups -----------------------------------------------------------------------------
    @abstractmethod
    def groups(self) -> Sequence[GroupRow]: ...

    @abstractmethod
    def write_groups(self, plans: Sequence[GroupPlan]) -> None:
        """Creates and updates linked groups; parents come before children."""

    @abstractmethod
    def delete_groups(self, groups: Sequence[GroupRow]) -> None: ...

    # --- people -----------------------------------------------------------------------------
    @abstractmethod
    def people(self, crews: Collection[UUID]) -> dict[UUID, Person]:
        """Linked employees by crew id, locked until the step ends."""

    @abstractmethod
    def linked_crews(self) -> dict[UUID, datetime | None]:
        """Crew id -> when it was last read, of every linked employee."""

    @abstractmethod
    def linked_having(self, attribute: str) -> int:
        """How many linked employees have a value of a crew attribute (E11)."""

    @abstractmethod
    def tombstones(self, crews: Collection[UUID]) -> dict[UUID, datetime]: ...

    @abstractmethod
    def holders(self, employee_ids: Collection[str]) -> dict[str, Holder]: ...

    @abstractmethod
    def able_administrators(self) -> set[int]: ...

    @abstractmethod
    def random_id(self) -> str:
        """A 社員ID that nobody of the company has (E3)."""

    @abstractmethod
    def write_people(self, plans: Sequence[PersonPlan]) -> dict[str, int]:
        """Writes what the plans change; returns crew id -> primary key of the new people."""

    @abstractmethod
    def move_ids(self, moves: Mapping[UUID, str], *, provisional: Collection[UUID]) -> None:
        """Gives new 社員ID to linked employees, also in swaps and rings.

        `provisional`: crews of this run, whose 社員ID until now nobody was told (S5).
        """

    @abstractmethod
    def login_allowance(self) -> int:
        """How many 社員ID an unattended run may change (S5)."""

    @abstractmethod
    def held_logins(self) -> dict[UUID, str]:
        """Crew id -> the 社員ID that waits for a person (S5)."""

    @abstractmethod
    def hold_logins(self, held: Mapping[UUID, str]) -> None:
        """These wait for a person, too; those that SmartHR asks for no more do not."""

    @abstractmethod
    def note_login_changes(self, crews: Collection[UUID]) -> None:
        """Counts what an unattended run has changed."""

    @abstractmethod
    def delete_person(self, person: Person) -> bool:
        """Deletes the employee and the cards; False if it is the last 管理者 (C6)."""

    @abstractmethod
    def delete_people(self, people: Sequence[Person]) -> None:
        """All of them; the caller leaves out who has to stay (C6)."""

    # --- deletion candidates ----------------------------------------------------------------
    @abstractmethod
    def pending(self, subject: Subject) -> set[UUID]: ...

    @abstractmethod
    def dismissed(self, subject: Subject) -> set[UUID]: ...

    @abstractmethod
    def propose(self, subject: Subject, records: Mapping[UUID, int]) -> None:
        """Makes pending candidates of records (SmartHR id -> primary key)."""

    @abstractmethod
    def drop_candidates(
        self, subject: Subject, answered: Collection[UUID], *, before: datetime | None = None
    ) -> None:
        """A candidate whose record answers again is none any more, dismissed or not.

        `before`: when they were asked for. Who was found missing later stays one (E12a).
        """

    @abstractmethod
    def pending_candidates(self) -> int: ...

    @abstractmethod
    def approved(self, subject: Subject) -> set[UUID]:
        """Candidates that a person gave this run to delete, as long as they are any."""

    @abstractmethod
    def note_approved(self, subject: Subject, records: Mapping[int, str]) -> None:
        """Says in the audit log who approved the deletion of records (primary key -> label)."""

    @abstractmethod
    def release_approved(self) -> None:
        """Those who were not deleted wait for a person again."""

    # --- what was read before -------------------------------------------------------------------
    @abstractmethod
    def watermark(self) -> datetime | None:
        """Until when, by SmartHR's clock, changes of crews were read; None: all are to be read."""

    @abstractmethod
    def reported(self) -> set[UUID]:
        """Crews of whom the last sync had something to say that can pass by itself (X2)."""

    # --- the account and the report -----------------------------------------------------------
    @abstractmethod
    def account_is_unchecked(self) -> bool: ...

    @abstractmethod
    def accept_account(self) -> None: ...

    @abstractmethod
    def outcomes(self, subject: Subject, ids: Collection[str]) -> dict[str, Outcome]:
        """What records of this run counted as so far; "unchanged" is not listed."""

    @abstractmethod
    def add_lines(self, lines: Sequence[Line]) -> None:
        """Adds to the report; a note that the run has on a record already is not repeated."""

    @abstractmethod
    def rename_created(self, crew: UUID, employee_id: str) -> None:
        """Corrects the report of a person created in this run who got another 社員ID."""

    # --- counting -----------------------------------------------------------------------------
    def report(self, lines: Sequence[Line], *, met_before: Collection[str] = ()) -> None:
        """Counts and keeps lines; `met_before` are records that this run counted already."""
        again = [line for line in lines if line.smarthr_id in met_before]
        known: dict[str, Outcome] = {}
        if again:
            known = self.outcomes(again[0].subject, [line.smarthr_id for line in again])
        for line in lines:
            counts = self.counts["departments" if line.subject == Subject.GROUP else "employees"]
            outcome = line.outcome
            if line.smarthr_id in met_before:
                before = known.get(line.smarthr_id, Outcome.UNCHANGED)
                outcome = merged(before, outcome)
                counts[before] -= 1
            counts[outcome] += 1
        self.add_lines([line for line in lines if _says_something(line)])


def _says_something(line: Line) -> bool:
    return bool(line.changes or line.notes or line.outcome != Outcome.UNCHANGED)


class RunCancelled(Exception):
    """A 管理者 asked to cancel the run."""


class LeaseLost(Exception):
    """Another worker has taken the run over."""
