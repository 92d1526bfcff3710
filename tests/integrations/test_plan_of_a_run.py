"""P2, P3: where the plan allows nothing no sync starts, and one that is going on ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from employees.models import Employee
from integrations import tasks
from integrations.choices import CandidateStatus, RunStatus
from integrations.models import DeletionCandidate, RunPage, SmartHRIntegration, SyncRun
from integrations.plan import a_year_after
from integrations.services.run_endings import Slice
from integrations.services.run_work import work_on
from simulator.account import Account
from tests.factories import CompanyFactory
from tests.integrations.conftest import Customer, run_command
from tests.integrations.lives import between_pages, claimed, started, work
from tests.integrations.sync.people import counted

OFF, PAUSED, STOPPED = "plan_off", "plan_paused", "plan_stopped"
SAID = {
    OFF: "SmartHR連携は有効になっていません。",
    PAUSED: "無料モニター期間が終了したため、SmartHR連携を停止しています。",
    STOPPED: "SmartHR連携を一時的に停止しています。",
}


@pytest.fixture(autouse=True)
def messages(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What workers were asked; there are none."""
    sent: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda *args, **_: sent.append(args))
    monkeypatch.setattr(tasks.work_on_run, "delay", sent.append)
    return sent


def long_ago() -> date:
    """A start whose period and days of grace are over since today."""
    return timezone.localdate() - timedelta(days=366 + 31)


def bring_to(customer: Customer, reason: str) -> None:
    options = {
        OFF: ["--off"],
        PAUSED: ["--start", long_ago().isoformat()],
        STOPPED: ["--pause"],
    }[reason]
    assert run_command("company_plan", *options, company=customer.company.code).code == 0


def all_runs(customer: Customer) -> Any:
    return SyncRun.objects.for_company(customer.company)


@pytest.mark.parametrize("reason", SAID)
@pytest.mark.parametrize("options", [[], ["departments"], ["--dry-run"]])
def test_P2_P3_no_sync_and_no_dry_run_starts(
    customer: Customer, account: Account, reason: str, options: list[str]
) -> None:
    account.add_crew()
    bring_to(customer, reason)

    answer = customer.sync(*options)

    assert (answer.code, answer["status"], answer["run"]) == (1, "failed", None)
    assert answer["error"].startswith(SAID[reason])
    assert account.logged("/crews") == account.logged("/departments") == []
    assert all_runs(customer).count() == 0


@pytest.mark.parametrize("reason", SAID)
def test_P2_P3_nobody_is_deleted_but_candidates_can_be_dismissed(
    customer: Customer, account: Account, reason: str
) -> None:
    gone, stays = account.add_crew(), account.add_crew()
    customer.sync()
    account.delete_crew(gone)
    customer.sync()
    bring_to(customer, reason)
    asked = len(account.logged("/crews"))

    approved = customer.deletions("--approve")

    assert (approved.code, approved["status"], approved["deleted"]) == (1, "failed", [])
    assert approved["error"].startswith(SAID[reason])
    assert customer.has_person(gone)
    assert customer.has_person(stays)
    assert len(account.logged("/crews")) == asked

    dismissed = customer.deletions("--dismiss")

    assert dismissed.code == 0
    candidate = DeletionCandidate.objects.for_company(customer.company).get()
    assert candidate.status == CandidateStatus.DISMISSED


def test_P2_a_company_without_a_plan_and_connection_hears_of_the_plan_first(db: None) -> None:
    company = CompanyFactory()

    answer = run_command("smarthr_sync", company=company.code)

    assert answer.code == 1
    assert answer["error"].startswith(SAID[OFF])


@pytest.mark.parametrize("reason", SAID)
def test_P2_P3_a_run_ends_at_its_next_slice_and_what_it_wrote_stays(
    customer: Customer, account: Account, reason: str
) -> None:
    for _ in range(250):
        account.add_crew()
    run = started(customer)
    work(run, pages=2)
    written = Employee.objects.for_company(customer.company).linked().count()
    assert 0 < written < 250
    bring_to(customer, reason)

    assert work(run) == Slice(finished=True)

    assert (run.status, run.error_code) == (RunStatus.FAILED, reason)
    assert run.finished_at is not None
    assert run.counts["employees"] == counted(created=written)
    linked = Employee.objects.for_company(customer.company).linked()
    assert linked.count() == linked.filter(is_active=True).count() == written
    assert RunPage.objects.count() == 0


def test_P3_a_run_in_the_foreground_ends_in_the_middle_of_its_slice(
    customer: Customer, account: Account
) -> None:
    for _ in range(250):
        account.add_crew()

    def stop(page: int) -> None:
        if page == 2:
            SmartHRIntegration.objects.for_company(customer.company).update(
                plan_stopped_at=timezone.now()
            )

    account.before_page = between_pages(stop)

    answer = customer.sync()

    assert (answer.code, answer["status"]) == (1, "failed")
    assert answer["error"].startswith(SAID[STOPPED])
    assert answer["employees"] == counted(created=100)


def test_P3_a_run_that_waits_ends_without_waiting_for_its_time(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch, messages: list[Any]
) -> None:
    monkeypatch.setattr("integrations.smarthr.transport._PAUSES", ())
    account.add_crew()
    account.fail("too_many", path="/crews", times=None, reset=3600)
    run = started(customer)
    work(run)
    assert (run.status, run.error_code) == (RunStatus.WAITING, "rate_limited")
    messages.clear()

    bring_to(customer, STOPPED)
    tasks.resume_runs()

    assert messages == [run.pk]
    work_on(run.pk, claimed(run), should_pause=lambda: False)
    run.refresh_from_db()
    assert (run.status, run.error_code, run.not_before) == (RunStatus.FAILED, STOPPED, None)


def test_P2_in_the_days_of_grace_syncs_go_on(customer: Customer, account: Account) -> None:
    account.add_crew()
    today = timezone.localdate()
    start = next(
        day
        for day in (today - timedelta(days=number) for number in range(360, 400))
        if a_year_after(day) == today
    )

    shown = run_command("company_plan", "--start", start.isoformat(), company="acme")

    assert shown["plan"] == "grace"
    assert customer.sync().code == 0
