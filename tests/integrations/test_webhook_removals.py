"""What becomes of our webhook when the mode or the account is another one (W2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from integrations import pacing
from integrations.models import WebhookRemoval
from integrations.services.webhook_claim import webhook_claim
from integrations.services.webhook_removals import retry_due_removals
from integrations.tasks import remove_webhooks
from integrations.webhook_address import webhook_address
from simulator.account import Account
from simulator.server import Simulator, start_simulator
from simulator.tokens import ALL_SCOPES
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.webhooks import (
    FOREIGN,
    NEW_TOKEN,
    as_it_should_be,
    ours,
    remote_ids,
    state,
    turn_on,
)


@pytest.fixture
def simulator(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    monkeypatch.setattr(pacing, "_SPACING", 0.001)
    with start_simulator() as simulator:
        settings.SMARTHR_API_URL = simulator.api_url_template
        yield simulator


def opened(simulator: Simulator, subdomain: str, token: str) -> Account:
    account = simulator.add_account(subdomain, token)
    account.rate_limit_per_second = account.rate_limit_per_hour = None
    return account


@pytest.fixture
def account(simulator: Simulator) -> Account:
    return opened(simulator, "acme", TOKEN)


@pytest.fixture
def other(simulator: Simulator) -> Account:
    """Another company's account."""
    return opened(simulator, "other", NEW_TOKEN)


def removals(customer: Customer) -> list[WebhookRemoval]:
    return list(WebhookRemoval.objects.for_company(customer.company).order_by("pk"))


def make_due(customer: Customer, **ago: float) -> None:
    rows = WebhookRemoval.objects.for_company(customer.company)
    rows.update(not_before=timezone.now())
    if ago:
        rows.update(asked_at=timezone.now() - timedelta(**ago))


@pytest.mark.parametrize("mode", ["off", "manual"])
def test_W2_turning_it_off_removes_the_webhook_and_no_other(
    customer: Customer, account: Account, mode: str
) -> None:
    turn_on(customer)
    foreign = account.add_webhook(url=FOREIGN)
    account.add_webhook(url=webhook_address(customer.integration))  # of a heal that was killed

    answer = customer.configure("--webhook-mode", mode)

    assert (answer.code, answer["webhook_mode"]) == (0, mode)
    assert list(account.webhooks) == [foreign]
    assert (customer.integration.webhook_remote_id, removals(customer)) == ("", [])


@pytest.mark.parametrize("mode", ["off", "manual"])
@pytest.mark.parametrize("fault", ["maintenance", "drop_connection", "ip_not_permitted"])
def test_W2_removal_that_fails_blocks_nothing_and_is_tried_again(
    customer: Customer, account: Account, mode: str, fault: str
) -> None:
    turn_on(customer)
    (key,) = remote_ids(customer)
    failing = account.fail(fault, path="/webhooks/*", method="DELETE", times=None)

    assert customer.configure("--webhook-mode", mode)["webhook_mode"] == mode
    (kept,) = removals(customer)
    assert (kept.subdomain, kept.remote_id, kept.attempts) == ("acme", key, 1)
    assert TOKEN not in kept.token_ciphertext
    remove_webhooks()  # not due yet
    assert removals(customer)[0].attempts == 1

    make_due(customer)
    remove_webhooks()

    (kept,) = removals(customer)
    assert kept.attempts == 2
    assert kept.not_before > timezone.now() + timedelta(minutes=9)  # doubled

    failing.cancel()
    make_due(customer)
    remove_webhooks()
    assert (remote_ids(customer), removals(customer)) == ([], [])


def test_W2_webhook_that_is_gone_already_needs_no_removal(
    customer: Customer, account: Account
) -> None:
    turn_on(customer)
    account.webhooks.clear()

    customer.configure("--webhook-mode", "off")

    assert removals(customer) == []


