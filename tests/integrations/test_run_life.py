"""T6: a run is started once, goes on from its page, waits, is cancelled, and ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from companies.models import AuditEntry
from employees.models import Employee
from groups.models import Group
from integrations import tasks
from integrations.choices import RunKind, RunStatus, Trigger
from integrations.models import RunPage, SmartHRIntegration, SyncRun, TokenPace
from integrations.services import runs
from integrations.services.runs import claim, due_runs, request_cancel, start_run, work_on
from integrations.sync.database import DatabaseLedger
from simulator.account import Account
from tests.factories import EmployeeFactory
from tests.integrations.conftest import Answer, Customer
from tests.integrations.sync.people import counted

EMPLOYEES, DEPARTMENTS = RunKind.EMPLOYEES, RunKind.DEPARTMENTS


@pytest.fixture(autouse=True)
def messages(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What workers were asked; there are none."""
    sent: list[Any] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, args=None, **_: sent.append((name, args))
    )
    monkeypatch.setattr(tasks.work_on_run, "delay", sent.append)
    return sent


def administrator(customer: Customer) -> Employee:
    found: Employee = Employee.objects.for_company(customer.company).get(employee_id="admin")
    return found


def started(customer: Customer, kind: RunKind = EMPLOYEES) -> SyncRun:
    run, is_new = start_run(
        company=customer.company, kind=kind, trigger=Trigger.SCREEN, actor=administrator(customer)
    )
    assert is_new
    return run


def claimed(run: SyncRun) -> UUID:
    lease = claim(run.pk)
    assert lease is not None
    return lease


def work(run: SyncRun, *, pages: int | None = None) -> runs.Slice:
    """A slice by a worker; `pages`: it pauses after so many checkpoints."""
    left = [pages if pages is not None else -1]

    def should_pause() -> bool:
        left[0] -= 1
        return left[0] == 0

    done = work_on(run.pk, claimed(run), should_pause=should_pause)
    run.refresh_from_db()
    return done


def die_on_page(customer: Customer, account: Account, page: int) -> SyncRun:
    """A command that is killed while it reads a page: its lease just stops."""

    class Killed(BaseException):
        pass

    def kill(number: int) -> None:
        if number == page:
            raise Killed

    original = DatabaseLedger.save_page

    def save_page(ledger: DatabaseLedger, stored: Any) -> None:
        original(ledger, stored)
        kill(stored.number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseLedger, "save_page", save_page)
        with pytest.raises(Killed):
            customer.sync()
    run: SyncRun = SyncRun.objects.for_company(customer.company).get()
    assert run.status == RunStatus.RUNNING
    return run


def lapse(run: SyncRun) -> None:
    """As if its worker had been silent for longer than a lease."""
    silent = timezone.now() - runs.LEASE - timedelta(seconds=1)
    SyncRun.objects.for_company(run.company_id).filter(pk=run.pk).update(heartbeat_at=silent)


def pages_asked(account: Account) -> list[str]:
    return [r.query["page"] for r in account.logged("/crews") if "id" not in r.query]


def summary(answer: Answer) -> tuple[int, str, Any]:
    return answer.code, answer["status"], answer["employees"]


# --- starting ------------------------------------------------------------------------------


def test_T6_a_second_click_shows_the_running_one(customer: Customer, messages: list[Any]) -> None:
    run = started(customer)

    again, is_new = start_run(
        company=customer.company,
        kind=DEPARTMENTS,
        trigger=Trigger.SCREEN,
        actor=administrator(customer),
    )

    assert (again.pk, is_new) == (run.pk, False)
    assert messages == [("integrations.work_on_run", [run.pk])]
    entries = AuditEntry.objects.for_company(customer.company).filter(action="started")
    assert [entry.object_id for entry in entries] == [run.pk]


def test_T6_many_clicks_at_once_start_one_run(customer: Customer) -> None:
    person = administrator(customer)
    results: list[tuple[int, bool]] = []
    barrier = threading.Barrier(6)

    def click() -> None:
        barrier.wait()
        try:
            run, is_new = start_run(
                company=customer.company, kind=EMPLOYEES, trigger=Trigger.SCREEN, actor=person
            )
            results.append((run.pk, is_new))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 6
    assert len({pk for pk, _ in results}) == 1
    assert sorted(is_new for _, is_new in results) == [False] * 5 + [True]


