"""What the tests of 接続テスト share."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from integrations.services.check_result import CheckResult
from simulator.account import Account
from simulator.tokens import ALL_SCOPES
from tests.integrations.conftest import Answer, Customer, run_command

CREWS, DEPARTMENTS, WEBHOOKS = "従業員情報:参照", "部署:参照", "Webhook:参照・更新"


def run_check(customer: Customer) -> Answer:
    return run_command("smarthr_check", company=customer.company.code)


def text_of(customer: Customer) -> str:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("smarthr_check", "--company", customer.company.code, stdout=out)
    return out.getvalue()


def without(*scopes: str) -> list[str]:
    return sorted(ALL_SCOPES - set(scopes))


def add_people(account: Account, count: int, **attributes: Any) -> list[str]:
    return [account.add_crew(emp_code=f"N-{n}", **attributes) for n in range(1, count + 1)]


def stored(customer: Customer) -> CheckResult | None:
    return CheckResult.from_json(customer.integration.check_result)
