"""A webhook that was made at SmartHR, and then nothing was saved (W2)."""

from __future__ import annotations

from unittest import mock

import pytest

from integrations.services import connection
from integrations.services.webhook_claim import RegistrationBusy
from integrations.services.webhook_removals import left_at_smarthr
from integrations.tasks import remove_webhooks
from integrations.webhook_address import webhook_address
from simulator.account import Account
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.test_webhook_removals import (
    account,
    make_due,
    other,
    removals,
    simulator,
)
from tests.integrations.webhooks import FOREIGN, NEW_TOKEN, remote_ids, turn_on

__all__ = ["account", "other", "simulator"]  # fixtures


def stopped_before_the_save(customer: Customer, *options: str, token: str = TOKEN) -> None:
    with (
        mock.patch.object(connection, "_save", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        customer.configure(*options, token=token)


def test_W2_one_that_was_made_before_a_kill_is_removed(
    customer: Customer, account: Account
) -> None:
    foreign = account.add_webhook(url=FOREIGN)
    stopped_before_the_save(customer, "--webhook-mode", "auto")
    assert (len(remote_ids(customer)), customer.integration.webhook_mode) == (1, "off")
    assert left_at_smarthr(customer.company) == []  # nobody has failed yet

    remove_webhooks()  # whoever registers may still be at it
    assert len(remote_ids(customer)) == 1
    make_due(customer)
    remove_webhooks()

    assert (list(account.webhooks), removals(customer)) == ([foreign], [])


def test_W2_one_whose_save_was_refused_is_removed(customer: Customer, account: Account) -> None:
    with mock.patch.object(connection, "_save", side_effect=RegistrationBusy):
        assert customer.configure("--webhook-mode", "auto").code == 1
    make_due(customer)

    remove_webhooks()

    assert (account.webhooks, removals(customer)) == ({}, [])


def test_W2_one_that_was_made_at_the_other_account_is_removed_there(
    customer: Customer, account: Account, other: Account
) -> None:
    turn_on(customer)
    stopped_before_the_save(customer, "--subdomain", "other", token=NEW_TOKEN)
    assert len(other.webhooks) == 1
    make_due(customer)

    remove_webhooks()

    assert (other.webhooks, len(account.webhooks), removals(customer)) == ({}, 1, [])


def test_W2_one_that_the_next_save_takes_over_stays(customer: Customer, account: Account) -> None:
    stopped_before_the_save(customer, "--webhook-mode", "auto")
    (key,) = remote_ids(customer)

    turn_on(customer)

    assert removals(customer) == []
    remove_webhooks()
    assert remote_ids(customer) == [key] == [customer.integration.webhook_remote_id]


def test_W2_one_that_was_made_goes_before_a_person_registers_by_hand(
    customer: Customer, account: Account
) -> None:
    stopped_before_the_save(customer, "--webhook-mode", "auto")

    customer.configure("--webhook-mode", "manual")

    assert (account.webhooks, removals(customer)) == ({}, [])


@pytest.mark.parametrize("then", ["manual", "off"])
def test_W2_one_by_hand_is_never_removed_by_what_was_left_undone(
    customer: Customer, account: Account, then: str
) -> None:
    turn_on(customer)
    (key,) = remote_ids(customer)
    failing = account.fail("maintenance", path="/webhooks/*", method="DELETE", times=None)
    customer.configure("--webhook-mode", "off")
    customer.configure("--webhook-mode", "manual")
    by_hand = account.add_webhook(url=webhook_address(customer.integration))
    customer.configure("--webhook-mode", then)
    failing.cancel()
    make_due(customer)

    remove_webhooks()

    assert (remote_ids(customer), removals(customer)) == ([by_hand], [])
    assert key != by_hand


def test_W2_a_kill_on_the_way_from_manual_spares_the_one_by_hand(
    customer: Customer, account: Account
) -> None:
    customer.configure("--webhook-mode", "manual")
    by_hand = account.add_webhook(url=webhook_address(customer.integration))
    stopped_before_the_save(customer, "--webhook-mode", "auto")
    customer.configure("--webhook-mode", "off")
    make_due(customer)

    remove_webhooks()

    assert remote_ids(customer) == [by_hand]


def test_W2_removal_that_finds_another_of_ours_in_use_leaves_it(
    customer: Customer, account: Account, other: Account
) -> None:
    """One account under two names."""
    other.webhooks = account.webhooks
    stopped_before_the_save(customer, "--webhook-mode", "auto")
    (key,) = remote_ids(customer)
    customer.configure("--subdomain", "other", "--webhook-mode", "auto", token=NEW_TOKEN)
    make_due(customer)

    remove_webhooks()

    assert (remote_ids(customer), removals(customer)) == ([key], [])
