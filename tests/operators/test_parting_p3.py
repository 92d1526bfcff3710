"""Our webhook goes from SmartHR when its company is erased, where SmartHR can be reached (P3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations import pacing
from integrations.models import TokenPace
from operators.models import WebhookAtSmartHR
from operators.services.erasure import erase_company
from simulator.account import Account
from simulator.server import Simulator, start_simulator
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.conftest import customer as connected_customer
from tests.integrations.webhooks import FOREIGN, remote_ids, turn_on
from tests.operators.steps import end_contract

pytestmark = pytest.mark.django_db
customer = connected_customer


@pytest.fixture
def simulator(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    monkeypatch.setattr(pacing, "_SPACING", 0.001)
    with start_simulator() as simulator:
        settings.SMARTHR_API_URL = simulator.api_url_template
        yield simulator


@pytest.fixture
def account(simulator: Simulator) -> Account:
    account = simulator.add_account("acme", TOKEN)
    account.rate_limit_per_second = account.rate_limit_per_hour = None
    return account


def erased(customer: Customer) -> str:
    company = end_contract(customer.company, 31)
    proof = erase_company(company=company, confirmation=company.code, asked_by="x")
    assert proof.is_done
    return str(proof.webhook)


def test_P3_our_webhook_goes_and_no_other(customer: Customer, account: Account) -> None:
    turn_on(customer)
    account.add_webhook(url=FOREIGN)
    assert len(remote_ids(customer)) == 1

    assert erased(customer) == WebhookAtSmartHR.REMOVED

    assert [webhook["url"] for webhook in account.webhooks.values()] == [FOREIGN]
    assert not TokenPace.objects.exists()


def test_P3_a_smarthr_that_is_away_holds_nothing_up(
    customer: Customer, account: Account, settings: Any
) -> None:
    turn_on(customer)
    settings.SMARTHR_API_URL = "http://127.0.0.1:9/{subdomain}/api/v1"

    assert erased(customer) == WebhookAtSmartHR.LEFT


def test_P3_without_a_webhook_there_is_nothing_to_remove(
    customer: Customer, account: Account
) -> None:
    assert erased(customer) == WebhookAtSmartHR.NONE
