"""What turning automatic sync on and off asks for and leaves alone (W3, W10, X2)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from integrations.choices import RunStatus
from integrations.models import SmartHRIntegration, WebhookRemoval
from integrations.services.webhook_secrets import current_secret
from simulator.account import Account
from tests.factories import ActiveRunFactory
from tests.integrations.conftest import Customer
from tests.integrations.webhooks import NEW_TOKEN, turn_on


@pytest.mark.parametrize("mode", ["auto", "manual"])
def test_W10_turning_it_on_asks_for_the_changes(customer: Customer, mode: str) -> None:
    rows = SmartHRIntegration.objects.for_company(customer.company)
    rows.update(people_imported_at=timezone.now())

    customer.configure("--webhook-mode", mode)

    assert rows.filter(changes_wanted_at__isnull=False).count() == 1


def test_W10_it_asks_for_a_sync_that_begins_now_whatever_was_asked_before(
    customer: Customer,
) -> None:
    """One that runs at this moment would end the older wish, and has read before the switch."""
    rows = SmartHRIntegration.objects.for_company(customer.company)
    before = timezone.now()
    rows.update(people_imported_at=before, changes_wanted_at=before)

    customer.configure("--webhook-mode", "manual")

    asked = customer.integration.changes_wanted_at
    assert asked is not None
    assert asked > before


def test_W10_nothing_is_asked_for_before_a_person_has_imported(customer: Customer) -> None:
    turn_on(customer)

    assert customer.integration.changes_wanted_at is None


def test_W10_nothing_is_asked_for_where_it_was_on_already(customer: Customer) -> None:
    customer.configure("--webhook-mode", "manual")
    rows = SmartHRIntegration.objects.for_company(customer.company)
    rows.update(people_imported_at=timezone.now())

    turn_on(customer)
    customer.configure("--webhook-mode", "off")

    assert customer.integration.changes_wanted_at is None


def test_W3_manual_mode_has_a_secret_and_waits_for_the_first_delivery(
    customer: Customer, account: Account
) -> None:
    rows = SmartHRIntegration.objects.for_company(customer.company)
    rows.update(webhook_confirmed_at=timezone.now())

    answer = customer.configure("--webhook-mode", "manual")

    integration = customer.integration
    assert (answer.code, answer["webhook_mode"]) == (0, "manual")
    assert len(current_secret(integration)) >= 43
    assert integration.webhook_confirmed_at is None
    assert account.requests == []


def test_X2_switches_and_mode_stop_no_run(customer: Customer) -> None:
    run = ActiveRunFactory(company=customer.company, status=RunStatus.RUNNING)
    before = customer.integration.settings_version

    answer = customer.configure(
        "--hourly-sync", "off", "--nightly-sync", "off", "--webhook-mode", "manual"
    )

    assert (answer["hourly_sync"], answer["nightly_sync"]) == (False, False)
    assert customer.integration.settings_version == before
    run.refresh_from_db()
    assert run.status == RunStatus.RUNNING
    assert customer.configure("--hourly-sync", "on")["hourly_sync"] is True


@pytest.mark.parametrize(
    ("options", "token", "is_forgotten"),
    [
        (["--department-slot", "2"], "", True),
        (["--retired", "skip"], "", True),
        (["--name-source", "business"], "", True),
        (["--subdomain", "acme2"], "", True),
        ([], NEW_TOKEN, True),
        (["--accept-account"], "", True),
        (["--deletion", "auto"], "", False),
        (["--webhook-mode", "manual"], "", False),
        (["--hourly-sync", "off"], "", False),
    ],
)
def test_X2_a_setting_that_affects_people_makes_the_next_sync_read_all(
    customer: Customer, options: list[str], token: str, is_forgotten: bool
) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(crews_watermark=timezone.now())

    assert customer.configure(*options, token=token).code == 0

    assert (customer.integration.crews_watermark is None) is is_forgotten
    assert WebhookRemoval.objects.for_company(customer.company).count() == 0
