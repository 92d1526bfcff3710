"""T6: a run is cancelled, waits and ends; what people do meanwhile stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from companies.audit import command
from companies.models import AuditEntry
from employees.models import Employee
from groups.models import Group
from integrations import tasks
from integrations.choices import RunStatus
from integrations.models import RunPage, SyncRun
from integrations.services.run_endings import Slice
from integrations.services.run_work import MOST_TAKEOVERS, work_on
from integrations.services.runs import cancel_own, claim, due_runs, request_cancel
from integrations.services.snapshot import sync_settings
from integrations.sync.database import DatabaseLedger
from simulator.account import Account
from tests.factories import EmployeeFactory
from tests.integrations.conftest import Customer
from tests.integrations.lives import (
    administrator,
    between_pages,
    claimed,
    die_on_page,
    lapse,
    later,
    started,
    summary,
    work,
)
from tests.integrations.sync.people import counted


@pytest.fixture(autouse=True)
def messages(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What workers were asked; there are none."""
    sent: list[Any] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, args=None, **_: sent.append((name, args))
    )
    monkeypatch.setattr(tasks.work_on_run, "delay", sent.append)
    return sent


# --- cancelling ----------------------------------------------------------------------------


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def cancel_on(page: int, customer: Customer, run: SyncRun) -> Callable[[int], None]:
    def cancel(number: int) -> None:
        if number == page:
            request_cancel(run=run, actor=administrator(customer))

    return cancel


def test_T6_a_run_is_cancelled_in_the_middle_of_a_phase(
    customer: Customer, account: Account
) -> None:
    customer.configure("--deletion", "auto")
    crews = [account.add_crew() for _ in range(250)]
    customer.sync()
    account.delete_crew(crews[249])
    account.change_crew(crews[0], last_name="改姓")
    account.change_crew(crews[150], last_name="改姓")
    run = started(customer)
    account.before_page = between_pages(cancel_on(2, customer, run))

    assert work(run) == Slice(finished=True)

    assert run.status == RunStatus.CANCELLED
    assert run.finished_at is not None
    assert run.cancelled_by_label == administrator(customer).label
    assert run.counts["employees"] == counted(updated=1, unchanged=99)
    assert customer.person(crews[0]).last_name == "改姓"
    assert customer.person(crews[150]).last_name == "佐藤"
    assert customer.has_person(crews[249])
    assert RunPage.objects.count() == 0
    entries = AuditEntry.objects.for_company(customer.company).filter(action="cancelled")
    assert [entry.object_id for entry in entries] == [run.pk]


def test_T6_a_run_that_waits_ends_at_once(customer: Customer) -> None:
    run = started(customer)

    request_cancel(run=run, actor=administrator(customer))
    request_cancel(run=run, actor=administrator(customer))

    run.refresh_from_db()
    assert (run.status, run.is_active) == (RunStatus.CANCELLED, False)
    assert claim(run.pk) is None
    tasks.work_on_run(run.pk)
    entries = AuditEntry.objects.for_company(customer.company).filter(action="cancelled")
    assert entries.count() == 1