@pytest.mark.parametrize("arguments", [[], ["departments"], ["--dry-run"]])
def test_T6_a_command_beside_an_active_run_says_which(
    customer: Customer, arguments: list[str]
) -> None:
    run = started(customer)
    claimed(run)

    answer = customer.sync(*arguments)

    assert summary(answer) == (1, "failed", counted())
    assert answer["run"] == run.pk
    assert "すでに同期を実行中" in answer["error"]


def test_T6_without_a_connection_no_run_starts(customer: Customer) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(subdomain="")

    for arguments in ([], ["--dry-run"], ["departments"]):
        answer = customer.sync(*arguments)
        assert (answer.code, answer["status"], answer["run"]) == (1, "failed", None)
        assert "設定されていません" in answer["error"]
    assert not SyncRun.objects.for_company(customer.company).exists()


def test_T6_a_broker_that_is_down_loses_no_run(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch, messages: list[Any]
) -> None:
    def down(*_: object, **__: object) -> None:
        raise BrokerDown("connection refused")

    account.add_crew()
    monkeypatch.setattr(current_app, "send_task", down)
    run = started(customer)

    tasks.resume_runs()

    assert messages == [run.pk]
    tasks.work_on_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.counts["employees"]["created"]) == (RunStatus.SUCCEEDED, 1)


# --- slices, takeover ----------------------------------------------------------------------


def test_T6_a_paused_run_goes_on_from_its_page(customer: Customer, account: Account) -> None:
    for _ in range(350):
        account.add_crew()
    run = started(customer)

    assert work(run, pages=2) == runs.Slice(finished=False)
    assert (run.status, run.lease, run.phase_done) == (RunStatus.RUNNING, None, 100)
    assert work(run) == runs.Slice(finished=True)

    assert run.status == RunStatus.SUCCEEDED
    assert run.counts["employees"] == counted(created=350)
    assert pages_asked(account) == ["1", "2", "3", "4"]
    assert RunPage.objects.count() == 0


def test_T6_a_slice_asks_for_the_next_one(
    customer: Customer, account: Account, messages: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "SLICE", 0.0)
    for _ in range(150):
        account.add_crew()
    run = started(customer)
    messages.clear()

    slices = 0
    while run.is_active:
        tasks.work_on_run(run.pk)
        run.refresh_from_db()
        slices += 1

    assert slices > 2
    assert messages == [run.pk] * (slices - 1)
    assert run.counts["employees"] == counted(created=150)
    assert pages_asked(account) == ["1", "2"]


def test_T6_two_workers_never_hold_one_run(customer: Customer) -> None:
    run = started(customer)
    claimed(run)

    assert claim(run.pk) is None
    assert due_runs() == []
    lapse(run)
    assert due_runs() == [run.pk]
    claimed(run)
    assert claim(run.pk) is None
    run.refresh_from_db()
    assert run.takeovers == 1


def test_T6_who_lost_the_lease_writes_nothing_more(customer: Customer, account: Account) -> None:
    for _ in range(150):
        account.add_crew()
    run = started(customer)
    lease = claimed(run)
    account.before_page = lambda page: lapse(run) or claim(run.pk) if page == 2 else None

    assert work_on(run.pk, lease, should_pause=lambda: False) == runs.Slice(finished=False)

    run.refresh_from_db()
    assert (run.status, run.phase_done) == (RunStatus.RUNNING, 100)
    assert Employee.objects.for_company(customer.company).linked().count() == 100


def test_T6_the_next_command_takes_a_dead_run_over_from_its_page(
    customer: Customer, account: Account
) -> None:
    for _ in range(350):
        account.add_crew()
    run = die_on_page(customer, account, 3)
    blocked = customer.sync()
    assert (blocked.code, blocked["run"]) == (1, run.pk)
    lapse(run)

    answer = customer.sync()

    assert (summary(answer), answer["run"]) == ((0, "succeeded", counted(created=350)), run.pk)
    assert pages_asked(account) == ["1", "2", "3", "3", "4"]
    assert Employee.objects.for_company(customer.company).linked().count() == 350


