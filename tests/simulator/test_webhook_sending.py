"""How deliveries travel: headers, order, retries, and the trouble that a test may order."""

import threading
import time

import pytest

from simulator.account import Account
from simulator.deliveries import courier
from simulator.deliveries.delivery import DeliveryError
from simulator.deliveries.switches import SANDBOX_TRIES, TRIES, for_people, patient
from simulator.server import start_simulator

from .conftest import Api
from .waiting import wait_for
from .webhook_receiver import WebhookReceiver

DEAD = "http://127.0.0.1:9/"


def listen(account: Account, url: str, **attributes: object) -> str:
    flags = dict.fromkeys(("crew_created", "crew_updated", "crew_deleted"), True)
    return account.add_webhook(**({"url": url, "expose_only_id": True} | flags | attributes))


def at_once(failed: int) -> float:
    return 0.0


def outcomes(account: Account) -> list[tuple[str, int, int, DeliveryError | None]]:
    return [(d.event, d.attempt, d.status, d.error) for d in account.deliveries]


@pytest.mark.parametrize("secret", ["s3cret ;=+/", "秘密", "x" * 4000])
def test_the_secret_is_sent_verbatim(
    account: Account, receiver: WebhookReceiver, secret: str
) -> None:
    listen(account, receiver.url, secret_token=secret)

    account.add_crew()
    account.wait_for_webhooks()

    headers = receiver.received[0].headers
    assert headers["X-SmartHR-Token"].encode("latin-1").decode() == secret
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_there_is_no_header(
    account: Account, receiver: WebhookReceiver, secret: str | None
) -> None:
    listen(account, receiver.url, secret_token=secret)

    account.add_crew()
    account.wait_for_webhooks()

    assert "X-SmartHR-Token" not in receiver.received[0].headers


@pytest.mark.parametrize(("sent", "arrives"), [(None, None), ("", ""), (b"\xff", "\xff")])
def test_another_secret_on_request(
    account: Account, receiver: WebhookReceiver, sent: object, arrives: str | None
) -> None:
    listen(account, receiver.url, secret_token="s3cret")
    account.webhook_secret = sent

    account.add_crew()
    account.wait_for_webhooks()

    assert receiver.received[0].headers["X-SmartHR-Token"] == arrives


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


def test_nobody_waits_for_the_receiver(
    account: Account, api: Api, receiver: WebhookReceiver
) -> None:
    listen(account, receiver.url)
    receiver.answers_after = 1.0

    account.add_crew()
    api.post("/crews", {})
    wait_for(lambda: len(receiver.received) == 2)
    found = api.get("/crews").json()

    assert len(found) == 2
    assert account.deliveries == []
    account.wait_for_webhooks()


def test_several_are_on_their_way_at_once(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    receiver.answers_after = 0.1

    for _ in range(12):
        account.add_crew()
    account.wait_for_webhooks()

    assert receiver.most_at_once == account.webhooks_at_once == 4


def test_those_of_one_crew_come_one_after_the_other(
    account: Account, receiver: WebhookReceiver
) -> None:
    listen(account, receiver.url, expose_only_id=False)
    receiver.answers_after = 0.01
    key = account.add_crew(emp_code="0")

    for number in range(1, 20):
        account.change_crew(key, emp_code=str(number))
    account.wait_for_webhooks()

    numbers = [content["crew"]["emp_code"] for content in receiver.contents]
    assert numbers == [str(number) for number in range(20)]
    assert receiver.most_at_once == 1


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
    listen(account, receiver.url)
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


def test_the_log_keeps_the_latest(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "LOG_LENGTH", 4)
    listen(account, DEAD)
    account.webhook_drops = 5

    keys = [account.add_crew() for _ in range(5)]

    assert [delivery.crews for delivery in account.deliveries] == [(key,) for key in keys[2:]]


def test_the_wait_says_when_it_was_in_vain(account: Account) -> None:
    listen(account, DEAD)
    account.add_crew()

    with pytest.raises(TimeoutError, match="still on their way"):
        account.wait_for_webhooks(0.1)


def sending_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "simulator-webhook"]


def test_threads_end_when_there_is_nothing_to_send(
    account: Account, receiver: WebhookReceiver
) -> None:
    listen(account, receiver.url)

    for _ in range(8):
        account.add_crew()
    account.wait_for_webhooks()

    wait_for(lambda: not sending_threads())


def test_a_simulator_that_stops_waits_for_no_retry(receiver: WebhookReceiver) -> None:
    with start_simulator() as simulator:
        account = simulator.add_account("acme")
        listen(account, receiver.url)
        receiver.statuses.append(500)
        account.add_crew()
        wait_for(lambda: account.deliveries)
        started = time.perf_counter()

    assert time.perf_counter() - started < 5
    assert sending_threads() == []
    account.wait_for_webhooks(0)


def test_a_simulator_that_stops_waits_only_a_moment_for_an_answer(
    receiver: WebhookReceiver,
) -> None:
    with start_simulator() as simulator:
        account = simulator.add_account("acme")
        listen(account, receiver.url)
        receiver.answers_after = 2.0
        account.add_crew()
        wait_for(lambda: receiver.received)

    assert account.deliveries == []
    wait_for(lambda: not sending_threads())


def test_a_removed_account_sends_nothing_more(receiver: WebhookReceiver) -> None:
    with start_simulator() as simulator:
        account = simulator.add_account("acme")
        listen(account, receiver.url)
        simulator.remove_account("acme")

        account.add_crew()
        account.wait_for_webhooks()

    assert receiver.received == []
