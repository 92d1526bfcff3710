"""Requests that write, and what the test of a connection asks (T4)."""

import json
from collections.abc import Iterator

import pytest
import requests
import responses

from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import (
    ConnectionFailed,
    IpNotPermitted,
    Maintenance,
    PermissionMissing,
    RateLimited,
    SmartHRError,
    TokenRejected,
    UnexpectedAnswer,
)
from integrations.smarthr.transport import Transport
from simulator.account import Account
from tests.integrations.smarthr.conftest import TOKEN, MakeClient
from tests.integrations.smarthr.pacers import MemoryPacer

WEBHOOKS = "https://acme.smarthr.jp/api/v1/webhooks"
SECRET = "webhook-secret-of-nobody"


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def transport(pacer: MemoryPacer, sleeps: list[float]) -> Iterator[Transport]:
    made = Transport(token=TOKEN, pacer=pacer, on_request=lambda: None, sleep=sleeps.append)
    yield made
    made.close()


def test_payload_goes_as_json_at_the_pace_of_all(
    mocked: responses.RequestsMock, transport: Transport, pacer: MemoryPacer
) -> None:
    mocked.post(WEBHOOKS, status=201, json={"id": "x"})

    answer = transport.send("POST", WEBHOOKS, {"url": "https://example.com/", "crew": True})

    (call,) = mocked.calls
    assert (answer.status, pacer.turns, len(pacer.seen)) == (201, 1, 1)
    assert call.request.headers["Content-Type"] == "application/json"
    assert call.request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert json.loads(call.request.body or "") == {"url": "https://example.com/", "crew": True}


def test_without_payload_no_body_is_sent(
    mocked: responses.RequestsMock, transport: Transport
) -> None:
    mocked.delete(f"{WEBHOOKS}/1", status=204)

    assert transport.send("DELETE", f"{WEBHOOKS}/1").status == 204
    assert mocked.calls[0].request.body is None


@pytest.mark.parametrize(
    ("method", "status", "error", "tries"),
    [
        # Whether a POST without a whole answer was carried out is not known.
        ("POST", 500, ConnectionFailed, 1),
        ("POST", 429, RateLimited, 5),
        ("POST", 503, Maintenance, 5),
        ("POST", 401, TokenRejected, 1),
        ("PATCH", 500, ConnectionFailed, 5),
        ("DELETE", 502, ConnectionFailed, 5),
    ],
)
def test_what_may_be_tried_again(
    mocked: responses.RequestsMock,
    transport: Transport,
    method: str,
    status: int,
    error: type[SmartHRError],
    tries: int,
) -> None:
    mocked.add(method, WEBHOOKS, status=status)

    with pytest.raises(error):
        transport.send(method, WEBHOOKS, {})

    assert len(mocked.calls) == tries


@pytest.mark.parametrize("status", [429, 500, 503, 401])
def test_error_says_nothing_of_what_was_sent(
    mocked: responses.RequestsMock, transport: Transport, status: int
) -> None:
    mocked.post(WEBHOOKS, status=status, body=SECRET)

    with pytest.raises(SmartHRError) as caught:
        transport.send("POST", WEBHOOKS, {"secret_token": SECRET})

    shown = f"{caught.value!s} {caught.value!r} {caught.getrepr(showlocals=False)}"
    assert SECRET not in shown
    assert TOKEN not in shown


def test_lost_connection_says_nothing_of_what_was_sent(
    mocked: responses.RequestsMock, transport: Transport
) -> None:
    mocked.post(WEBHOOKS, body=requests.ConnectionError(f"{SECRET} {TOKEN}"))

    with pytest.raises(ConnectionFailed) as caught:
        transport.send("POST", WEBHOOKS, {"secret_token": SECRET})

    assert SECRET not in f"{caught.value!s} {caught.value!r}"
    assert caught.value.__cause__ is None


SCOPES = {
    "none": ["crews:read"],
    "read": ["webhooks:read"],
    "update": ["webhooks:update"],
    "both": ["webhooks:read", "webhooks:update"],
}


@pytest.mark.parametrize(
    ("scopes", "read", "update"),
    [("none", False, False), ("read", True, False), ("update", False, True), ("both", True, True)],
)
def test_T4_both_rights_to_webhooks_are_told_apart_and_nothing_changes(
    account: Account, client: SmartHRClient, scopes: str, read: bool, update: bool
) -> None:
    webhook = account.add_webhook(url="https://example.com/")
    account.add_token(TOKEN, scopes=SCOPES[scopes])
    before = dict(account.webhooks[webhook])

    assert (client.can_read_webhooks(), client.can_update_webhooks()) == (read, update)

    assert {key: dict(record) for key, record in account.webhooks.items()} == {webhook: before}
    assert [r.method for r in account.requests] == ["GET", "PATCH"]


def test_T4_each_question_names_another_webhook_that_cannot_exist(
    account: Account, client: SmartHRClient
) -> None:
    client.can_update_webhooks()
    client.can_update_webhooks()

    assert len({request.path for request in account.requests}) == 2


@pytest.mark.parametrize("fault", ["not_found_html", "html200", "null200", "redirect"])
def test_T4_any_other_answer_tells_nothing_about_the_right(
    account: Account, client: SmartHRClient, fault: str
) -> None:
    account.fail(fault, times=None)

    assert client.can_update_webhooks() is None
    with pytest.raises(UnexpectedAnswer):
        client.can_read_webhooks()


def test_T4_a_refused_address_is_no_missing_right(account: Account, client: SmartHRClient) -> None:
    account.fail("ip_not_permitted", times=None)

    for ask in (client.can_read_webhooks, client.can_update_webhooks):
        with pytest.raises(IpNotPermitted):
            ask()


def test_E13_crews_are_counted_by_their_status(account: Account, client: SmartHRClient) -> None:
    for status in ("employed", "employed", "absent", "retired"):
        account.add_crew(emp_status=status)

    counts = [client.count_crews(status=status) for status in (None, "employed", "retired")]

    assert counts == [4, 2, 1]
    asked = [(r.query.get("per_page"), r.query.get("fields")) for r in account.requests]
    assert asked == [("1", "id")] * 3


def test_E13_without_a_count_there_is_none(account: Account, client: SmartHRClient) -> None:
    account.add_crew()
    account.fail("missing_total")

    assert client.count_crews() is None


def test_E13_counting_needs_the_permission(
    account: Account, client: SmartHRClient, make_client: MakeClient
) -> None:
    account.add_token(TOKEN, scopes=["departments:read"])

    with pytest.raises(PermissionMissing):
        client.count_crews(status="retired")
