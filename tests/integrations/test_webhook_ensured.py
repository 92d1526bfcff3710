"""Our webhook is put right again without a save, by whoever looks after it (W2)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from integrations.models import SmartHRIntegration
from integrations.services.webhook_registration import RegistrationFailed, ensure_registered
from simulator.account import Account
from simulator.tokens import ALL_SCOPES
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.webhooks import as_it_should_be, ours, remote_ids, turn_on


def test_W2_ensuring_repairs_what_smarthr_disabled_and_keeps_what_it_found(
    customer: Customer, account: Account
) -> None:
    turn_on(customer)
    (key,) = remote_ids(customer)
    rows = SmartHRIntegration.objects.for_company(customer.company)
    rows.update(webhook_secret_seen_at=timezone.now())
    account.change_webhook(key, disabled_at="2026-01-10")

    first = ensure_registered(company=customer.company)
    account.requests.clear()
    second = ensure_registered(company=customer.company)

    assert first is not None
    assert (first.was_disabled, first.was_known, first.changed) == (True, True, True)
    assert second is not None
    assert (second.was_disabled, second.changed) == (False, False)
    assert [request.method for request in account.requests] == ["GET"]
    assert ours(customer) == [as_it_should_be(customer)]


def test_W2_ensuring_keeps_why_it_failed_until_it_works(
    customer: Customer, account: Account
) -> None:
    turn_on(customer)
    account.add_token(TOKEN, scopes=ALL_SCOPES - {"webhooks:read"})

    with pytest.raises(RegistrationFailed):
        ensure_registered(company=customer.company)

    integration = customer.integration
    assert integration.webhook_problem == "permission_missing"
    assert integration.webhook_problem_detail == {"permission": "Webhook:参照・更新"}
    account.add_token(TOKEN)
    ensure_registered(company=customer.company)
    assert customer.integration.webhook_problem == ""


@pytest.mark.parametrize("mode", ["off", "manual"])
def test_W2_nothing_is_ensured_in_the_other_modes(
    customer: Customer, account: Account, mode: str
) -> None:
    customer.configure("--webhook-mode", mode)

    assert ensure_registered(company=customer.company) is None
    assert account.webhooks == {}
