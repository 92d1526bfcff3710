"""The crews that deliveries named: read now, planned and applied like in a full sync (W4–W7).

Everything that asks SmartHR comes first; what is written is written in one step, so that a worker
that dies has done nothing or all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from integrations.sync.people_steps import people_context, plans_of, stored_page, write_plans
from integrations.sync.plan_page import unknown_departments, wanted_ids
from integrations.sync.plan_person import PeopleContext, plan_crew
from integrations.sync.types import Note, Person, PersonPlan
from integrations.sync.unreadable import hidden_from_token, note_attributes, without
from integrations.sync.work import Work

# S3: whoever holds a wanted 社員ID is read too, and who holds theirs; rings are short.
MOST_ROUNDS: Final = 5
TO_A_PERSON: Final = Note(Reason.WAITS_FOR_WORD)


@dataclass(slots=True)
class _Batch:
    """What SmartHR said of the crews."""

    work: Work
    ledger: BatchLedger
    # Crew id -> whether a deletion was announced.
    announced: Mapping[UUID, bool]
    answered: dict[UUID, Crew] = field(default_factory=dict)
    # Linked, and SmartHR answers 404 for it.
    gone: list[UUID] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def sync_batch(
    work: Work, ledger: BatchLedger, announced: Mapping[UUID, bool], finish: Callable[[], None]
) -> None:
    """`finish` runs last in the one step that writes.

    Raises SmartHRError, StopRun, and what the ledger's guard raises.
    """
    check_account(work)
    batch = _Batch(work, ledger, announced)
    fields = ledger.settings.crew_fields
    batch.answered = work.client.crews_by_id(list(announced), fields=fields)
    _read_holders(batch)
    _find_gone(batch)
    context = _departments_known(batch)
    _tell_emptied_from_unreadable(batch, context)

    def apply() -> None:
        if batch.gone:
            ledger.lock_company()  # before the people, as everybody does who deletes some
        _apply_answered(batch, context)
        _settle_gone(batch)
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
    """W5a: missing from a list is not enough; each has to answer 404 on its own."""
    missing = [crew for crew in batch.announced if crew not in batch.answered]
    linked = batch.ledger.linked_among(missing)
    for crew in missing:
        if crew not in linked:
            continue
        if batch.work.client.crew_exists(crew):
            raise UnexpectedAnswer("a crew that the list does not show")
        batch.gone.append(crew)
    if batch.gone:
        check_not_empty(batch.work, Subject.EMPLOYEE)


def _departments_known(batch: _Batch) -> PeopleContext:
    """D6: a department that is not known yet is looked for once."""
    context = _context(batch.ledger)
    records = list(batch.answered.values())
    if batch.ledger.settings.slot is not None and unknown_departments(records, context):
        refresh_departments(batch.work)
        context = _context(batch.ledger)
    return context


def _context(ledger: BatchLedger) -> PeopleContext:
    context = people_context(ledger)
    if ledger.settings.slot is not None:
        context.departments = {
            group.smarthr_id: group.pk for group in ledger.groups() if group.smarthr_id is not None
        }
    return context


def _tell_emptied_from_unreadable(batch: _Batch, context: PeopleContext) -> None:
    """E11: a page of others shows whether an attribute that is blank can be read at all."""
    ledger, records = batch.ledger, list(batch.answered.values())
    held: list[PersonPlan] = []

    def look() -> None:
        held[:] = [plan for plan in plans_of(ledger, records, context) if plan.held]

    ledger.step(look)
    note_attributes(ledger.progress, records, ledger.settings)
    if held:
        page = batch.work.client.crews_page(1, fields=ledger.settings.crew_fields)
        note_attributes(ledger.progress, page.items, ledger.settings)
        ledger.progress.crews.ended = True  # enough was read to doubt what nobody has
    batch.unreadable = hidden_from_token(ledger)


# --- writing -------------------------------------------------------------------------------
def _apply_answered(batch: _Batch, context: PeopleContext) -> None:
    ledger, crews = batch.ledger, batch.answered
    if not crews:
        return
    context.able_administrators = ledger.able_administrators()
    plans = [
        _decided(batch, plan, context) for plan in plans_of(ledger, list(crews.values()), context)
    ]
    write_plans(ledger, plans, met_before=())
    ledger.save_page(stored_page(_as_page(crews), plans, reading=ledger.progress.crews.reading))
    ledger.drop_candidates(Subject.EMPLOYEE, list(crews))
    give_ids(ledger)
    changed = [crew for crew in crews if _changed_login(ledger, crew)]
    ledger.note_acts(UnattendedKind.LOGIN, changed)


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


def _changed_login(ledger: BatchLedger, crew: UUID) -> bool:
    line = ledger.line_of(crew)
    return line is not None and line.outcome == Outcome.UPDATED and "employee_id" in line.changes


def _settle_gone(batch: _Batch) -> None:
    """W7, W10: deleted on SmartHR's word within the brake, else put to a person."""
    ledger = batch.ledger
    deleted_there = [
        crew
        for crew, is_deleted in batch.announced.items()
        if is_deleted and crew not in batch.answered
    ]
    people = ledger.people(batch.gone)
    # Whom a person is being asked about, or has kept, is theirs to decide.
    decided = ledger.pending(Subject.EMPLOYEE) | ledger.dismissed(Subject.EMPLOYEE)
    left, limit = ledger.deletions_left() if people else (0, 0)
    deleted: list[UUID] = []
    for crew, person in sorted(people.items()):
        if crew in decided:
            ledger.add_lines([line_about(person, Outcome.UNCHANGED, TO_A_PERSON)])
        elif _may_go(batch, person) and len(deleted) < left and ledger.delete_person(person):
            deleted.append(crew)
            ledger.report([deleted_line(person)])
        else:
            ledger.propose(Subject.EMPLOYEE, {crew: person.pk})
            ledger.add_lines([line_about(person, Outcome.UNCHANGED, *_why(batch, person, limit))])
    ledger.note_acts(UnattendedKind.DELETION, deleted)
    # E12a: what a sync read before, and has not applied yet, brings nobody back.
    people_writes.bury(company=ledger.company, crews=deleted_there)


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
