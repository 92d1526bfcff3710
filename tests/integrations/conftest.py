"""A company connected to a SmartHR simulator over real HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command

from companies.audit import command
from companies.models import Company
from employees.models import Employee
from employees.services.companies import create_company
from groups.models import Group
from integrations import pacing
from integrations.models import SmartHRIntegration
from integrations.services.connection import ConnectionChanges, configure, integration_of
from simulator.account import Account
from simulator.server import Simulator, start_simulator

TOKEN = "shr_1234_abcdefghijklmnopqrstuvwxyz123456"


@pytest.fixture
def smarthr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A simulator, hardly paced, so that tests are fast."""
    monkeypatch.setattr(pacing, "_SPACING", 0.001)
    with start_simulator() as simulator:
        yield simulator


@pytest.fixture
def account(smarthr: Simulator, settings: Any) -> Account:
    """An empty SmartHR account without a rate limit."""
    account = smarthr.add_account("acme", TOKEN)
    account.rate_limit_per_second = account.rate_limit_per_hour = None
    settings.SMARTHR_API_URL = account.api_url.replace("/acme/", "/{subdomain}/")
    return account


@dataclass
class Answer:
    """What a command printed and how it ended."""

    code: int
    data: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def reasons(self, record_id: object) -> list[str]:
        return [e["reason"] for e in self.data["skipped"] if e["smarthr_id"] == str(record_id)]


@dataclass
class Customer:
    """A company and what its people do."""

    company: Company
    account: Account

    def sync(self, *arguments: str) -> Answer:
        return run_command("smarthr_sync", *arguments, company=self.company.code)

    def deletions(self, *arguments: str) -> Answer:
        return run_command("smarthr_deletions", *arguments, company=self.company.code)

    def configure(self, *arguments: str, token: str = "") -> Answer:
        with mock.patch.dict(os.environ, {"SMARTHR_TOKEN": token}):
            return run_command("smarthr_configure", *arguments, company=self.company.code)

    def person(self, crew: Any) -> Employee:
        """The linked employee of a crew of the simulator (its dict or id)."""
        employee: Employee = Employee.objects.for_company(self.company).get(smarthr_id=_id(crew))
        return employee

    def has_person(self, crew: Any) -> bool:
        people = Employee.objects.for_company(self.company)
        return bool(people.filter(smarthr_id=_id(crew)).exists())

    def group(self, department: Any) -> Group:
        group: Group = Group.objects.for_company(self.company).get(smarthr_id=_id(department))
        return group

    @property
    def default_group(self) -> Group:
        group: Group = Group.objects.for_company(self.company).get(is_default=True)
        return group

    @property
    def integration(self) -> SmartHRIntegration:
        return integration_of(self.company)


def _id(record: Any) -> str:
    return record if isinstance(record, str) else str(record["id"])


def run_command(name: str, *arguments: str, company: str) -> Answer:
    """A management command in this process, with `--json`."""
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command(name, *arguments, "--company", company, "--json", stdout=out)
    return Answer(int(end.value.code or 0), json.loads(out.getvalue()))


@pytest.fixture
def customer(transactional_db: None, account: Account) -> Customer:
    """A company that is connected to `account`; slot 適用しない, everything else by default."""
    administrator = create_company(
        code="acme",
        name="アクメ株式会社",
        admin_id="admin",
        admin_email="admin@example.com",
        admin_password="correct horse battery",
        actor=command("test"),
    )
    configure(
        company=administrator.company,
        actor=command("test"),
        changes=ConnectionChanges(subdomain="acme", token=TOKEN),
    )
    return Customer(administrator.company, account)
