"""Records here tied to SmartHR's by a person's click, and untied again (X8, X12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from companies.set_based import batches, update_rows
from employees.models import Employee
from employees.services.removal import lock_company
from groups.models import Group
from integrations.choices import NotTied, RunKind, Subject, TieStatus
from integrations.models import DeletionCandidate, SmartHRIntegration, SyncRun, Tie
from integrations.plan import plan_of
from integrations.reason_texts import FIXED
from integrations.reasons import Reason
from integrations.services.connection import (
    ConnectionChanges,
    RefusedValue,
    configure,
    doubt_account,
)
from integrations.services.surveys import is_of_this_account

TRIES: Final = 3
LABEL_LENGTH: Final = 300
# Nothing that the former record of SmartHR's said holds for the new one; without a version the
# next sync updates the row, however old the crew is (E12a).
FORGOTTEN: Final[dict[str, dict[str, Any]]] = {
    Subject.EMPLOYEE: {"source_updated_at": None, "source_read_at": None, "source": {}},
    Subject.GROUP: {"source_updated_at": None, "source_read_at": None},
}
FORMER_ACCOUNT: Final = "以前のSmartHR"
Record = Employee | Group
T = TypeVar("T")


class AccountChanged(Exception):
    """Subdomain or token are others since the survey."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    label: str  # of the record here; empty where it is gone
    reason: NotTied


@dataclass(slots=True)
class Tied:
    """What was tied or untied, or would be."""

    done: list[Tie] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def judge(*, company: Company, ties: Collection[int]) -> Tied:
    """What tying them would do; changes nothing. Raises AccountChanged and RefusedValue."""
    chosen = _chosen(company, ties, lock=False)
    _check_connection(chosen)
    return _judged(chosen)


def tie(*, company: Company, ties: Collection[int], actor: Actor) -> Tied:
    """Ties the records of the chosen proposals, each that can be.

    Only the id changes: name, 社員ID and e-mail follow with the next sync. Raises AccountChanged
    and RefusedValue.
    """

    def work() -> Tied:
        chosen = _chosen(company, ties, lock=True)
        _check_connection(chosen)
        verdict = _judged(chosen)
        _link(verdict.done, company=company, actor=actor, undo=False)
        if any(row.run.kind == RunKind.RELINK for row in verdict.done):
            configure(company=company, actor=actor, changes=ConnectionChanges(accept_account=True))
        return verdict

    return _repeated(work)


def untie(*, company: Company, ties: Collection[int], actor: Actor) -> Tied:
    """Takes ties back as long as the record still has the id that it was tied to."""

    def work() -> Tied:
        verdict = _judged_back(_chosen(company, ties, lock=True))
        _link(verdict.done, company=company, actor=actor, undo=True)
        if any(row.run.kind == RunKind.RELINK for row in verdict.done):
            doubt_account(company=company, actor=actor)
        return verdict

    return _repeated(work)


def _repeated(work: Callable[[], T]) -> T:
    """A sync may take the same crew at this moment: judge again on what is there then."""
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return work()
        except (IntegrityError, OperationalError):
            continue
    with transaction.atomic():
        return work()


# --- what is there --------------------------------------------------------------------------------
@dataclass(slots=True)
class _Chosen:
    company: Company
    integration: SmartHRIntegration
    rows: list[Tie]
    runs: Collection[SyncRun]
    # How many of the chosen have no row any more: their record was deleted.
    gone: int
    # Who has an id of SmartHR's now, of the ids that the rows name.
    holders: dict[tuple[str, UUID], int]


def _chosen(company: Company, pks: Collection[int], *, lock: bool) -> _Chosen:
    """The rows with their records. Locked: the settings, the company and the records."""
    integrations = SmartHRIntegration.objects.for_company(company)
    if lock:
        integration = integrations.select_for_update().get()
        lock_company(company.pk)
    else:
        integration = integrations.get()
    rows: list[Tie] = []
    for batch in batches(sorted(set(pks))):
        found = Tie.objects.for_company(company).filter(pk__in=batch)
        # Locked, the records are read below.
        rows += (found if lock else found.select_related("employee", "group")).order_by("pk")
    # Once and not once a row: what a run holds is long.
    runs = SyncRun.objects.for_company(company).in_bulk({row.run_id for row in rows})
    for row in rows:
        row.run = runs[row.run_id]
    chosen = _Chosen(company, integration, rows, runs.values(), len(set(pks)) - len(rows), {})
    for subject, model in _MODELS.items():
        _find(chosen, subject, model.objects.for_company(company), lock=lock)
    return chosen


