"""What the tests of a run's life share: runs, workers that pause or die, and time that passes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from employees.models import Employee
from integrations.choices import RunKind, RunStatus, Trigger
from integrations.models import SyncRun, TokenPace
from integrations.services import runs
from integrations.services.run_endings import Slice
from integrations.services.run_work import work_on
from integrations.services.runs import claim, start_run
from integrations.sync.database import DatabaseLedger
from simulator.account import Account
from tests.integrations.conftest import Answer, Customer


def between_pages(act: Callable[[int], object]) -> Callable[[int], None]:
    """For `account.before_page`, which is called in a thread of the simulator's: one that uses the
    database has to leave it, or the database cannot be dropped."""

    def call(page: int) -> None:
        try:
            act(page)
        finally:
            connection.close()

    return call


def administrator(customer: Customer) -> Employee:
    found: Employee = Employee.objects.for_company(customer.company).get(employee_id="admin")
    return found


def started(customer: Customer, kind: RunKind = RunKind.EMPLOYEES) -> SyncRun:
    run, is_new = start_run(
        company=customer.company, kind=kind, trigger=Trigger.SCREEN, actor=administrator(customer)
    )
    assert is_new
    return run


def claimed(run: SyncRun) -> UUID:
    lease = claim(run.pk)
    assert lease is not None
    return lease


def work(run: SyncRun, *, pages: int | None = None) -> Slice:
    """A slice by a worker; `pages`: its time is over when it has asked so often."""
    asked = 0

    def should_pause() -> bool:
        nonlocal asked
        asked += 1
        return pages is not None and asked >= pages

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


def later(run: SyncRun) -> None:
    """The time has come, for the run and for the pace of its token."""
    TokenPace.objects.update(blocked_until=0)
    SyncRun.objects.for_company(run.company_id).filter(pk=run.pk).update(not_before=timezone.now())
