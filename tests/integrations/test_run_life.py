"""T6: a run is started once, goes on from its page, and is taken over."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from kombu.exceptions import OperationalError as BrokerDown

from companies.models import AuditEntry
from employees.models import Employee
from integrations import tasks
from integrations.choices import RunKind, RunStatus, Trigger
from integrations.models import RunPage, SmartHRIntegration, SyncRun
from integrations.services.run_endings import Slice
from integrations.services.run_work import work_on
from integrations.services.runs import claim, due_runs, start_run
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.lives import (
    administrator,
    between_pages,
    claimed,
    die_on_page,
    lapse,
    pages_asked,
    started,
    summary,
    work,
)
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

    assert work(run, pages=2) == Slice(finished=False)
    assert (run.status, run.lease, run.phase_done) == (RunStatus.RUNNING, None, 100)
    assert work(run) == Slice(finished=True)

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

    def lose(number: int) -> None:
        if number == 2:
            lapse(run)
            claimed(run)

    account.before_page = between_pages(lose)

    assert work_on(run.pk, lease, should_pause=lambda: False) == Slice(finished=False)

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
    # The third page was in hand; the fourth was on its way.
    assert pages_asked(account) == ["1", "2", "3", "4", "4"]
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
    account.before_page = between_pages(
        lambda page: customer.configure("--retired", "skip") if page == 2 else None
    )

    answer = customer.sync()

    assert summary(answer) == (1, "failed", counted(created=100))
    assert "設定が変更された" in answer["error"]


def test_X5_the_expiry_of_initial_passwords_does_not_end_a_run(
    customer: Customer, account: Account
) -> None:
    for _ in range(250):
        account.add_crew()
    account.before_page = between_pages(
        lambda page: customer.configure("--initial-password-days", "90") if page == 2 else None
    )

    answer = customer.sync()

    assert summary(answer) == (0, "succeeded", counted(created=250))
    customer.company.refresh_from_db()
    assert customer.company.initial_password_days == 90