def test_W2_another_account_gets_one_and_the_old_one_loses_it(
    customer: Customer, account: Account, other: Account
) -> None:
    turn_on(customer)

    answer = customer.configure("--subdomain", "other", token=NEW_TOKEN)

    assert (answer.code, account.webhooks) == (0, {})
    assert [w["secret_token"] for w in other.webhooks.values()] == [
        as_it_should_be(customer)["secret_token"]
    ]
    assert customer.integration.webhook_remote_id in other.webhooks
    assert removals(customer) == []


def test_W2_old_account_that_cannot_be_reached_is_kept_for_later(
    customer: Customer, account: Account, other: Account
) -> None:
    turn_on(customer)
    account.remove_token(TOKEN)

    assert customer.configure("--subdomain", "other", token=NEW_TOKEN).code == 0

    (kept,) = removals(customer)
    assert (kept.subdomain, len(account.webhooks), len(other.webhooks)) == ("acme", 1, 1)
    account.add_token(TOKEN)
    make_due(customer)
    remove_webhooks()
    assert (account.webhooks, removals(customer)) == ({}, [])


def test_W2_another_token_of_the_account_keeps_the_webhook(
    customer: Customer, account: Account
) -> None:
    turn_on(customer)
    (key,) = remote_ids(customer)
    account.add_token(NEW_TOKEN)
    account.remove_token(TOKEN)

    assert customer.configure(token=NEW_TOKEN).code == 0

    assert (remote_ids(customer), removals(customer)) == ([key], [])
    assert ours(customer) == [as_it_should_be(customer)]


def test_W2_renamed_subdomain_keeps_the_webhook(
    customer: Customer, account: Account, other: Account
) -> None:
    turn_on(customer)
    other.add_token(TOKEN)
    other.webhooks = account.webhooks  # one account under two names
    account.inactive = True

    assert customer.configure("--subdomain", "other").code == 0

    assert len(other.webhooks) == 1
    assert removals(customer) == []


def test_W2_account_that_refuses_the_webhook_is_not_taken(
    customer: Customer, account: Account, other: Account
) -> None:
    turn_on(customer)
    other.add_token(NEW_TOKEN, scopes=ALL_SCOPES - {"webhooks:update"})
    before = state(customer)

    answer = customer.configure("--subdomain", "other", token=NEW_TOKEN)

    assert answer.code == 1
    assert "何も変更していません。" in answer["error"]
    assert state(customer) == before
    assert ours(customer) == [as_it_should_be(customer)]


def test_W2_webhook_that_is_used_again_is_not_removed(customer: Customer, account: Account) -> None:
    turn_on(customer)
    (key,) = remote_ids(customer)
    failing = account.fail("maintenance", path="/webhooks/*", method="DELETE", times=None)
    customer.configure("--webhook-mode", "off")
    failing.cancel()
    turn_on(customer)
    make_due(customer)

    remove_webhooks()

    assert (remote_ids(customer), removals(customer)) == ([key], [])
    assert customer.integration.webhook_remote_id == key


def test_W2_nothing_is_removed_while_somebody_registers(
    customer: Customer, account: Account
) -> None:
    turn_on(customer)
    account.fail("maintenance", path="/webhooks/*", method="DELETE")
    account.fail("maintenance", path="/webhooks/*", method="DELETE")
    customer.configure("--webhook-mode", "off")
    make_due(customer)
    account.requests.clear()

    with webhook_claim(customer.company):
        retry_due_removals()

    assert account.requests == []
    assert len(removals(customer)) == 1


def test_W2_removal_is_given_up_after_thirty_days_and_forgets_the_token(
    customer: Customer, account: Account
) -> None:
    turn_on(customer)
    account.fail("maintenance", path="/webhooks/*", method="DELETE", times=None)
    customer.configure("--webhook-mode", "off")
    make_due(customer, days=31)
    account.requests.clear()

    remove_webhooks()

    (kept,) = removals(customer)
    assert (kept.token_ciphertext, account.requests) == ("", [])
    make_due(customer, days=61)
    remove_webhooks()
    assert removals(customer) == []


def test_W2_beat_tries_removals_again() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["remove webhooks that could not be removed"]

    assert entry == {"task": remove_webhooks.name, "schedule": 300.0}
