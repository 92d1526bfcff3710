"""Tries, waits and what errors say."""

import pickle
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
import responses

from integrations.smarthr import transport
from integrations.smarthr.errors import (
    ConnectionFailed,
    Maintenance,
    PermissionMissing,
    RateLimited,
    SmartHRError,
    TokenRejected,
    UnexpectedAnswer,
)
from integrations.smarthr.pacer import RateLimits, rate_limits
from tests.integrations.smarthr.conftest import TOKEN, MakeClient
from tests.integrations.smarthr.pacers import MemoryPacer
from tests.integrations.smarthr.scripted_server import reply

DEPARTMENTS = "https://acme.smarthr.jp/api/v1/departments"
EMPTY = reply(b"[]", "x-total-count: 0")


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def assert_backed_off(sleeps: list[float]) -> None:
    assert len(sleeps) == 4
    for slept, pause in zip(sleeps, (0.5, 1, 2, 4), strict=True):
        assert 0.8 * pause <= slept <= 1.2 * pause


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, ConnectionFailed),
        (502, ConnectionFailed),
        (504, ConnectionFailed),
        (503, Maintenance),
        (429, RateLimited),
    ],
)
def test_status_that_may_pass_is_tried_five_times(
    mocked: responses.RequestsMock,
    make_client: MakeClient,
    pacer: MemoryPacer,
    sleeps: list[float],
    status: int,
    error: type[SmartHRError],
) -> None:
    mocked.get(DEPARTMENTS, status=status, body="<html>")
    client = make_client()

    with pytest.raises(error):
        client.departments_page(1)

    assert len(mocked.calls) == client.requests == pacer.turns == 5
    assert_backed_off(sleeps)


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 422])
def test_status_that_stays_is_not_tried_again(
    mocked: responses.RequestsMock, make_client: MakeClient, sleeps: list[float], status: int
) -> None:
    mocked.get(DEPARTMENTS, status=status, json={"code": 99})

    with pytest.raises((TokenRejected, UnexpectedAnswer)):
        make_client().departments_page(1)

    assert len(mocked.calls) == 1
    assert sleeps == []


def test_success_after_failures(
    mocked: responses.RequestsMock, make_client: MakeClient, sleeps: list[float]
) -> None:
    for status in (500, 503):
        mocked.get(DEPARTMENTS, status=status)
    mocked.get(DEPARTMENTS, json=[])
    client = make_client()

    page = client.departments_page(1)

    assert page.items == ()
    assert client.requests == 3
    assert len(sleeps) == 2


def test_429_with_a_short_reset_waits_exactly_so_long(
    mocked: responses.RequestsMock,
    make_client: MakeClient,
    pacer: MemoryPacer,
    sleeps: list[float],
) -> None:
    mocked.get(
        DEPARTMENTS,
        status=429,
        headers={"x-rate-limit-remaining": "0", "x-rate-limit-reset": "5"},
    )
    mocked.get(DEPARTMENTS, json=[], headers={"x-rate-limit-remaining": "4999"})

    make_client().departments_page(1)

    assert sleeps == [5.0]
    assert pacer.seen == [RateLimits(0, 5.0, is_refused=True), RateLimits(4999)]


def test_429_with_a_long_reset_is_raised_at_once(
    mocked: responses.RequestsMock, make_client: MakeClient, sleeps: list[float]
) -> None:
    mocked.get(DEPARTMENTS, status=429, headers={"x-rate-limit-reset": "6"})

    with pytest.raises(RateLimited) as caught:
        make_client().departments_page(1)

    assert caught.value.wait == 6.0
    assert len(mocked.calls) == 1
    assert sleeps == []


@pytest.mark.parametrize("reset", ["", "soon", "-3", "0", "1768440030"])
def test_429_with_an_odd_reset_backs_off(
    mocked: responses.RequestsMock, make_client: MakeClient, sleeps: list[float], reset: str
) -> None:
    mocked.get(DEPARTMENTS, status=429, headers={"x-rate-limit-reset": reset})

    with pytest.raises(RateLimited):
        make_client().departments_page(1)

    assert_backed_off(sleeps)


def test_429_of_the_intensive_limit_waits_for_that_one(
    mocked: responses.RequestsMock, make_client: MakeClient, sleeps: list[float]
) -> None:
    headers = {
        "x-rate-limit-remaining": "4000",
        "x-rate-limit-reset": "3000",
        "x-intensive-rate-limit-remaining": "0",
        "x-intensive-rate-limit-reset": "1",
    }
    mocked.get(DEPARTMENTS, status=429, headers=headers)
    mocked.get(DEPARTMENTS, json=[])

    make_client().departments_page(1)

    assert sleeps == [1.0]


def test_pacer_that_wants_a_long_wait_stops_before_a_request(
    make_client: MakeClient, pacer: MemoryPacer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise RateLimited(600.0)

    monkeypatch.setattr(pacer, "wait_turn", refuse)
    client = make_client()

    with pytest.raises(RateLimited) as caught:
        client.departments_page(1)

    assert caught.value.wait == 600.0
    assert client.requests == 0


@pytest.mark.parametrize("token", ["", "トークン", "shr_1\n", "shr 1", "shr\x00"])
def test_token_that_no_header_can_carry_is_rejected_unsent(
    make_client: MakeClient, token: str
) -> None:
    client = make_client(token=token)

    with pytest.raises(TokenRejected):
        client.departments_page(1)

    assert client.requests == 0


def test_error_says_nothing_of_token_or_body(
    mocked: responses.RequestsMock, make_client: MakeClient
) -> None:
    for status in (200, 302, 400, 403, 404):
        mocked.get(
            DEPARTMENTS,
            status=status,
            json={"message": f"{TOKEN} 1990-04-01", "errors": "佐藤"},
            headers={"Location": f"https://example.com/{TOKEN}"},
        )
    client = make_client()

    for _ in range(5):
        with pytest.raises(UnexpectedAnswer) as caught:
            client.departments_page(1)
        shown = f"{caught.value!s} {caught.value!r} {caught.getrepr(showlocals=False)}"
        assert TOKEN not in shown
        assert "1990" not in str(caught.value)
        assert "佐藤" not in str(caught.value)


def test_answer_does_not_show_its_body(make_client: MakeClient) -> None:
    answer = transport.Answer(200, {"a": "secret"}, b"secret", datetime(2026, 1, 1, tzinfo=UTC))

    assert "secret" not in repr(answer)


@pytest.mark.parametrize(
    "error",
    [
        RateLimited(3.0),
        RateLimited(),
        Maintenance(),
        ConnectionFailed("ReadTimeout"),
        TokenRejected(),
        PermissionMissing("部署:参照"),
        UnexpectedAnswer("not JSON"),
    ],
)
def test_error_survives_pickling(error: SmartHRError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # made here

    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, RateLimits()),
        ({"x-rate-limit-remaining": "12"}, RateLimits(12)),
        ({"x-rate-limit-remaining": "x", "x-rate-limit-reset": "²"}, RateLimits()),
        ({"x-rate-limit-remaining": "9", "x-rate-limit-reset": "0.5"}, RateLimits(9, 0.5)),
        ({"x-intensive-rate-limit-remaining": "3"}, RateLimits(3)),
        (
            {
                "x-rate-limit-remaining": "0",
                "x-rate-limit-reset": "9",
                "x-intensive-rate-limit-remaining": "0",
                "x-intensive-rate-limit-reset": "60",
            },
            RateLimits(0, 60.0),
        ),
    ],
)
def test_rate_limit_headers(headers: Mapping[str, str], expected: RateLimits) -> None:
    assert rate_limits(200, headers) == expected
