"""The crews that deliveries named: read now, planned and applied like in a full sync (W4–W7).

Everything that asks SmartHR comes first; what is written is written in one step, so that a worker
that dies has done nothing or all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from integrations.choices import Outcome, Subject, UnattendedKind
from integrations.reasons import Reason
from integrations.smarthr.errors import UnexpectedAnswer
from integrations.smarthr.records import Crew, Page
from integrations.sync import people_writes
from integrations.sync.account_step import check_account
from integrations.sync.approved_steps import check_not_empty
from integrations.sync.batch_ledger import BatchLedger
from integrations.sync.department_steps import refresh_departments
from integrations.sync.id_steps import give_ids
from integrations.sync.lines import deleted_line, line_about
from integrations.sync.people_steps import (
    plans_of,
    standing_context,
    stored_page,
    write_plans,
)
from integrations.sync.plan_page import unknown_departments, wanted_ids
from integrations.sync.plan_person import PeopleContext, plan_crew
from integrations.sync.recent_acts import note_acts
from integrations.sync.types import Note, Person, PersonPlan
from integrations.sync.unreadable import hidden_from_token, note_attributes, without
from integrations.sync.work import Work

# S3: whoever holds a wanted 社員ID is read too, and who holds theirs; rings are short.
MOST_ROUNDS: Final = 5
TO_A_PERSON: Final = Note(Reason.WAITS_FOR_WORD)


class BeganAnew(Exception):
    """What was asked for is not what is stored now: it has to be asked for again."""


@dataclass(slots=True)
class _Batch:
    """What SmartHR said of the crews."""

    work: Work
    ledger: BatchLedger
    # Crew id -> whether a deletion was announced.
    announced: Mapping[UUID, bool]
    answered: dict[UUID, Crew] = field(default_factory=dict)
    # Before they were asked for.
    asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    # SmartHR answers 404 for them, and when each was asked for.
    gone: dict[UUID, datetime] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def sync_batch(
    work: Work, ledger: BatchLedger, announced: Mapping[UUID, bool], finish: Callable[[], None]
) -> None:
    """`finish` runs last in the one step that writes.

    Raises SmartHRError, StopRun, BeganAnew, and what the ledger's guard raises.
    """
    check_account(work)
    batch = _Batch(work, ledger, announced)
    fields = ledger.settings.crew_fields
    batch.answered = work.client.crews_by_id(list(announced), fields=fields)
    _read_holders(batch)
    _find_gone(batch)
    _know_departments(batch)
    _tell_emptied_from_unreadable(batch)

    def apply() -> None:
        ledger.lock_company()  # before the people, as everybody does
        people = ledger.people([*batch.answered, *batch.gone])  # by their keys, all at once
        _apply_answered(batch)
        _settle_gone(batch, people)
        give_ids(ledger)  # after those who leave have left theirs
        finish()

    ledger.step(apply)


# --- asking --------------------------------------------------------------------------------
def _read_holders(batch: _Batch) -> None:
    """S3: so that a swap of 社員番号 does not wait for the night."""
    asked = set(batch.announced)
    for _ in range(MOST_ROUNDS):
        wanted = wanted_ids(list(batch.answered.values()))
        further = batch.ledger.holders_crews(wanted) - asked
        if not further:
            return
        asked |= further
        fields = batch.ledger.settings.crew_fields
        batch.answered |= batch.work.client.crews_by_id(sorted(further), fields=fields)


def _find_gone(batch: _Batch) -> None:
    """W5a: missing from a list is not enough; each has to answer 404 on its own.

    Not asked for are those who wait for a person or were kept by one: nothing can follow.
    """
    decided = batch.ledger.pending(Subject.EMPLOYEE) | batch.ledger.dismissed(Subject.EMPLOYEE)
    for crew in batch.announced:
        if crew in batch.answered or crew in decided:
            continue
        asked_at = datetime.now(UTC)
        if batch.work.client.crew_exists(crew):
            raise UnexpectedAnswer("a crew that the list does not show")
        batch.gone[crew] = asked_at
    if batch.ledger.linked_among(batch.gone):
        check_not_empty(batch.work, Subject.EMPLOYEE)


def _know_departments(batch: _Batch) -> None:
    """D6: a department that is not known yet is looked for once."""
    records = list(batch.answered.values())
    has_slot = batch.ledger.settings.slot is not None
    if has_slot and unknown_departments(records, standing_context(batch.ledger)):
        refresh_departments(batch.work)


def _tell_emptied_from_unreadable(batch: _Batch) -> None:
    """E11: a page of others shows whether an attribute that is blank can be read at all."""
    ledger, records = batch.ledger, list(batch.answered.values())
    held: list[PersonPlan] = []

    def look() -> None:
        held[:] = [
            plan for plan in plans_of(ledger, records, standing_context(ledger)) if plan.held
        ]

    ledger.step(look)
    note_attributes(ledger.progress, records, ledger.settings)
    if held:
        page = batch.work.client.crews_page(1, fields=ledger.settings.crew_fields)
        note_attributes(ledger.progress, page.items, ledger.settings)
        ledger.progress.crews.ended = True  # enough was read to doubt what nobody has
    batch.unreadable = hidden_from_token(ledger)


# --- writing -------------------------------------------------------------------------------
def _apply_answered(batch: _Batch) -> None:
    ledger, crews = batch.ledger, batch.answered
    if not crews:
        return
    context = standing_context(ledger)  # of now: a group may have gone since
    context.able_administrators = ledger.able_administrators()
    plans = [
        _decided(batch, plan, context) for plan in plans_of(ledger, list(crews.values()), context)
    ]
    write_plans(ledger, plans, met_before=())
    ledger.save_page(stored_page(_as_page(crews), plans, reading=ledger.progress.crews.reading))
    ledger.drop_candidates(Subject.EMPLOYEE, list(crews), before=batch.asked_at)


def _decided(batch: _Batch, plan: PersonPlan, context: PeopleContext) -> PersonPlan:
    if not plan.held:
        return plan
    crew = without(batch.answered[UUID(plan.smarthr_id)], batch.unreadable)
    return plan_crew(crew, plan.person, context, final=True)


def _as_page(crews: Mapping[UUID, Crew]) -> Page[Crew]:
    return Page(
        number=1,
        items=tuple(crews.values()),
        total=None,
        has_next=False,
        read_at=datetime.now(UTC),
    )


def _settle_gone(batch: _Batch, people: Mapping[UUID, Person]) -> None:
    """W7, W10: deleted on SmartHR's word within the brake, else put to a person."""
    ledger = batch.ledger
    decided = ledger.pending(Subject.EMPLOYEE) | ledger.dismissed(Subject.EMPLOYEE)
    leaving = {crew: person for crew, person in people.items() if crew in batch.gone}
    left, limit = ledger.deletions_left() if leaving else (0, 0)
    deleted: list[UUID] = []
    for crew, person in sorted(leaving.items()):
        if crew in decided:
            continue
        if person.source_read_at is not None and person.source_read_at > batch.gone[crew]:
            raise BeganAnew  # E12a: another door has read them since
        if _may_go(batch, person) and len(deleted) < left and ledger.delete_person(person):
            deleted.append(crew)
            ledger.report([deleted_line(person)])
        else:
            ledger.propose(Subject.EMPLOYEE, {crew: person.pk})
            ledger.add_lines([line_about(person, Outcome.UNCHANGED, *_why(batch, person, limit))])
    note_acts(ledger.company, UnattendedKind.DELETION, deleted)
    _tell_of_decided(batch, decided)
    # E12a: what a sync read before, and has not applied yet, brings nobody back.
    buried = [crew for crew in batch.gone if batch.announced[crew]]
    people_writes.bury(company=ledger.company, crews=buried)


def _tell_of_decided(batch: _Batch, decided: Collection[UUID]) -> None:
    """Whom a person is being asked about, or has kept, is theirs to decide."""
    asked = [crew for crew in batch.announced if crew in decided and crew not in batch.answered]
    people = batch.ledger.people(asked)
    batch.ledger.add_lines(
        [line_about(person, Outcome.UNCHANGED, TO_A_PERSON) for _, person in sorted(people.items())]
    )


def _may_go(batch: _Batch, person: Person) -> bool:
    """Announced, and known to have been in this very account (T5, X8)."""
    return batch.announced.get(person.smarthr_id, False) and person.source_read_at is not None


def _why(batch: _Batch, person: Person, limit: int) -> Sequence[Note]:
    """C6, E12: beside that it waits, why it was not deleted."""
    if not _may_go(batch, person):
        return [TO_A_PERSON]
    if batch.ledger.able_administrators() == {person.pk}:
        return [Note(Reason.LAST_ADMINISTRATOR, {"act": "削除"}), TO_A_PERSON]
    return [Note(Reason.DELETION_BRAKE, {"limit": limit}), TO_A_PERSON]
