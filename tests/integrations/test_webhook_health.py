"""X3, W2: a webhook that SmartHR disabled, or that is not there, is healed or told of."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.choices import WebhookMode
from integrations.reasons import Reason
from integrations.webhook_address import webhook_address
from simulator.account import Account
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.looks import look, make_automatic, set_columns

CREWS, DEPARTMENTS = "crews:read", "departments:read"


@pytest.fixture
def automatic(customer: Customer) -> Customer:
    return make_automatic(customer)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"disabled_at": "2026-04-01"}, "webhook_disabled"),
        ({"crew_deleted": False}, "webhook_wrong"),
        (None, "webhook_gone"),
    ],
)
def test_X3_auto_heals_its_webhook_and_catches_up(
    automatic: Customer, account: Account, change: dict[str, Any] | None, cause: str
) -> None:
    key = automatic.integration.webhook_remote_id
    if change is None:
        account.delete_webhook(key)
    else:
        account.change_webhook(key, **change)

    assert look(automatic) == {"webhook_healed": {"cause": cause}}
    ours = [
        w for w in account.webhooks.values() if w["url"] == webhook_address(automatic.integration)
    ]
    assert [(w["disabled_at"], w["crew_deleted"]) for w in ours] == [(None, True)]
    assert automatic.integration.changes_wanted_at is not None


def test_X3_auto_that_cannot_heal_says_why_and_nothing_of_a_healing(
    automatic: Customer, account: Account
) -> None:
    account.change_webhook(automatic.integration.webhook_remote_id, disabled_at="2026-04-01")
    account.add_token(TOKEN, scopes=[CREWS, DEPARTMENTS, "webhooks:read"])

    found = look(automatic)

    assert list(found) == ["webhook_disabled"]
    assert found["webhook_disabled"]["problem"] == Reason.PERMISSION_MISSING
    assert automatic.integration.changes_wanted_at is None

    account.add_token(TOKEN)
    assert list(look(automatic)) == ["webhook_healed"]


def test_X3_auto_without_the_permission_names_it(automatic: Customer, account: Account) -> None:
    account.add_token(TOKEN, scopes=[CREWS, DEPARTMENTS])

    assert look(automatic) == {"permission_missing": {"permissions": ["Webhook:参照・更新"]}}


def test_X3_manual_is_told_and_nothing_is_changed_at_SmartHR(
    automatic: Customer, account: Account
) -> None:
    set_columns(automatic, webhook_mode=WebhookMode.MANUAL)
    key = automatic.integration.webhook_remote_id
    account.change_webhook(key, disabled_at="2026-04-01")
    disabled = look(automatic)
    account.delete_webhook(key)
    gone = look(automatic)
    account.add_webhook(url="https://example.com/another")

    assert (disabled, gone) == ({"webhook_disabled": {}}, {"webhook_gone": {}})
    assert look(automatic) == {"webhook_gone": {}}
    assert automatic.integration.changes_wanted_at is None

    account.add_token(TOKEN, scopes=[CREWS])  # it may not look
    assert look(automatic) == {"webhook_gone": {}}
    set_columns(automatic, webhook_mode=WebhookMode.OFF)
    assert look(automatic) == {}
