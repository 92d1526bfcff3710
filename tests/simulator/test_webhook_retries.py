"""What becomes of a delivery that is not taken, and of its webhook."""

import pytest

from simulator.account import Account
from simulator.deliveries.delivery import DeliveryError
from simulator.deliveries.switches import SANDBOX_TRIES, TRIES, for_people, patient

from .conftest import Api
from .waiting import wait_for
from .webhook_receiver import DEAD, WebhookReceiver, listen, outcomes


def at_once(failed: int) -> float:
    return 0.0


def test_each_try_is_logged(account: Account, receiver: WebhookReceiver) -> None:
    webhook = listen(account, receiver.url)
    account.webhook_backoff = at_once
    receiver.statuses.extend([500, 302, 404])

    key = account.add_crew(last_name="髙﨑", first_name=None)
    account.wait_for_webhooks()

    assert outcomes(account) == [
        ("crew_created", 1, 500, None),
        ("crew_created", 2, 302, None),
        ("crew_created", 3, 404, None),
        ("crew_created", 4, 204, None),
    ]
    assert {(d.webhook, d.crews, d.names) for d in account.deliveries} == {
        (webhook, (key,), ("髙﨑",))
    }
    # Redirects are not followed, and a try repeats the body as it was.
    assert {received.path for received in receiver.received} == {"/hook/"}
    assert len({received.body for received in receiver.received}) == 1
    assert account.webhooks[webhook].get("disabled_at") is None


def test_the_waits_come_to_what_smarthr_publishes() -> None:
    days = sum(patient(failed) for failed in range(1, TRIES)) / 86_400
    minutes = sum(patient(failed) for failed in range(1, SANDBOX_TRIES)) / 60

    assert (round(days, 1), round(minutes, 1)) == (2.8, 6.9)
    assert [for_people(failed) for failed in (1, 2, 5, 6, 16)] == [2, 4, 32, 60, 60]


def test_a_waiting_retry_holds_up_nobody(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    account.webhook_backoff = lambda failed: 0.3
    receiver.statuses.append(503)

    key = account.add_crew()
    wait_for(lambda: account.deliveries)
    account.change_crew(key, emp_code="7")
    account.wait_for_webhooks()

    assert [(event, status) for event, _, status, _ in outcomes(account)] == [
        ("crew_created", 503),
        ("crew_updated", 204),
        ("crew_created", 204),
    ]


def test_the_last_failure_disables_the_webhook(
    account: Account, api: Api, receiver: WebhookReceiver
) -> None:
    webhook = listen(account, receiver.url)
    account.webhook_backoff = at_once
    account.webhook_tries = SANDBOX_TRIES
    receiver.statuses.extend([500] * SANDBOX_TRIES)

    account.add_crew()
    account.wait_for_webhooks()
    account.add_crew()
    account.wait_for_webhooks()

    assert outcomes(account) == [
        ("crew_created", attempt, 500, None) for attempt in range(1, SANDBOX_TRIES + 1)
    ]
    assert api.get(f"/webhooks/{webhook}").json()["disabled_at"] is not None


def test_an_enabled_webhook_works_again_and_misses_what_was(
    account: Account, api: Api, receiver: WebhookReceiver
) -> None:
    webhook = listen(account, receiver.url)
    account.webhook_backoff = lambda failed: 60.0
    receiver.statuses.append(500)
    account.add_crew()
    wait_for(lambda: account.deliveries)

    api.patch(f"/webhooks/{webhook}", {"disabled_at": "2026-01-10T03:00:00.000Z"})
    account.add_crew()
    api.patch(f"/webhooks/{webhook}", {"disabled_at": None})
    key = account.add_crew()
    account.wait_for_webhooks()

    assert receiver.crews[1:] == [key]
    assert outcomes(account) == [
        ("crew_created", 1, 500, None),
        ("crew_created", 0, 0, DeliveryError.DISABLED),
        ("crew_created", 1, 204, None),
    ]


def test_what_was_on_its_way_when_disabled_is_not_tried_again(
    account: Account, receiver: WebhookReceiver
) -> None:
    webhook = listen(account, receiver.url)
    account.webhook_backoff = at_once
    receiver.answers_after = 0.3
    receiver.statuses.append(500)
    account.add_crew()
    wait_for(lambda: receiver.received)

    account.change_webhook(webhook, disabled_at="2026-01-10T03:00:00.000Z")
    account.change_webhook(webhook, disabled_at=None)
    account.wait_for_webhooks()

    assert outcomes(account) == [("crew_created", 1, 500, None)]
    assert account.webhooks[webhook]["disabled_at"] is None


def test_address_and_secret_are_those_of_the_try(
    account: Account, api: Api, receiver: WebhookReceiver
) -> None:
    webhook = listen(account, DEAD, secret_token="old")
    account.webhook_backoff = lambda failed: 0.2

    account.add_crew()
    wait_for(lambda: account.deliveries)
    api.patch(f"/webhooks/{webhook}", {"url": receiver.url, "secret_token": "new"})
    account.wait_for_webhooks()

    assert account.deliveries[0].error is DeliveryError.NO_ANSWER
    assert receiver.received[0].headers["X-SmartHR-Token"] == "new"


def test_a_deleted_webhook_gets_nothing_more(
    account: Account, api: Api, receiver: WebhookReceiver
) -> None:
    webhook = listen(account, receiver.url)
    receiver.statuses.append(500)
    account.add_crew()
    wait_for(lambda: account.deliveries)

    api.delete(f"/webhooks/{webhook}")
    account.add_crew()
    account.wait_for_webhooks()

    assert len(receiver.received) == 1


@pytest.mark.parametrize("url", [DEAD, "http://[", "ftp://example.com/", "None", "http://\u3042:x"])
def test_an_address_that_cannot_be_reached_is_a_failure(account: Account, url: str) -> None:
    webhook = listen(account, url)
    account.webhook_tries = 1

    account.add_crew()
    account.wait_for_webhooks()

    assert outcomes(account) == [("crew_created", 1, 0, DeliveryError.NO_ANSWER)]
    assert account.webhooks[webhook]["disabled_at"] is not None


def test_an_answer_that_takes_too_long_is_none(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    account.webhook_tries = 1
    account.webhook_timeout = 0.1
    receiver.answers_after = 0.3

    account.add_crew()
    account.wait_for_webhooks()

    assert outcomes(account) == [("crew_created", 1, 0, DeliveryError.TIMEOUT)]


def test_the_wait_says_when_it_was_in_vain(account: Account) -> None:
    listen(account, DEAD)
    account.add_crew()

    with pytest.raises(TimeoutError, match="still on their way"):
        account.wait_for_webhooks(0.1)
