"""X3, W2: a webhook that SmartHR disabled, or that is not there, is healed or told of."""

from __future__ import annotations

from typing import Any

import pytest

from companies.audit import command
from integrations.choices import WebhookMode
from integrations.reasons import Reason
from integrations.services.connection import ConnectionChanges, configure
from integrations.services.webhook_state import webhook_state
from integrations.smarthr.parsing import CREW_EVENTS
from integrations.webhook_address import webhook_address
from simulator.account import Account
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.looks import issues, look, make_automatic, set_columns

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
    assert webhook_state(automatic.integration).label == "停止しています"
    account.delete_webhook(key)
    gone = look(automatic)
    account.add_webhook(url="https://example.com/another")

    assert (disabled, gone) == ({"webhook_disabled": {}}, {"webhook_gone": {}})
    assert look(automatic) == {"webhook_gone": {}}
    assert automatic.integration.changes_wanted_at is None

    account.add_token(TOKEN, scopes=[CREWS])  # it may not look
    assert look(automatic) == {"webhook_gone": {}}
    account.add_token(TOKEN)
    account.add_webhook(
        url=webhook_address(automatic.integration), **dict.fromkeys(CREW_EVENTS, True)
    )
    assert look(automatic) == {}
    assert webhook_state(automatic.integration).problem is None
    set_columns(automatic, webhook_mode=WebhookMode.OFF)
    assert look(automatic) == {}


def test_W9_auto_registers_what_was_left_undone_and_tells_nobody(
    automatic: Customer, account: Account
) -> None:
    """The webhook looks right, but SmartHR has not got the new secret."""
    set_columns(automatic, webhook_problem=Reason.WEBHOOK_SECRET_UNSENT)
    account.requests.clear()

    assert look(automatic) == {}
    assert [request.method for request in account.requests].count("PATCH") == 1
    assert automatic.integration.webhook_problem == ""


def test_W2_a_registration_by_a_person_closes_the_trouble(
    automatic: Customer, account: Account
) -> None:
    account.delete_webhook(automatic.integration.webhook_remote_id)
    account.add_token(TOKEN, scopes=[CREWS, DEPARTMENTS, "webhooks:read"])
    look(automatic)
    account.add_token(TOKEN)

    configure(
        company=automatic.company,
        actor=command("test"),
        changes=ConnectionChanges(webhook_mode=WebhookMode.AUTO),
    )

    assert issues(automatic) == {}
