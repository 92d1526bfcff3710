"""What the tests of surveys and ties share: two accounts, surveys, and what they proposed."""

from __future__ import annotations

from typing import Any

from companies.audit import command
from employees.models import Employee
from integrations.choices import NotTied, RunKind, Subject
from integrations.models import DeletionCandidate, SyncRun, Tie
from integrations.services.surveys import start_survey
from integrations.services.ties import LeftOut
from simulator.account import Account
from simulator.server import Simulator
from tests.factories import EmployeeFactory
from tests.integrations.conftest import Customer
from tests.integrations.lives import administrator, work

OTHER_TOKEN = "shr_9999_other-account-other-account-12345"
ACTOR = command("test")
FIRST, RELINK = RunKind.FIRST_IMPORT, RunKind.RELINK


def add_account(simulator: Simulator, subdomain: str, token: str) -> Account:
    account = simulator.add_account(subdomain, token)
    account.rate_limit_per_second = account.rate_limit_per_hour = None
    return account


def survey(customer: Customer, kind: RunKind = FIRST) -> SyncRun:
    run = begun(customer, kind)
    work(run)
    return run


def begun(customer: Customer, kind: RunKind) -> SyncRun:
    run, is_new = start_survey(company=customer.company, kind=kind, actor=administrator(customer))
    assert is_new
    return run


def by_hand(customer: Customer, **values: Any) -> Employee:
    return EmployeeFactory(company=customer.company, **values)


def pairs(run: SyncRun) -> dict[tuple[str, str], list[str]]:
    return {
        (str(row.employee or row.group), row.label): row.matched
        for row in Tie.objects.for_company(run.company_id).filter(run=run).order_by("pk")
    }


def keys(run: SyncRun, *labels: str) -> list[int]:
    """The proposals of a run, of these people here or of all."""
    rows = Tie.objects.for_company(run.company_id).filter(run=run).order_by("pk")
    return [row.pk for row in rows if not labels or str(row.employee or row.group) in labels]


def told(left_out: list[LeftOut]) -> list[tuple[str, NotTied]]:
    return [(one.label, one.reason) for one in left_out]


def crew_of(person: Employee) -> str | None:
    person.refresh_from_db()
    return str(person.smarthr_id) if person.smarthr_id else None


def candidate(customer: Customer, person: Employee, **values: Any) -> DeletionCandidate:
    assert person.smarthr_id is not None
    row: DeletionCandidate = DeletionCandidate.objects.create(
        company=customer.company,
        subject=Subject.EMPLOYEE,
        employee=person,
        smarthr_id=person.smarthr_id,
        **values,
    )
    return row
