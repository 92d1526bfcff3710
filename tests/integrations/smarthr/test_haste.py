"""A client for a person who waits: few tries, and an end of it all."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import ConnectionFailed, Maintenance, RateLimited, SmartHRError
from integrations.smarthr.haste import IMPATIENT, Haste
from simulator.account import Account
from simulator.server import Simulator
from tests.integrations.smarthr.conftest import MakeClient
from tests.integrations.smarthr.pacers import MemoryPacer
from tests.integrations.smarthr.scripted_server import reply, scripted

EMPTY = reply(b"[]", "x-total-count: 0")
BRIEF = Haste(connect=0.3, answer=0.4, total=0.6)


@pytest.fixture
def hasty(simulator: Simulator, account: Account, make_client: MakeClient) -> SmartHRClient:
    return make_client(simulator.api_url_template, haste=IMPATIENT)


def test_everything_ends_well_before_a_web_server_gives_up() -> None:
    # The connection under way when time is up may take its own time-out once more.
    assert IMPATIENT.total + IMPATIENT.connect < 25


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("maintenance", Maintenance),
        ("status", ConnectionFailed),
        ("cut_body", ConnectionFailed),
        ("drop_connection", ConnectionFailed),
    ],
)
def test_fault_that_stays_is_tried_twice(
    account: Account,
    hasty: SmartHRClient,
    sleeps: list[float],
    fault: str,
    error: type[SmartHRError],
) -> None:
    account.add_crew()
    account.fail(fault, times=None)

    with pytest.raises(error):
        hasty.crews_page(1, fields=["email"])

    assert hasty.requests == account.request_count == 2
    assert len(sleeps) == 1


def test_fault_that_passes_is_survived(account: Account, hasty: SmartHRClient) -> None:
    account.fail("drop_connection")

    assert hasty.departments_page(1).items == ()
    assert hasty.requests == 2


@pytest.mark.parametrize(("reset", "requests"), [(1, 2), (2, 1), (900, 1)])
def test_429_is_waited_for_no_longer_than_a_moment(
    account: Account, hasty: SmartHRClient, sleeps: list[float], reset: int, requests: int
) -> None:
    account.fail("too_many", reset=reset, times=None)

    with pytest.raises(RateLimited) as caught:
        hasty.departments_page(1)

    assert caught.value.wait == reset
    assert (hasty.requests, sleeps) == (requests, [1.0] * (requests - 1))


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_answer_without_end_ends_at_its_deadline(
    simulator: Simulator, account: Account, make_client: MakeClient, fault: str
) -> None:
    for _ in range(100):
        account.add_crew()
    account.fail(fault, seconds=20.0, times=None)
    client = make_client(simulator.api_url_template, haste=BRIEF)
    started = time.monotonic()

    with pytest.raises(ConnectionFailed):
        client.crews_page(1, fields=["email"])

    assert 0.4 <= time.monotonic() - started < 1.2


def test_all_requests_share_one_deadline(
    simulator: Simulator, account: Account, make_client: MakeClient
) -> None:
    account.fail("slow", seconds=0.25, times=None)
    client = make_client(simulator.api_url_template, haste=BRIEF)
    started = time.monotonic()
    for _ in range(2):
        client.departments_page(1)

    with pytest.raises(ConnectionFailed):
        client.departments_page(1)

    assert time.monotonic() - started < 1.2


def test_no_request_is_sent_after_the_deadline(
    simulator: Simulator, account: Account, make_client: MakeClient, pacer: MemoryPacer
) -> None:
    client = make_client(simulator.api_url_template, haste=replace(BRIEF, total=0.0))

    with pytest.raises(ConnectionFailed):
        client.departments_page(1)

    assert (account.request_count, client.requests) == (0, 0)


def test_no_pause_leads_over_the_deadline(
    simulator: Simulator, account: Account, make_client: MakeClient, sleeps: list[float]
) -> None:
    account.fail("status", times=None)
    client = make_client(simulator.api_url_template, haste=replace(BRIEF, pauses=(5.0,)))

    with pytest.raises(ConnectionFailed):
        client.departments_page(1)

    assert (client.requests, sleeps) == (1, [])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port whose queue is full, so that no connection to it comes about."""
    with ExitStack() as until_the_end:
        listener = until_the_end.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = int(listener.getsockname()[1])
        for _ in range(3):
            waiting = until_the_end.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


NAME = "smarthr.invalid"


def name_of(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
    """Gives NAME its addresses: nobody's DNS is asked."""
    ask = socket.getaddrinfo

    def resolve(host: str, *args: Any, **kwargs: Any) -> Any:
        if host != NAME:
            return ask(host, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_many_silent_addresses_share_the_deadline(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, silent_port: int
) -> None:
    name_of(monkeypatch, *[("127.0.0.1", silent_port)] * 8)
    client = make_client(f"http://{NAME}:{silent_port}/api/v1", haste=BRIEF)
    started = time.monotonic()

    with pytest.raises(ConnectionFailed):
        client.departments_page(1)

    assert 0.5 < time.monotonic() - started < 1.2


def test_second_address_is_tried_where_the_first_refuses(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted(EMPTY) as server:
        port = int(server.url.split(":")[2].split("/")[0])
        name_of(monkeypatch, ("127.0.0.2", port), ("127.0.0.1", port))
        client = make_client(f"http://{NAME}:{port}/api/v1", haste=IMPATIENT)

        page = client.departments_page(1)

    assert page.items == ()
    assert client.requests == 1


def test_name_without_address_is_a_failed_connection(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_of(monkeypatch)

    with pytest.raises(ConnectionFailed):
        make_client(f"http://{NAME}/api/v1", haste=IMPATIENT).departments_page(1)
