"""Every way in which the bundled SmartHR can fail, over real HTTP."""

import time
import tracemalloc
from collections.abc import Callable
from uuid import UUID

import pytest

from integrations.smarthr import deadline, transport
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import (
    ConnectionFailed,
    IpNotPermitted,
    Maintenance,
    PermissionMissing,
    RateLimited,
    SmartHRError,
    SubdomainRenamed,
    TokenRejected,
    UnexpectedAnswer,
)
from simulator.account import Account
from simulator.server import Simulator
from tests.integrations.smarthr.conftest import TOKEN, MakeClient
from tests.integrations.smarthr.pacers import MemoryPacer

FIELDS = ["emp_code", "last_name", "first_name", "birth_at", "email", "departments"]


def test_404_of_someone_else_proves_nothing(account: Account, client: SmartHRClient) -> None:
    account.fail("not_found_html", times=2)

    with pytest.raises(UnexpectedAnswer):
        client.crew_exists(UUID(int=5))
    with pytest.raises(UnexpectedAnswer):
        client.department_exists(UUID(int=5))


@pytest.mark.parametrize(
    ("fault", "error", "requests"),
    [
        ("html200", UnexpectedAnswer, 1),
        ("null200", UnexpectedAnswer, 1),
        ("object200", UnexpectedAnswer, 1),
        ("bad_json", UnexpectedAnswer, 1),
        ("not_found_html", UnexpectedAnswer, 1),
        ("redirect", UnexpectedAnswer, 1),
        ("huge_body", UnexpectedAnswer, 1),
        ("ip_not_permitted", IpNotPermitted, 1),
        ("inactive", SubdomainRenamed, 1),
        ("maintenance", Maintenance, 5),
        ("too_many", RateLimited, 5),
        ("cut_body", ConnectionFailed, 5),
        ("drop_connection", ConnectionFailed, 5),
    ],
)
def test_fault_that_stays(
    account: Account,
    client: SmartHRClient,
    fault: str,
    error: type[SmartHRError],
    requests: int,
) -> None:
    account.add_crew()
    account.fail(fault, times=None)

    with pytest.raises(error):
        client.crews_page(1, fields=FIELDS)

    assert client.requests == account.request_count == requests


@pytest.mark.parametrize(
    ("status", "error", "requests"),
    [
        (400, UnexpectedAnswer, 1),
        (401, TokenRejected, 1),
        (403, PermissionMissing, 1),
        (404, UnexpectedAnswer, 1),
        (500, ConnectionFailed, 5),
        (502, ConnectionFailed, 5),
        (503, Maintenance, 5),
        (504, ConnectionFailed, 5),
    ],
)
def test_status_that_stays(
    account: Account,
    client: SmartHRClient,
    status: int,
    error: type[SmartHRError],
    requests: int,
) -> None:
    account.fail("status", status=status, times=None)

    with pytest.raises(error):
        client.departments_page(1)

    assert client.requests == requests


@pytest.mark.parametrize(
    "fault", ["maintenance", "too_many", "cut_body", "drop_connection", "status"]
)
def test_fault_that_passes_is_survived(account: Account, client: SmartHRClient, fault: str) -> None:
    crew = UUID(account.add_crew())
    account.fail(fault, times=2)

    assert client.crew_exists(crew)
    assert client.requests == 3


def test_token_unknown_to_smarthr(
    simulator: Simulator, account: Account, make_client: MakeClient
) -> None:
    client = make_client(simulator.api_url_template, token="shr_ffff_other")

    with pytest.raises(TokenRejected):
        client.departments_page(1)


@pytest.mark.parametrize(
    ("scope", "permission", "read"),
    [
        ("departments:read", "従業員情報:参照", lambda c: c.crews_page(1, fields=FIELDS)),
        ("departments:read", "従業員情報:参照", lambda c: c.crew_exists(UUID(int=5))),
        ("crews:read", "部署:参照", lambda c: c.departments_page(1)),
        ("crews:read", "部署:参照", lambda c: c.department_exists(UUID(int=5))),
    ],
)
def test_missing_permission_is_named(
    account: Account,
    client: SmartHRClient,
    scope: str,
    permission: str,
    read: Callable[[SmartHRClient], object],
) -> None:
    account.add_token(TOKEN, scopes=[scope])

    with pytest.raises(PermissionMissing) as caught:
        read(client)

    assert caught.value.permission == permission


@pytest.mark.parametrize("fault", ["drip", "slow"])
def test_answer_without_end(
    account: Account, client: SmartHRClient, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    for _ in range(100):
        account.add_crew()
    monkeypatch.setattr(deadline, "ANSWER_DEADLINE", 0.3)
    monkeypatch.setattr(transport, "_PATIENCE", 0.2)
    account.fail(fault, seconds=20.0)
    started = time.monotonic()

    with pytest.raises(ConnectionFailed):
        client.crews_page(1, fields=FIELDS)

    assert 0.3 <= time.monotonic() - started < 1.5
    assert client.requests == 1


def test_huge_body_takes_little_memory(account: Account, client: SmartHRClient) -> None:
    account.fail("huge_body", size=200_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(UnexpectedAnswer):
            client.departments_page(1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 100_000_000


def test_short_429_is_waited_for(
    account: Account, client: SmartHRClient, sleeps: list[float]
) -> None:
    account.fail("too_many", reset=3)

    client.departments_page(1)

    assert sleeps == [3.0]


def test_long_429_is_raised_at_once(
    account: Account, client: SmartHRClient, sleeps: list[float]
) -> None:
    account.fail("too_many", reset=900)

    with pytest.raises(RateLimited) as caught:
        client.departments_page(1)

    assert caught.value.wait == 900.0
    assert client.requests == 1
    assert sleeps == []


def test_used_up_hour_is_raised_with_its_reset(account: Account, client: SmartHRClient) -> None:
    account.rate_limit_per_hour = 3
    for _ in range(3):
        client.departments_page(1)

    with pytest.raises(RateLimited) as caught:
        client.departments_page(1)

    assert caught.value.wait is not None
    assert 3_590 < caught.value.wait <= 3_600


def test_burst_limit_is_waited_for_although_the_hour_has_requests_left(
    simulator: Simulator, account: Account
) -> None:
    account.rate_limit_per_second = 2
    account.add_department("営業部")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    client = SmartHRClient(
        subdomain="acme",
        token=TOKEN,
        api_url=simulator.api_url_template,
        pacer=MemoryPacer(),
        sleep=sleep,
    )
    for _ in range(3):
        client.departments_page(1)
    client.close()

    assert slept == [1.0]
    assert [request.status for request in account.requests] == [200, 200, 429, 200]


def test_error_in_the_middle_comes_after_the_pages_before_it(
    account: Account, client: SmartHRClient
) -> None:
    for _ in range(500):
        account.add_department("部")
    account.fail("bad_json", page=4, times=None)
    numbers: list[int] = []

    def read() -> None:
        numbers.extend(page.number for page in client.read_ahead(1, client.departments_page))

    with pytest.raises(UnexpectedAnswer):
        read()

    assert numbers == [1, 2, 3]