def _find(chosen: _Chosen, subject: str, records: Any, *, lock: bool) -> None:
    """The records as they are now, and who has the ids in question."""
    rows = [row for row in chosen.rows if row.subject == subject]
    if lock:
        now: dict[int, Record] = {}
        for pks in batches(sorted({_pk(row) for row in rows})):
            found = records.filter(pk__in=pks).select_for_update().order_by("pk")
            now |= {record.pk: record for record in found}
        for row in rows:
            setattr(row, subject, now[_pk(row)])  # nobody is deleted while the company is locked
    ids = {row.smarthr_id for row in rows} | {row.previous_id for row in rows if row.previous_id}
    for batch in batches(sorted(ids)):
        found = records.filter(smarthr_id__in=batch).values_list("smarthr_id", "pk")
        chosen.holders |= {(subject, smarthr_id): pk for smarthr_id, pk in found}


_MODELS: Final[dict[str, Any]] = {Subject.EMPLOYEE: Employee, Subject.GROUP: Group}


def _record(row: Tie) -> Record:
    record = row.employee if row.subject == Subject.EMPLOYEE else row.group
    if record is None:
        raise ValueError("a tie names its record")
    return record


def _pk(row: Tie) -> int:
    pk = row.employee_id if row.subject == Subject.EMPLOYEE else row.group_id
    if pk is None:
        raise ValueError("a tie names its record")
    return pk


def _check_connection(chosen: _Chosen) -> None:
    if not plan_of(chosen.integration).is_open:  # P2
        raise RefusedValue("plan", FIXED[Reason.PLAN_OFF].both)
    if any(not is_of_this_account(run, chosen.integration) for run in chosen.runs):
        raise AccountChanged


# --- what may be done -----------------------------------------------------------------------------
def _judged(chosen: _Chosen) -> Tied:
    here = Counter((row.subject, _pk(row)) for row in chosen.rows)
    there = Counter((row.subject, row.smarthr_id) for row in chosen.rows)

    def problem(row: Tie) -> NotTied | None:
        record = _record(row)
        if record.smarthr_id == row.smarthr_id:
            return NotTied.ALREADY
        if record.smarthr_id != row.previous_id:
            return NotTied.LINKED
        if (row.subject, row.smarthr_id) in chosen.holders:
            return NotTied.TAKEN
        if here[row.subject, record.pk] > 1:
            return NotTied.TWO_THERE
        return NotTied.TWO_HERE if there[row.subject, row.smarthr_id] > 1 else None

    return _sorted_out(chosen, problem)


def _judged_back(chosen: _Chosen) -> Tied:
    def problem(row: Tie) -> NotTied | None:
        if row.status != TieStatus.TIED or _record(row).smarthr_id != row.smarthr_id:
            return NotTied.LINKED
        taken = row.previous_id and (row.subject, row.previous_id) in chosen.holders
        return NotTied.TAKEN if taken else None

    return _sorted_out(chosen, problem)


def _sorted_out(chosen: _Chosen, problem: Callable[[Tie], NotTied | None]) -> Tied:
    verdict = Tied(left_out=[LeftOut("", NotTied.GONE)] * chosen.gone)
    for row in chosen.rows:
        reason = problem(row)
        if reason is None:
            verdict.done.append(row)
        else:
            verdict.left_out.append(LeftOut(str(_record(row)), reason))
    verdict.left_out = list(dict.fromkeys(verdict.left_out))  # two crews of one person: said once
    return verdict


# --- writing --------------------------------------------------------------------------------------
def _link(rows: Sequence[Tie], *, company: Company, actor: Actor, undo: bool) -> None:
    for subject, model in _MODELS.items():
        forgotten = FORGOTTEN[subject]
        ids = {
            _pk(row): (row.previous_id if undo else row.smarthr_id, *forgotten.values())
            for row in rows
            if row.subject == subject
        }
        update_rows(model, ["smarthr_id", *forgotten], ids)
        for batch in batches(ids):
            _drop_candidates(company, subject, batch)
    # X2: who is another record of SmartHR's now has changed, whatever that record's own time says.
    SmartHRIntegration.objects.for_company(company).update(crews_watermark=None)
    status = TieStatus.UNDONE if undo else TieStatus.TIED
    for batch in batches([row.pk for row in rows]):
        Tie.objects.for_company(company).filter(pk__in=batch).update(
            status=status,
            decided_at=timezone.now(),
            decided_by_label=actor.label[:LABEL_LENGTH],
        )
    action = AuditAction.UNTIED if undo else AuditAction.TIED
    write_audit(company=company, actor=actor, events=[_event(row, action) for row in rows])


def _drop_candidates(company: Company, subject: str, pks: list[int]) -> None:
    """A question about the former record of SmartHR's is none about the new one (E12)."""
    column = "employee_id__in" if subject == Subject.EMPLOYEE else "group_id__in"
    DeletionCandidate.objects.for_company(company).filter(**{column: pks}).delete()


def _event(row: Tie, action: AuditAction) -> Event:
    before: str | None = FORMER_ACCOUNT if row.previous_id else None
    after: str | None = row.label
    if action == AuditAction.UNTIED:
        before, after = after, before
    return Event(action, row.subject, _pk(row), str(_record(row)), {"smarthr": (before, after)})
