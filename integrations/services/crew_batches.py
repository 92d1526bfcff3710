"""Syncing some crews: those that deliveries named (W4), and the one a person asked for (X9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from companies.audit import Actor
from companies.models import Company
from integrations.choices import Outcome
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from integrations.services.clients import smarthr_client
from integrations.services.runs import ready_integration
from integrations.services.snapshot import sync_settings
from integrations.smarthr.errors import UnexpectedAnswer
from integrations.smarthr.haste import Haste
from integrations.sync.batch_ledger import BatchLedger
from integrations.sync.batch_steps import BeganAnew, sync_batch
from integrations.sync.ledger import Line
from integrations.sync.outcomes import StopRun
from integrations.sync.work import Work

# Settings that are saved meanwhile make a batch begin anew, but not for ever.
MOST_BEGINNINGS: Final = 5
# A success is noted this often: every batch would write the same row.
NOTED_EVERY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CrewResult:
    """What became of one crew, for the log: a name and a 社員ID, and what changed."""

    smarthr_id: UUID
    object_pk: int | None
    label: str
    outcome: Outcome
    # Column -> (before, after).
    changes: Mapping[str, tuple[Any, Any]]
    # A reason code and what its text needs.
    notes: list[tuple[str, dict[str, Any]]]


Results = Mapping[UUID, CrewResult]


def sync_crews(
    *,
    company: Company,
    crews: Mapping[UUID, bool],
    actor: Actor,
    guard: Callable[[], None],
    finish: Callable[[Results], None],
    on_request: Callable[[], None] = lambda: None,
    unattended: bool = True,
    haste: Haste | None = None,
) -> None:
    """Reads the crews (crew id -> whether a deletion was announced) and applies what they say.

    `guard` runs first in every transaction and may raise; `finish` last in the one that writes.
    Both may run again where a transaction is repeated. Beside what they raise: NotReady, StopRun,
    SmartHRError, Undecryptable. `on_request` runs before each request, which may take a while.
    With haste, and not unattended (S5), for a person who waits.
    """
    door = _Door(company, crews, actor, guard, finish, on_request, unattended, haste)
    for beginnings_left in reversed(range(MOST_BEGINNINGS)):
        try:
            _sync(door)
        except StopRun as stop:
            if stop.reason != Reason.SETTINGS_CHANGED or not beginnings_left:
                raise
        except BeganAnew:
            if not beginnings_left:
                raise UnexpectedAnswer("crews that come and go") from None
        else:
            return


@dataclass(frozen=True, slots=True)
class _Door:
    company: Company
    crews: Mapping[UUID, bool]
    actor: Actor
    guard: Callable[[], None]
    finish: Callable[[Results], None]
    on_request: Callable[[], None]
    unattended: bool
    haste: Haste | None


def _sync(door: _Door) -> None:
    integration = ready_integration(door.company)
    ledger = BatchLedger(
        integration,
        sync_settings(integration),
        actor=door.actor,
        guard=door.guard,
        unattended=door.unattended,
    )

    def finish_batch() -> None:
        door.finish(_results(ledger, door.crews))

    with smarthr_client(integration, door.on_request, haste=door.haste) as client:
        sync_batch(Work(ledger, client), ledger, door.crews, finish_batch)
    _note_success(integration)


def _note_success(integration: SmartHRIntegration) -> None:
    now = timezone.now()
    SmartHRIntegration.objects.for_company(integration.company_id).filter(
        Q(last_success_at=None) | Q(last_success_at__lt=now - NOTED_EVERY)
    ).update(last_success_at=now)


def _results(ledger: BatchLedger, crews: Mapping[UUID, bool]) -> Results:
    """Of the crews that were announced, and of those whose login a swap has changed (S1, S3)."""
    swapped = ledger.crews_with_new_login()
    said = {crew: ledger.line_of(crew) for crew in [*crews, *(swapped - crews.keys())]}
    people = ledger.linked_among([crew for crew, line in said.items() if line is None])
    return {
        crew: _result(crew, line) if line is not None else _silent(crew, people.get(crew))
        for crew, line in said.items()
    }


def _result(crew: UUID, line: Line) -> CrewResult:
    return CrewResult(
        smarthr_id=crew,
        object_pk=line.object_pk,
        label=line.label,
        outcome=line.outcome,
        changes=line.changes,
        notes=[(str(note.reason), dict(note.detail)) for note in line.notes],
    )


def _silent(crew: UUID, person: tuple[int, str] | None) -> CrewResult:
    """Of whom there was nothing to say: unchanged, or neither there nor here."""
    if person is not None:
        return CrewResult(crew, person[0], person[1], Outcome.UNCHANGED, {}, [])
    return CrewResult(crew, None, "", Outcome.UNCHANGED, {}, [(Reason.CREW_GONE.value, {})])
