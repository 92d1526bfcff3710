"""Set-based writes of linked employees and of a run's report. Nothing else writes their fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from companies.set_based import batches, update_rows
from employees.identifiers import parked_employee_id
from employees.models import Employee
from employees.services.former_ids import remember_former_ids
from integrations.choices import Outcome
from integrations.models import CrewTombstone, RunRecord, SyncRun
from integrations.sync.ledger import Line
from integrations.sync.types import Person, PersonPlan, SyncSettings

BATCH = 1000
# What an update writes; a column that a plan leaves keeps its (locked) value.
WRITTEN = (
    "last_name",
    "first_name",
    "email",
    "group_id",
    "is_active",
    "suspended_by_sync",
    "source_updated_at",
    "source_read_at",
    "source",
)


def write(
    plans: Sequence[PersonPlan], *, company: Company, settings: SyncSettings, actor: Actor
) -> dict[str, int]:
    """Creates and updates; returns crew id -> primary key of the new people."""
    new = [plan for plan in plans if plan.person is None]
    created = Employee.objects.bulk_create(
        [_new_employee(plan, company) for plan in new], batch_size=BATCH
    )
    known = {
        plan.person.pk: _row(plan.person, plan.values) for plan in plans if plan.person is not None
    }
    update_rows(Employee, WRITTEN, known)
    keys = {str(employee.smarthr_id): employee.pk for employee in created}
    write_audit(
        company=company,
        actor=actor,
        events=[_event(plan, keys) for plan in plans if plan.changes],
    )
    return keys


def move_ids(
    moves: Mapping[int, str], *, provisional: Collection[int], company: Company, actor: Actor
) -> None:
    """New 社員ID by primary key. All are parked first, so that swaps and rings work (S3).

    `provisional`: who leaves one that nobody was told (S5).
    """
    before = {
        employee.pk: employee
        for pks in batches(list(moves))
        for employee in Employee.objects.for_company(company).filter(pk__in=pks)
    }
    update_rows(Employee, ["employee_id"], {pk: (parked_employee_id(pk),) for pk in moves})
    update_rows(Employee, ["employee_id"], {pk: (code,) for pk, code in moves.items()})
    remember_former_ids(
        company=company,
        left={pk: before[pk].employee_id for pk in moves if pk not in provisional},
    )
    events = [
        Event(
            AuditAction.UPDATED,
            "employee",
            pk,
            before[pk].label,
            {"employee_id": (before[pk].employee_id, code)},
        )
        for pk, code in moves.items()
    ]
    write_audit(company=company, actor=actor, events=events)


def bury(*, company: Company, crews: Collection[UUID]) -> None:
    """E12a: what was read before now never brings these people back."""
    now = datetime.now(UTC)
    CrewTombstone.objects.bulk_create(
        [CrewTombstone(company=company, smarthr_id=crew, deleted_at=now) for crew in crews],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["company", "smarthr_id"],
        update_fields=["deleted_at"],
    )


def add_lines(lines: Sequence[Line], *, run: SyncRun) -> None:
    """Report rows: the first of a line carries the changes, each further note is a row."""
    said = _said(lines, run)
    rows: list[RunRecord] = []
    for line in lines:
        notes: list[Any] = [n for n in line.notes if (line.smarthr_id, n.reason) not in said]
        if not notes and not line.changes and line.outcome == Outcome.UNCHANGED:
            continue
        for place, note in enumerate(notes or [None]):
            rows.append(_record(line, note, run, first=place == 0))
    RunRecord.objects.bulk_create(rows, batch_size=BATCH)


def _said(lines: Sequence[Line], run: SyncRun) -> set[tuple[str, str]]:
    """What the run has noted on these records already."""
    ids = [line.smarthr_id for line in lines if line.notes]
    said: set[tuple[str, str]] = set()
    for batch in batches(ids):
        rows = RunRecord.objects.for_company(run.company_id).filter(
            run=run, subject=lines[0].subject, smarthr_id__in=batch
        )
        said |= set(rows.exclude(reason="").values_list("smarthr_id", "reason"))
    return said


def _record(line: Line, note: Any, run: SyncRun, *, first: bool) -> RunRecord:
    left_out = line.outcome == Outcome.LEFT_OUT
    return RunRecord(
        company_id=run.company_id,
        run=run,
        subject=line.subject,
        smarthr_id=line.smarthr_id,
        object_pk=line.object_pk,
        label=line.label[:600],
        outcome=line.outcome if first or left_out else Outcome.UNCHANGED,
        reason=note.reason if note else "",
        detail=dict(note.detail) if note else {},
        changes={key: list(values) for key, values in line.changes.items()} if first else {},
    )


def _new_employee(plan: PersonPlan, company: Company) -> Employee:
    return Employee(
        company=company,
        smarthr_id=UUID(plan.smarthr_id),
        password=plan.password,
        is_initial_password=True,
        **plan.values,
    )


def _row(person: Person, values: Mapping[str, Any]) -> list[Any]:
    return [values.get(column, getattr(person, column)) for column in WRITTEN]


def _event(plan: PersonPlan, keys: Mapping[str, int]) -> Event:
    created = plan.person is None
    pk = keys[plan.smarthr_id] if plan.person is None else plan.person.pk
    action = AuditAction.CREATED if created else AuditAction.UPDATED
    return Event(action, "employee", pk, plan.label, plan.changes)
