import time

import pytest
import requests

from simulator.account import Account

from .conftest import Api


def test_fault_hits_as_often_as_ordered_and_then_no_more(account: Account, api: Api) -> None:
    fault = account.fail("status", path="/crews", times=2, status=500)

    statuses = [api.get("/crews").status_code for _ in range(3)]

    assert statuses == [500, 500, 200]
    assert fault.hits == 2


def test_fault_without_times_stays_until_cancelled(account: Account, api: Api) -> None:
    fault = account.fail("maintenance", times=None)

    assert [api.get("/crews").status_code for _ in range(3)] == [503, 503, 503]

    fault.cancel()

    assert api.get("/crews").status_code == 200


def test_fault_matches_path_page_method_and_query(account: Account, api: Api) -> None:
    key = account.add_crew()
    account.fail("status", path="/crews", page=2, times=None, status=500)
    account.fail("status", path="/crews/*", method="DELETE", times=None, status=500)
    account.fail("status", path="/crews", query={"id": "x"}, times=None, status=500)

    assert api.get("/crews").status_code == 200
    assert api.get("/crews", page=2).status_code == 500
    assert api.get("/departments", page=2).status_code == 200
    assert api.get(f"/crews/{key}").status_code == 200
    assert api.delete(f"/crews/{key}").status_code == 500
    assert api.get("/crews", id="x").status_code == 500


def test_faults_queue_first_in_first_out(account: Account, api: Api) -> None:
    account.fail("status", status=502)
    account.fail("status", status=504)

    assert [api.get("/crews").status_code for _ in range(3)] == [502, 504, 200]


def test_fault_can_wait_for_some_requests(account: Account, api: Api) -> None:
    account.fail("status", after=2, status=500)

    assert [api.get("/crews").status_code for _ in range(4)] == [200, 200, 500, 200]


def test_clear_faults_ends_them_all(account: Account, api: Api) -> None:
    account.fail("null200", times=None)
    account.clear_faults()

    assert api.get("/crews").json() == []


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 1, "bad_request"),
        (401, 2, "unauthorized_token"),
        (403, 3, "forbidden"),
        (404, 4, "not_found"),
        (500, 5, "internal_server_error"),
        (429, 6, "too_many_requests"),
        (503, 9, "service_maintenance"),
    ],
)
def test_status_comes_with_its_error_body(
    account: Account, api: Api, status: int, code: int, kind: str
) -> None:
    account.fail("status", status=status)

    response = api.get("/crews")

    assert response.status_code == status
    assert (response.json()["code"], response.json()["type"]) == (code, kind)
    assert response.json()["errors"] is None


@pytest.mark.parametrize("status", [502, 504])
def test_gateway_errors_speak_html(account: Account, api: Api, status: int) -> None:
    account.fail("status", status=status)

    response = api.get("/crews")

    assert response.status_code == status
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("kind", "status", "start"),
    [
        ("html200", 200, "<!DOCTYPE html>"),
        ("null200", 200, "null"),
        ("object200", 200, "{"),
        ("bad_json", 200, '[{"id": '),
        ("not_found_html", 404, "<!DOCTYPE html>"),
        ("inactive", 400, '{"message": "subdomain acme is inactive"}'),
        ("ip_not_permitted", 403, '{"code": 15, "type": "ip_not_permitted"'),
        ("maintenance", 503, '{"code": 9, "type": "service_maintenance"'),
    ],
)
def test_replaced_answers(account: Account, api: Api, kind: str, status: int, start: str) -> None:
    account.fail(kind)

    response = api.get("/crews")

    assert response.status_code == status
    assert response.text.startswith(start)


def test_too_many_names_its_reset(account: Account, api: Api) -> None:
    account.fail("too_many", reset=120)

    response = api.get("/crews")

    assert response.status_code == 429
    assert response.headers["x-rate-limit-reset"] == "120"
    assert response.headers["x-rate-limit-remaining"] == "0"


def test_redirect_leads_elsewhere(account: Account, api: Api) -> None:
    account.fail("redirect", location="https://example.com/elsewhere")

    response = api.get("/crews")

    assert response.status_code == 302
    assert response.headers["Location"] == "https://example.com/elsewhere"


def test_empty_list_hides_the_rows(account: Account, api: Api) -> None:
    account.add_crew()
    account.fail("empty_list200")
    account.fail("empty_list200", total=None)

    first, second = api.get("/crews"), api.get("/crews")

    assert (first.json(), first.headers["x-total-count"]) == ([], "0")
    assert (second.json(), second.headers["x-total-count"]) == ([], "1")


def test_total_can_be_wrong_or_missing(account: Account, api: Api) -> None:
    account.add_crew()
    account.fail("wrong_total", delta=-1)
    account.fail("missing_total")

    wrong, missing = api.get("/crews"), api.get("/crews")

    assert (len(wrong.json()), wrong.headers["x-total-count"]) == (1, "0")
    assert len(missing.json()) == 1
    assert "x-total-count" not in missing.headers


def test_cut_body_ends_before_its_length(account: Account, api: Api) -> None:
    account.add_crew()
    account.fail("cut_body")

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.get("/crews")
    assert api.get("/crews").status_code == 200


def test_dropped_connection_gives_no_answer(account: Account, api: Api) -> None:
    account.fail("drop_connection")

    with pytest.raises(requests.ConnectionError):
        api.get("/crews")
    assert [record.status for record in account.requests] == [0]


def test_slow_answers_late(account: Account, api: Api) -> None:
    account.fail("slow", seconds=0.3)

    started = time.monotonic()
    response = api.get("/crews")

    assert response.status_code == 200
    assert time.monotonic() - started >= 0.3


def test_slow_beyond_the_clients_patience(account: Account, api: Api) -> None:
    account.fail("slow", seconds=60)

    with pytest.raises(requests.Timeout):
        api.request("GET", "/crews", timeout=0.1)


def test_drip_sends_the_whole_body_in_pieces(account: Account, api: Api) -> None:
    account.add_crew()
    account.fail("drip", seconds=0.3)

    started = time.monotonic()
    response = api.get("/crews", fields="emp_code,last_name,first_name,email,departments")

    assert len(response.json()) == 1
    assert time.monotonic() - started >= 0.25


def test_huge_body_is_valid_json_of_that_size(account: Account, api: Api) -> None:
    account.fail("huge_body", size=3_000_000)

    response = api.get("/crews")

    assert len(response.content) == 3_000_000
    assert response.json() == []
    assert api.get("/crews").status_code == 200


def test_unknown_kind_is_an_error_of_the_test(account: Account) -> None:
    with pytest.raises(ValueError, match="sideways"):
        account.fail("sideways")
