"""What the tests of approved deletions share: candidates, approvals, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from companies.models import AuditEntry
from integrations.choices import Trigger
from integrations.models import DeletionCandidate, RunPage, SyncRun
from integrations.services.deletions import approve
from integrations.sync.database import DatabaseLedger
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.lives import administrator, lapse, work

GONE = 25


def let_go(customer: Customer, account: Account) -> list[str]:
    """Makes candidates, in the order in which they are asked for; five people stay."""
    made = [account.add_crew() for _ in range(GONE + 5)]
    customer.sync()
    for crew in made[:GONE]:
        account.delete_crew(crew)
    assert customer.sync().code == 3
    account.requests.clear()
    return sorted(made[:GONE])


def candidates(customer: Customer) -> Any:
    return DeletionCandidate.objects.for_company(customer.company)


def keys(customer: Customer, crews: list[str] | None = None) -> list[int]:
    rows = candidates(customer)
    if crews is not None:
        rows = rows.filter(smarthr_id__in=crews)
    return list(rows.values_list("pk", flat=True))


def approved(customer: Customer, crews: list[str] | None = None) -> SyncRun:
    run, is_new = approve(
        company=customer.company,
        candidates=keys(customer, crews),
        trigger=Trigger.SCREEN,
        actor=administrator(customer),
    )
    assert is_new
    return run


def asked(account: Account) -> list[str]:
    return [r.path.rpartition("/")[2] for r in account.requests if r.path.count("/") == 2]


def missing(customer: Customer, crews: list[str]) -> int:
    return sum(not customer.has_person(crew) for crew in crews)


def audited(customer: Customer, action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.for_company(customer.company).filter(action=action))


def killed_after(pages: int, run: SyncRun) -> None:
    """A worker that dies right after it has kept so many pages of answers."""

    class Killed(BaseException):
        pass

    original = DatabaseLedger.step
    kept = 0

    def step(ledger: DatabaseLedger, act: Callable[[], None]) -> None:
        nonlocal kept
        original(ledger, act)
        kept = RunPage.objects.filter(run=run).count()
        if kept == pages:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseLedger, "step", step)
        with pytest.raises(Killed):
            work(run)
    run.refresh_from_db()
    lapse(run)
