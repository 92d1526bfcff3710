"""The trouble with deliveries that a test may order."""

import pytest

from simulator.account import Account
from simulator.deliveries.delivery import DeliveryError

from .webhook_receiver import WebhookReceiver, listen, outcomes


@pytest.mark.parametrize(("sent", "arrives"), [(None, None), ("", ""), (b"\xff", "\xff")])
def test_another_secret_on_request(
    account: Account, receiver: WebhookReceiver, sent: object, arrives: str | None
) -> None:
    listen(account, receiver.url, secret_token="s3cret")
    account.webhook_secret = sent

    account.add_crew()
    account.wait_for_webhooks()

    assert receiver.received[0].headers["X-SmartHR-Token"] == arrives


def test_duplicates_on_request(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    account.webhook_duplicates = 2

    key = account.add_crew()
    account.wait_for_webhooks()

    assert receiver.crews == [key] * 3
    assert len({received.body for received in receiver.received}) == 1


def test_disorder_on_request(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    account.webhooks_at_once = 1
    held = account.hold_webhooks()

    key = account.add_crew()
    account.change_crew(key)
    account.delete_crew(key)
    account.wait_for_webhooks()
    before = list(receiver.events)
    account.release_webhooks([held[2], held[1], held[2]])
    account.wait_for_webhooks()
    other = account.add_crew()
    account.wait_for_webhooks()

    assert before == []
    assert [delivery.event for delivery in held] == ["crew_created", "crew_updated", "crew_deleted"]
    assert receiver.events == ["crew_deleted", "crew_updated", "crew_deleted", "crew_created"]
    assert receiver.crews == [key, key, key, other]
    assert outcomes(account)[0] == ("crew_created", 0, 0, DeliveryError.DROPPED)


def test_what_was_held_goes_as_it_came(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    account.webhooks_at_once = 1
    account.hold_webhooks()
    keys = [account.add_crew() for _ in range(3)]

    account.release_webhooks()
    account.wait_for_webhooks()

    assert receiver.crews == keys


def test_loss_on_request(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    account.webhook_drops = 1

    account.add_crew()
    key = account.add_crew()
    account.wait_for_webhooks()

    assert receiver.crews == [key]
    assert outcomes(account)[0] == ("crew_created", 0, 0, DeliveryError.DROPPED)


def test_a_whole_body_on_request(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url, expose_only_id=True)
    account.webhook_full_bodies = True

    account.add_crew(last_name="髙﨑")
    account.wait_for_webhooks()

    assert receiver.contents[0]["crew"]["last_name"] == "髙﨑"


def test_an_oversize_body_on_request(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    account.webhook_padding = 6_000_000

    key = account.add_crew()
    account.wait_for_webhooks()

    assert len(receiver.received[0].body) > 6_000_000
    assert receiver.crews == [key]


def test_without_order_those_of_one_crew_overlap(
    account: Account, receiver: WebhookReceiver
) -> None:
    listen(account, receiver.url)
    account.webhooks_in_order = False
    receiver.answers_after = 0.1

    key = account.add_crew()
    for _ in range(3):
        account.change_crew(key)
    account.wait_for_webhooks()

    assert receiver.most_at_once > 1
