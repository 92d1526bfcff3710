"""E12, T6: a run of approved deletions that was killed, waits, is cancelled or fails."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from cards.models import CardArchive
from companies.audit import command
from companies.set_based import batches
from employees.choices import Role
from employees.models import Employee
from integrations import tasks
from integrations.choices import Phase, RunStatus
from integrations.models import RunPage, SmartHRIntegration, SyncRun
from integrations.reasons import Reason
from integrations.services import run_work
from integrations.services.deletions import dismiss
from integrations.services.runs import due_runs, request_cancel
from integrations.sync import approved_steps
from simulator.account import Account
from tests.integrations.approvals import (
    GONE,
    approved,
    asked,
    audited,
    candidates,
    keys,
    killed_after,
    let_go,
    missing,
)
from tests.integrations.conftest import Customer
from tests.integrations.lives import administrator, lapse, later, work
from tests.integrations.sync.people import counted

ACTOR = command("test")


@pytest.fixture(autouse=True)
def messages(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What workers were asked; there are none."""
    sent: list[Any] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, args=None, **_: sent.append((name, args))
    )
    monkeypatch.setattr(tasks.work_on_run, "delay", sent.append)
    return sent


@pytest.fixture
def gone(customer: Customer, account: Account) -> list[str]:
    return let_go(customer, account)


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_E12_a_killed_run_goes_on_where_it_was(
    customer: Customer, account: Account, gone: list[str]
) -> None:
    run = approved(customer)

    killed_after(1, run)

    assert (run.status, run.phase, run.phase_done) == (RunStatus.RUNNING, Phase.LOOKUPS, 10)
    assert (run.phase_total, missing(customer, gone)) == (GONE, 0)
    assert due_runs() == [run.pk]
    work(run)
    assert (run.status, run.takeovers) == (RunStatus.SUCCEEDED, 1)
    assert asked(account) == gone
    assert run.counts["employees"] == counted(deleted=GONE)