@pytest.mark.parametrize("fault", ["too_many", "maintenance"])
def test_T6_a_run_that_was_cancelled_does_not_begin_to_wait(
    customer: Customer, account: Account, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.smarthr.transport._PAUSES", ())
    for _ in range(150):
        account.add_crew()
    run = started(customer)
    account.before_page = between_pages(cancel_on(1, customer, run))
    lease = claimed(run)
    # The wish comes while page 1 is read; page 2 would make the run wait for an hour.
    monkeypatch.setattr("integrations.sync.database.hold_lease", lambda *_, **__: None)
    account.fail(fault, path="/crews", page=2, times=None, reset=3600)

    assert work_on(run.pk, lease, should_pause=lambda: False) == Slice(finished=True)

    run.refresh_from_db()
    assert (run.status, run.not_before) == (RunStatus.CANCELLED, None)


def test_T6_a_dead_run_that_was_cancelled_ends_and_the_command_goes_on(
    customer: Customer, account: Account
) -> None:
    for _ in range(250):
        account.add_crew()
    run = die_on_page(customer, account, 2)
    request_cancel(run=run, actor=administrator(customer))
    lapse(run)

    answer = customer.sync()

    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
    assert answer["run"] != run.pk
    assert summary(answer) == (0, "succeeded", counted(created=150, unchanged=100))


@pytest.mark.parametrize("kind", ["employees", "departments"])
def test_T6_ctrl_c_lets_go_of_a_run_that_the_command_took_over(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for _ in range(150):
        account.add_crew()
    run = die_on_page(customer, account, 2)
    lapse(run)

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseLedger, "save_page", interrupt)
        answer = customer.sync(kind)

    assert (answer.code, answer["status"], answer["run"]) == (1, "failed", run.pk)
    assert "すでに同期を実行中" in answer["error"]
    assert SyncRun.objects.for_company(customer.company).count() == 1
    assert due_runs() == [run.pk]
    work(run)
    assert run.counts["employees"] == counted(created=150)


def test_T6_ctrl_c_leaves_what_a_person_has_asked_for(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.add_crew()
    run = started(customer)

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseLedger, "save_page", interrupt)
        assert customer.sync().code == 1

    work(run)
    assert (run.status, run.counts["employees"]) == (RunStatus.SUCCEEDED, counted(created=1))


def test_X6_ctrl_c_on_a_run_of_the_command_is_audited(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.add_crew()
    monkeypatch.setattr(DatabaseLedger, "save_page", interrupt)

    answer = customer.sync()

    assert (answer.code, answer["status"]) == (1, "cancelled")
    entry = AuditEntry.objects.for_company(customer.company).get(action="cancelled")
    assert (entry.actor_label, entry.object_id) == ("smarthr_sync", answer["run"])


def test_T6_a_run_is_cancelled_together_with_what_it_has_read(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(customer)

    monkeypatch.setattr("integrations.services.runs.clear", interrupt)  # killed half way
    with pytest.raises(KeyboardInterrupt):
        cancel_own(run, command("test"))

    run.refresh_from_db()
    assert run.is_active


def test_E12_once_people_were_deleted_a_run_is_not_cancelled_any_more(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.configure("--deletion", "auto")
    crews = [account.add_crew() for _ in range(3)]
    customer.sync()
    account.delete_crew(crews[0])
    run = started(customer)
    deleted = DatabaseLedger.delete_person

    def delete_person(ledger: DatabaseLedger, person: Any) -> bool:
        request_cancel(run=run, actor=administrator(customer))
        return deleted(ledger, person)

    monkeypatch.setattr(DatabaseLedger, "delete_person", delete_person)
    work(run)

    assert run.status == RunStatus.SUCCEEDED
    assert run.counts["employees"] == counted(unchanged=2, deleted=1)
    assert not customer.has_person(crews[0])


def test_E12_a_run_that_has_deleted_and_pauses_is_not_cancelled(customer: Customer) -> None:
    run = started(customer)
    run.progress = {"has_deleted": True}
    run.save()

    accepted = request_cancel(run=run, actor=administrator(customer))

    run.refresh_from_db()
    assert (accepted, run.is_active, run.cancel_requested_at) == (False, True, None)
    entries = AuditEntry.objects.for_company(customer.company).filter(action="cancelled")
    assert not entries.exists()


# --- waiting -------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["too_many", "maintenance"])
def test_T6_a_run_waits_and_goes_on_by_itself(
    customer: Customer,
    account: Account,
    fault: str,
    messages: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations.smarthr.transport._PAUSES", ())
    for _ in range(150):
        account.add_crew()
    run = started(customer)
    account.fail(fault, path="/crews", page=2, times=1, reset=1800)

    waits = work(run)

    assert (waits.finished, run.status, run.lease) == (False, RunStatus.WAITING, None)
    assert run.not_before == waits.wait_until
    assert waits.wait_until is not None
    seconds = (waits.wait_until - timezone.now()).total_seconds()
    assert 1700 < seconds <= 1800 if fault == "too_many" else 0 < seconds <= 60
    assert (claim(run.pk), due_runs()) == (None, [])
    messages.clear()
    tasks.resume_runs()
    assert messages == []
    later(run)
    tasks.resume_runs()
    assert messages == [run.pk]
    work(run)
    assert (run.status, run.error_code) == (RunStatus.SUCCEEDED, "")
    assert run.counts["employees"] == counted(created=150)


def test_T6_after_24_hours_it_waits_no_longer(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.smarthr.transport._PAUSES", ())
    run = started(customer)
    SyncRun.objects.for_company(customer.company).update(
        started_at=timezone.now() - timedelta(hours=24, minutes=1)
    )
    account.fail("maintenance", path="/crews", times=None)

    assert work(run) == Slice(finished=True)
    assert (run.status, run.error_code) == (RunStatus.FAILED, "maintenance")


def test_T6_a_run_that_dies_again_and_again_is_given_up(customer: Customer) -> None:
    run = started(customer)
    SyncRun.objects.for_company(customer.company).update(takeovers=MOST_TAKEOVERS + 1)

    assert work(run) == Slice(finished=True)
    assert (run.status, run.error_code) == (RunStatus.FAILED, "internal_error")


# --- by hand, meanwhile --------------------------------------------------------------------


def test_E12a_what_people_do_meanwhile_is_neither_undone_nor_overwritten(
    customer: Customer, account: Account
) -> None:
    crews = [account.add_crew() for _ in range(150)]
    customer.sync()
    own = Group.objects.create(company=customer.company, name="手作り")
    people = Employee.objects.for_company(customer.company)
    account.change_crew(crews[120], last_name="改姓")

    def by_hand(page: int) -> None:
        if page == 2:
            people.filter(smarthr_id=crews[120]).update(
                group=own, role="approver", is_active=False, password="changed"
            )

    account.before_page = between_pages(by_hand)
    answer = customer.sync()

    person = customer.person(crews[120])
    assert answer["employees"] == counted(updated=1, unchanged=149)
    assert (person.last_name, person.group, person.role) == ("改姓", own, "approver")
    assert (person.is_active, person.password) == (False, "changed")


@pytest.mark.needs_postgres
def test_S4_an_id_that_is_taken_between_plan_and_write_is_planned_again(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer at a time: there nobody can come between."""
    crew = account.add_crew(emp_code="A-100")
    others = [account.add_crew() for _ in range(3)]
    original = DatabaseLedger.write_people
    hand_made: list[Employee] = []

    def take() -> None:
        hand_made.append(EmployeeFactory(company=customer.company, employee_id="A-100"))
        connection.close()

    def write_people(ledger: DatabaseLedger, plans: Any) -> dict[str, int]:
        if not hand_made:
            thread = threading.Thread(target=take)
            thread.start()
            thread.join()
        return original(ledger, plans)

    monkeypatch.setattr(DatabaseLedger, "write_people", write_people)
    answer = customer.sync()

    assert summary(answer) == (0, "succeeded", counted(created=4))
    assert answer.reasons(crew) == ["employee_id_taken"]
    assert len(customer.person(crew).employee_id) == 8
    assert all(answer.reasons(other) == [] for other in others)


def test_T5_accepting_an_account_is_not_for_one_that_was_set_meanwhile(
    customer: Customer, account: Account
) -> None:
    run = started(customer)
    ledger = DatabaseLedger(run, uuid4(), sync_settings(customer.integration))
    account.add_token("another-token-1234")
    customer.configure(token="another-token-1234")

    ledger.accept_account()

    assert customer.integration.account_unchecked
