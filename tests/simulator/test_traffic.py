"""Limits, the request log, and how connections behave."""

import threading
import time

from simulator.account import Account
from simulator.server import Simulator

from .conftest import Api


def test_eleventh_request_of_a_second_is_too_many(account: Account, api: Api) -> None:
    account.rate_limit_per_second = 10

    responses = [api.get("/crews") for _ in range(11)]

    assert [r.status_code for r in responses] == [200] * 10 + [429]
    assert responses[-1].json() == {
        "code": 6,
        "type": "too_many_requests",
        "message": "リクエスト制限の上限を超えました",
        "errors": None,
    }
    assert responses[0].headers["x-intensive-rate-limit-remaining"] == "9"
    assert responses[-1].headers["x-intensive-rate-limit-limit"] == "10"
    assert responses[-1].headers["x-intensive-rate-limit-remaining"] == "0"
    assert responses[-1].headers["x-intensive-rate-limit-reset"] == "1"

    time.sleep(1.01)

    assert api.get("/crews").status_code == 200


def test_hourly_limit_names_the_seconds_to_wait(account: Account, api: Api) -> None:
    account.rate_limit_per_hour = 2

    responses = [api.get("/crews") for _ in range(3)]

    assert [r.headers["x-rate-limit-remaining"] for r in responses] == ["1", "0", "0"]
    assert responses[2].status_code == 429
    assert responses[2].headers["x-rate-limit-limit"] == "2"
    assert 3590 <= int(responses[2].headers["x-rate-limit-reset"]) <= 3600

    account.reset_rate_limits()

    assert api.get("/crews").status_code == 200


def test_limit_counts_each_token_alone(account: Account, api: Api) -> None:
    account.rate_limit_per_hour = 1
    account.add_token("other")

    assert api.get("/crews").status_code == 200
    assert Api(account, "other").get("/crews").status_code == 200
    assert api.get("/crews").status_code == 429


def test_limits_that_are_off_send_no_headers(account: Account, api: Api) -> None:
    account.rate_limit_per_hour = None

    headers = api.get("/crews").headers

    assert [name for name in headers if "rate-limit" in name] == []


def test_requests_are_logged(account: Account, api: Api) -> None:
    api.get("/crews", page=2, fields="id")
    api.post("/webhooks", {})
    account.inactive = True
    api.get("/departments")

    assert [(r.method, r.path, r.query, r.status) for r in account.requests] == [
        ("GET", "/crews", {"page": "2", "fields": "id"}, 200),
        ("POST", "/webhooks", {}, 400),
        ("GET", "/departments", {}, 400),
    ]
    assert account.request_count == 3
    assert [r.query["page"] for r in account.logged("/crews")] == ["2"]
    assert account.requests[0].time < account.requests[1].time


def test_connection_is_kept_and_answers_at_once(
    simulator: Simulator, account: Account, api: Api
) -> None:
    account.rate_limit_per_hour = None
    before = simulator.connections_made

    started = time.perf_counter()
    for _ in range(50):
        api.get("/departments")

    # Nagle against delayed ACK alone would make this 2 seconds.
    assert time.perf_counter() - started < 1
    assert simulator.connections_made - before == 1


def test_writers_and_readers_at_once_see_whole_pages(account: Account, api: Api) -> None:
    account.rate_limit_per_hour = None
    keys = [account.add_crew() for _ in range(50)]

    def write() -> None:
        for key in keys * 4:
            account.change_crew(key, last_name="変更")
            account.add_department("新部署")

    writer = threading.Thread(target=write)
    writer.start()
    totals = {api.get("/crews", per_page=100).headers["x-total-count"] for _ in range(20)}
    writer.join()

    assert totals == {"50"}