def test_T6_a_dead_run_of_the_other_kind_is_ended_first(
    customer: Customer, account: Account
) -> None:
    account.add_crew()
    account.add_department("営業部")
    run = started(customer, DEPARTMENTS)
    claimed(run)
    lapse(run)

    answer = customer.sync()

    run.refresh_from_db()
    assert (run.status, run.counts["departments"]["created"]) == (RunStatus.SUCCEEDED, 1)
    assert answer["run"] != run.pk
    assert summary(answer) == (0, "succeeded", counted(created=1))


@pytest.mark.parametrize("change", ["slot", "token", "deletion"])
def test_T6_a_dead_run_of_other_settings_ends_and_a_new_one_starts(
    customer: Customer, account: Account, change: str
) -> None:
    crews = [account.add_crew() for _ in range(250)]
    run = die_on_page(customer, account, 2)
    account.add_token("another-token-1234")
    changes = {
        "slot": lambda: customer.configure("--department-slot", "1"),
        "token": lambda: customer.configure(token="another-token-1234"),
        "deletion": lambda: customer.configure("--deletion", "auto"),
    }
    assert changes[change]().code == 0
    lapse(run)

    answer = customer.sync()

    run.refresh_from_db()
    assert (run.status, run.error_code) == (RunStatus.FAILED, "settings_changed")
    assert run.counts["employees"] == counted(created=100)
    assert answer["run"] != run.pk
    assert summary(answer) == (0, "succeeded", counted(created=150, unchanged=100))
    assert all(customer.has_person(crew) for crew in crews)


def test_T6_settings_that_change_in_mid_run_end_it(customer: Customer, account: Account) -> None:
    for _ in range(250):
        account.add_crew()
    account.before_page = lambda page: (
        customer.configure("--retired", "skip") if page == 2 else None
    )

    answer = customer.sync()

    assert summary(answer) == (1, "failed", counted(created=100))
    assert "設定が変更された" in answer["error"]


# --- cancelling ----------------------------------------------------------------------------


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
    account.before_page = cancel_on(2, customer, run)

    assert work(run) == runs.Slice(finished=True)

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
    account.before_page = cancel_on(1, customer, run)
    lease = claimed(run)
    # The wish comes while page 1 is read; page 2 would make the run wait for an hour.
    monkeypatch.setattr(DatabaseLedger, "_hold_lease", lambda ledger: None)
    account.fail(fault, path="/crews", page=2, times=None, reset=3600)

    assert work_on(run.pk, lease, should_pause=lambda: False) == runs.Slice(finished=True)

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
def test_T6_ctrl_c_cancels_the_run_and_starts_no_other(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for _ in range(150):
        account.add_crew()
    run = die_on_page(customer, account, 2)
    lapse(run)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(DatabaseLedger, "save_page", interrupt)
    answer = customer.sync(kind)

    assert (answer.code, answer["status"], answer["run"]) == (1, "cancelled", run.pk)
    assert SyncRun.objects.for_company(customer.company).count() == 1


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

    request_cancel(run=run, actor=administrator(customer))

    run.refresh_from_db()
    assert run.is_active


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
    seconds = (run.not_before - timezone.now()).total_seconds()
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


def later(run: SyncRun) -> None:
    """The time has come, for the run and for the pace of its token."""
    TokenPace.objects.update(blocked_until=0)
    SyncRun.objects.for_company(run.company_id).filter(pk=run.pk).update(not_before=timezone.now())


def test_T6_after_24_hours_it_waits_no_longer(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.smarthr.transport._PAUSES", ())
    run = started(customer)
    SyncRun.objects.for_company(customer.company).update(
        started_at=timezone.now() - timedelta(hours=24, minutes=1)
    )
    account.fail("maintenance", path="/crews", times=None)

    assert work(run) == runs.Slice(finished=True)
    assert (run.status, run.error_code) == (RunStatus.FAILED, "maintenance")


def test_T6_a_run_that_dies_again_and_again_is_given_up(customer: Customer) -> None:
    run = started(customer)
    SyncRun.objects.for_company(customer.company).update(takeovers=runs.MOST_TAKEOVERS + 1)

    assert work(run) == runs.Slice(finished=True)
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

    account.before_page = by_hand
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
    ledger = DatabaseLedger(run, uuid4(), runs.sync_settings(customer.integration))
    account.add_token("another-token-1234")
    customer.configure(token="another-token-1234")

    ledger.accept_account()

    assert customer.integration.account_unchecked