def test_E12_a_run_killed_after_the_deletion_ends_once(
    customer: Customer, account: Account, gone: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    last = customer.person(gone[0])
    run = approved(customer, gone[:2])
    Employee.objects.for_company(customer.company).update(role=Role.APPLICANT)
    Employee.objects.for_company(customer.company).filter(pk=last.pk).update(
        role=Role.ADMINISTRATOR, email="last@example.com"
    )

    class Killed(BaseException):
        pass

    def finish(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(run_work, "finish", finish)
        with pytest.raises(Killed):
            work(run)
    run.refresh_from_db()
    assert (run.is_active, missing(customer, gone)) == (True, 1)
    lapse(run)
    account.requests.clear()

    work(run)

    assert run.status == RunStatus.NEEDS_CONFIRMATION
    assert run.counts["employees"] == counted(deleted=1, skipped=1)
    assert account.requests == []


@pytest.mark.parametrize("between", ["nothing", "token", "takeovers"])
def test_E12_a_run_killed_after_the_deletion_needs_nothing_more_to_end(
    customer: Customer, gone: list[str], monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    run = approved(customer, gone[:3])
    with monkeypatch.context() as patch:
        patch.setattr(run_work, "finish", interrupted)
        with pytest.raises(KeyboardInterrupt):
            work(run)
    run.refresh_from_db()
    lapse(run)
    if between == "token":
        SmartHRIntegration.objects.for_company(customer.company).update(token_ciphertext="broken")
    if between == "takeovers":
        SyncRun.objects.for_company(customer.company).filter(pk=run.pk).update(takeovers=99)

    work(run)

    assert (run.status, run.error_code) == (RunStatus.SUCCEEDED, "")
    assert run.counts["employees"] == counted(deleted=3)
    assert missing(customer, gone) == 3
    assert RunPage.objects.filter(run=run).count() == 0


def test_E12_old_answers_are_asked_for_again(
    customer: Customer, account: Account, gone: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = approved(customer)
    killed_after(1, run)
    page = RunPage.objects.get(run=run)
    old = timezone.now() - approved_steps.GOOD_FOR - timedelta(seconds=1)
    page.held = [{**page.held[0], "at": old.isoformat()}]
    page.save()
    account.add_crew(id=gone[0])
    account.requests.clear()

    work(run)

    assert asked(account) == gone
    assert run.counts["employees"] == counted(deleted=GONE - 1, unchanged=1)
    assert customer.has_person(gone[0])


def test_E12a_who_was_read_by_another_door_since_stays(
    customer: Customer, account: Account, gone: list[str]
) -> None:
    run = approved(customer)
    killed_after(1, run)
    people = Employee.objects.for_company(customer.company)
    people.filter(smarthr_id=gone[0]).update(source_read_at=timezone.now())

    work(run)

    assert run.counts["employees"] == counted(deleted=GONE - 1, unchanged=1)
    assert customer.has_person(gone[0])


def test_E12_it_pauses_between_the_lookups(customer: Customer, gone: list[str]) -> None:
    run = approved(customer)

    slices = 0
    while run.is_active:
        work(run, pages=1)
        slices += 1
        assert missing(customer, gone) == (0 if run.is_active else GONE)

    assert slices > 3
    assert (run.status, run.counts["employees"]) == (RunStatus.SUCCEEDED, counted(deleted=GONE))


@pytest.mark.parametrize("fault", ["too_many", "maintenance"])
def test_T6_it_waits_and_goes_on_by_itself(
    customer: Customer,
    account: Account,
    gone: list[str],
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations.smarthr.transport._PAUSES", ())
    account.fail(fault, path=f"/crews/{gone[12]}", times=1, reset=1800)
    run = approved(customer)

    assert work(run).wait_until is not None
    assert (run.status, run.phase_done) == (RunStatus.WAITING, 10)
    assert missing(customer, gone) == 0
    assert candidates(customer).free().count() == 0
    later(run)
    work(run)

    assert (run.status, missing(customer, gone)) == (RunStatus.SUCCEEDED, GONE)


def test_E12_a_cancelled_run_has_deleted_nobody(
    customer: Customer, account: Account, gone: list[str]
) -> None:
    run = approved(customer)
    killed_after(2, run)
    request_cancel(run=run, actor=administrator(customer))

    work(run)

    assert (run.status, missing(customer, gone)) == (RunStatus.CANCELLED, 0)
    assert candidates(customer).pending().filter(approval=None).count() == GONE
    assert audited(customer, "approved") == audited(customer, "deleted") == []
    assert RunPage.objects.filter(run=run).count() == 0
    again = approved(customer)
    work(again)
    assert missing(customer, gone) == GONE


def test_E12_cancelled_before_it_began_it_lets_go_at_once(
    customer: Customer, gone: list[str]
) -> None:
    run = approved(customer)

    request_cancel(run=run, actor=administrator(customer))

    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
    assert candidates(customer).filter(approval=None).count() == GONE


def test_E12_a_failed_run_has_deleted_nobody(
    customer: Customer, account: Account, gone: list[str]
) -> None:
    account.fail("status", path=f"/crews/{gone[-1]}", status=401)
    run = approved(customer)

    work(run)

    assert (run.status, run.error_code) == (RunStatus.FAILED, Reason.TOKEN_REJECTED)
    assert missing(customer, gone) == 0
    assert candidates(customer).pending().filter(approval=None).count() == GONE


def test_E12_a_deletion_that_fails_half_way_deletes_nobody(
    customer: Customer, gone: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = CardArchive.objects.bulk_create
    archived: list[Any] = []

    def bulk_create(rows: list[CardArchive]) -> None:
        if archived:
            raise RuntimeError("disk full")
        archived.extend(original(rows))

    monkeypatch.setattr("cards.archive.batches", partial(batches, size=3))
    monkeypatch.setattr(CardArchive.objects, "bulk_create", bulk_create)
    run = approved(customer)
    work(run)

    assert (run.status, run.error_code) == (RunStatus.FAILED, Reason.INTERNAL_ERROR)
    assert (len(archived), missing(customer, gone)) == (3, 0)
    assert audited(customer, "approved") == audited(customer, "deleted") == []
    assert candidates(customer).filter(approval=None).count() == GONE


def test_E12_an_account_that_was_emptied_meanwhile_deletes_nobody(
    customer: Customer, account: Account, gone: list[str]
) -> None:
    run = approved(customer)
    account.clear()

    work(run)

    assert (run.status, run.error_code) == (RunStatus.NEEDS_CONFIRMATION, Reason.EMPTY_ANSWER)
    assert missing(customer, gone) == 0
    assert candidates(customer).filter(approval=None).count() == GONE


def test_E12_settings_that_changed_meanwhile_end_it(customer: Customer, gone: list[str]) -> None:
    run = approved(customer)
    customer.configure("--deletion", "auto")

    work(run)

    assert (run.status, run.error_code) == (RunStatus.FAILED, Reason.SETTINGS_CHANGED)
    assert (missing(customer, gone), candidates(customer).filter(approval=None).count()) == (
        0,
        GONE,
    )


def test_E12_a_hold_of_a_run_that_has_ended_holds_nobody(
    customer: Customer, gone: list[str]
) -> None:
    """As if the process had died between the end of the run and the release."""
    run = approved(customer)
    SyncRun.objects.for_company(customer.company).filter(pk=run.pk).update(
        status=RunStatus.CANCELLED, finished_at=timezone.now()
    )
    assert candidates(customer).filter(approval=run).count() == GONE

    assert len(dismiss(company=customer.company, candidates=keys(customer)[:1], actor=ACTOR)) == 1
    work(approved(customer))

    assert missing(customer, gone) == GONE
