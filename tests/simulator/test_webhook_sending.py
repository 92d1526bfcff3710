"""How deliveries travel: headers, order, threads, and the log."""

import threading
import time

import pytest

from simulator.account import Account
from simulator.deliveries import courier
from simulator.server import start_simulator

from .conftest import Api
from .waiting import wait_for
from .webhook_receiver import DEAD, WebhookReceiver, listen


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
    listen(account, receiver.url)
    receiver.answers_after = 0.01
    key = account.add_crew(emp_code="0")

    for number in range(1, 20):
        account.change_crew(key, emp_code=str(number))
    account.wait_for_webhooks()

    numbers = [content["crew"]["emp_code"] for content in receiver.contents]
    assert numbers == [str(number) for number in range(20)]
    assert receiver.most_at_once == 1


def test_the_log_keeps_the_latest(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "LOG_LENGTH", 4)
    listen(account, DEAD)
    account.webhook_drops = 5

    keys = [account.add_crew() for _ in range(5)]

    assert [delivery.crews for delivery in account.deliveries] == [(key,) for key in keys[2:]]


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
