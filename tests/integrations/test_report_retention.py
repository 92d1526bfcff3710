"""X6: reports and previews are kept for 13 months, and forget the names of the deleted."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction

from companies.audit import command
from companies.models import Company
from companies.tasks import forget_deleted
from employees.models import Employee
from employees.services.removal import remove_employee
from integrations.choices import Outcome, RunKind, RunStatus, Subject
from integrations.models import RunRecord, SyncRun, Tie
from integrations.reasons import Reason
from integrations.services import report_purge
from integrations.tasks import purge_reports
from tests.factories import (
    ActiveRunFactory,
    AdministratorFactory,
    GroupFactory,
    LinkedEmployeeFactory,
    RunFactory,
    RunRecordFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MONTHS_13 = timedelta(days=397)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def company(clock: Any) -> Company:
    return AdministratorFactory().company


def run_of(company: Company, **values: Any) -> SyncRun:
    return RunFactory(company=company, **values)


def runs(company: Company) -> list[SyncRun]:
    return list(SyncRun.objects.for_company(company).order_by("pk"))


def test_X6_reports_and_previews_go_after_13_months(company: Company, clock: Any) -> None:
    old = [run_of(company), run_of(company, kind=RunKind.PREVIEW)]
    for run in old:
        RunRecordFactory.create_batch(2, run=run)
    Tie.objects.create(
        company=company,
        run=old[0],
        subject=Subject.GROUP,
        group=GroupFactory(company=company),
        smarthr_id=uuid.uuid4(),
    )
    clock.shift(timedelta(days=1))
    young = [run_of(company), run_of(company, kind=RunKind.PREVIEW)]
    kept = [RunRecordFactory(run=run) for run in young]

    clock.move_to(NOW + MONTHS_13)
    purge_reports()
    assert runs(company) == [*old, *young]

    clock.shift(timedelta(minutes=5))
    purge_reports()

    assert runs(company) == young
    assert list(RunRecord.objects.for_company(company).order_by("pk")) == kept
    assert not Tie.objects.for_company(company).exists()


def test_X6_X2_the_newest_good_run_stays_without_its_report(company: Company, clock: Any) -> None:
    """Whether scheduled syncs may run, and since when, is read from it."""
    good = run_of(company, kind=RunKind.EMPLOYEES)
    RunRecordFactory(run=good)
    clock.shift(timedelta(days=1))
    run_of(company, kind=RunKind.EMPLOYEES, status=RunStatus.FAILED)
    clock.shift(timedelta(days=1))
    failed = run_of(company, kind=RunKind.EMPLOYEES, status=RunStatus.FAILED)
    clock.shift(MONTHS_13)

    purge_reports()

    assert runs(company) == [good, failed]
    assert not RunRecord.objects.for_company(company).exists()


def test_X6_a_run_that_goes_on_is_left_alone(company: Company, clock: Any) -> None:
    active = ActiveRunFactory(company=company)
    record = RunRecordFactory(run=active)
    clock.shift(MONTHS_13 * 2)
    run_of(company)

    purge_reports()

    assert active in runs(company)
    assert list(RunRecord.objects.for_company(company)) == [record]


def test_X6_thousands_of_lines_go_in_batches_and_after_a_kill(
    company: Company, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(company)
    RunRecord.objects.bulk_create(
        [
            RunRecord(
                company=company,
                run=run,
                subject=Subject.EMPLOYEE,
                smarthr_id=str(n),
                label="x",
                outcome=Outcome.CREATED,
            )
            for n in range(2300)
        ]
    )
    clock.shift(MONTHS_13 + timedelta(days=1))
    newest = run_of(company)
    purge, calls = report_purge._purge_batch, []

    def die_later(rows: Any) -> int:
        calls.append(rows)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return purge(rows)

    with monkeypatch.context() as patch:
        patch.setattr(report_purge, "_purge_batch", die_later)
        with pytest.raises(KeyboardInterrupt):
            purge_reports()
    assert RunRecord.objects.for_company(company).count() == 1300

    purge_reports()

    assert not RunRecord.objects.for_company(company).exists()
    assert runs(company) == [newest]


def gone(company: Company, **values: Any) -> Employee:
    values = {"last_name": "佐藤", "first_name": "花子", "employee_id": "00027", **values}
    person = LinkedEmployeeFactory(company=company, **values)
    person.key = person.pk  # type: ignore[attr-defined]  # a deletion takes it away
    return person


def remove(person: Employee) -> None:
    with transaction.atomic():
        remove_employee(employee=person, actor=command("test"))


def record(run: SyncRun, person: Employee, **values: Any) -> RunRecord:
    values = {
        "object_pk": person.pk,
        "smarthr_id": str(person.smarthr_id),
        "label": person.label,
        **values,
    }
    return RunRecordFactory(run=run, **values)


def texts(row: RunRecord) -> tuple[Any, ...]:
    row.refresh_from_db()
    return (row.label, row.changes, row.detail)


def test_X6_reports_lose_name_and_email_90_days_after_a_deletion(
    company: Company, clock: Any
) -> None:
    person = gone(company)
    changes = {"last_name": ["田中", "佐藤"], "email": ["", "a@b.jp"], "group": ["A", "B"]}
    mine = record(
        run_of(company),
        person,
        changes=changes,
        reason=Reason.EMPLOYEE_ID_INVALID,
        detail={"value": "a@b.jp", "employee_id": "00027"},
    )
    remove(person)

    clock.shift(timedelta(days=90) - timedelta(seconds=1))
    forget_deleted()
    assert texts(mine)[0] == "佐藤 花子（00027）"

    clock.shift(timedelta(seconds=1))
    forget_deleted()

    blank = "（消去済み）"
    assert texts(mine) == (
        "削除された社員（00027）",
        {"last_name": [blank, blank], "email": ["", blank], "group": ["A", "B"]},
        {"value": blank, "employee_id": "00027"},
    )


def test_X6_what_a_report_said_before_the_import_is_of_the_same_person(
    company: Company, clock: Any
) -> None:
    person = gone(company)
    early = record(run_of(company), person, object_pk=None, outcome=Outcome.LEFT_OUT)
    record(run_of(company), person)
    remove(person)
    clock.shift(timedelta(days=1))
    late = record(run_of(company), person, object_pk=None)  # SmartHR has the crew again
    clock.shift(timedelta(days=91))

    forget_deleted()

    assert texts(early)[0] == "削除された社員（00027）"
    assert texts(late)[0] == "佐藤 花子（00027）"


def test_X6_no_other_record_of_a_report_is_touched(company: Company, clock: Any) -> None:
    person = gone(company)
    run = run_of(company)
    record(run, person)
    again = gone(company, employee_id="00028")
    others = [
        record(run, again, smarthr_id=str(person.smarthr_id)),  # a new record of the same crew
        record(run, again),
        RunRecordFactory(run=run, subject=Subject.GROUP, object_pk=person.pk, label="佐藤 花子"),
        RunRecordFactory(run=run, label="佐藤 花子（00027）"),  # of a crew that was never here
        RunRecordFactory(object_pk=person.pk, label="another company"),
    ]
    before = [texts(row) for row in others]
    remove(person)
    clock.shift(timedelta(days=91))

    forget_deleted()

    assert [texts(row) for row in others] == before


def test_X6_S4_a_note_about_somebody_else_no_longer_names_the_deleted(
    company: Company, clock: Any
) -> None:
    person, other = gone(company), gone(company, employee_id="X001", last_name="鈴木")
    detail = {"value": "00027", "employee_id": "X001", "holder": "佐藤 花子", "new": False}
    run = run_of(company)
    taken = {"reason": Reason.EMPLOYEE_ID_TAKEN}
    hers = record(run, other, detail=detail, **taken)
    namesakes = record(run, other, detail={**detail, "value": "00099"}, **taken)
    remove(person)
    clock.shift(timedelta(days=91))

    forget_deleted()

    assert texts(hers) == ("鈴木 花子（X001）", {}, {**detail, "holder": "削除された社員"})
    assert texts(namesakes)[2]["holder"] == "佐藤 花子"


def test_X6_who_started_or_cancelled_a_run_is_forgotten_too(company: Company, clock: Any) -> None:
    person, other = gone(company), gone(company, employee_id="X001", last_name="鈴木")
    mine = run_of(company, started_by=person, started_by_label=person.label)
    hers = run_of(
        company,
        started_by=other,
        started_by_label=other.label,
        cancelled_by_label=person.label,
    )
    remove(person)
    clock.shift(timedelta(days=91))

    forget_deleted()

    labels = SyncRun.objects.for_company(company).filter(pk__in=[mine.pk, hers.pk]).order_by("pk")
    assert list(labels.values_list("started_by_label", "cancelled_by_label")) == [
        ("削除された社員（00027）", ""),
        ("鈴木 花子（X001）", "削除された社員（00027）"),
    ]


def test_X6_a_proposal_to_tie_somebody_else_no_longer_names_the_deleted(
    company: Company, clock: Any
) -> None:
    person, other = gone(company), gone(company, employee_id="X001", last_name="鈴木")
    run = run_of(company)
    record(run, person)
    ties = [
        Tie.objects.create(
            company=company,
            run=run,
            subject=Subject.EMPLOYEE,
            employee=other,
            smarthr_id=crew or uuid.uuid4(),
            label="佐藤 花子（00027）",
            decided_by_label=person.label,
        )
        for crew in (person.smarthr_id, uuid.uuid4())
    ]
    remove(person)
    clock.shift(timedelta(days=91))

    forget_deleted()

    rows = Tie.objects.for_company(company).filter(pk__in=[tie.pk for tie in ties]).order_by("pk")
    assert list(rows.values_list("label", "decided_by_label")) == [
        ("削除された社員（00027）", "削除された社員（00027）"),
        ("佐藤 花子（00027）", "削除された社員（00027）"),
    ]
