import pytest
import requests

from simulator.account import Account
from simulator.server import Simulator
from simulator.tokens import ALL_SCOPES

from .conftest import TOKEN, Api

UNAUTHORIZED = {
    "code": 2,
    "type": "unauthorized_token",
    "message": "無効なアクセストークンです",
    "errors": None,
}


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer", "Basic !!", "Digest x"])
def test_without_a_known_token_nothing_is_answered(account: Account, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}

    response = requests.get(f"{account.api_url}/crews", headers=headers, timeout=5)

    assert response.status_code == 401
    assert response.json() == UNAUTHORIZED
    assert response.headers["x-rate-limit-limit"] == "5000"


def test_token_as_user_name_of_basic(account: Account) -> None:
    response = requests.get(f"{account.api_url}/crews", auth=(TOKEN, ""), timeout=5)

    assert response.status_code == 200


def test_removed_token_is_refused(account: Account, api: Api) -> None:
    account.remove_token(TOKEN)

    assert api.get("/crews").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/crews", "crews:read"),
        ("GET", "/crews/x", "crews:read"),
        ("POST", "/crews", "crews:update"),
        ("PATCH", "/crews/x", "crews:update"),
        ("DELETE", "/crews/x", "crews:update"),
        ("GET", "/departments", "departments:read"),
        ("POST", "/departments", "departments:update"),
        ("POST", "/departments/x/discontinue", "departments:update"),
        ("GET", "/webhooks", "webhooks:read"),
        ("GET", "/webhooks/x", "webhooks:read"),
        ("POST", "/webhooks", "webhooks:update"),
        ("PATCH", "/webhooks/x", "webhooks:update"),
        ("DELETE", "/webhooks/x", "webhooks:update"),
    ],
)
def test_missing_scope_is_forbidden(
    account: Account, api: Api, method: str, path: str, scope: str
) -> None:
    account.add_token(TOKEN, scopes=ALL_SCOPES - {scope})

    response = api.request(method, path, json={})

    assert response.status_code == 403
    assert response.json() == {
        "code": 3,
        "type": "forbidden",
        "message": "リソースへのアクセスが禁止されています",
        "errors": None,
    }

    account.add_token(TOKEN, scopes={scope})

    assert api.request(method, path, json={}).status_code != 403


def test_unknown_scope_is_an_error_of_the_test(account: Account) -> None:
    with pytest.raises(ValueError, match="payrolls:read"):
        account.add_token("t", scopes={"payrolls:read"})


def test_hidden_attributes_are_left_out(account: Account, api: Api) -> None:
    key = account.add_crew()
    account.add_token(TOKEN, hidden_attributes={"birth_at", "departments"})

    whole = api.get(f"/crews/{key}").json()
    asked = api.get("/crews", fields="birth_at,departments,emp_code").json()[0]

    assert {"birth_at", "departments"} & whole.keys() == set()
    assert sorted(asked) == ["emp_code", "id"]


def test_hidden_attributes_come_as_null(account: Account, api: Api) -> None:
    account.add_crew(email="a@example.com", departments=[{"id": "x"}])
    account.add_token(TOKEN, hidden_attributes={"email", "departments"}, hidden_as="null")

    asked = api.get("/crews", fields="id,email,departments").json()[0]
    whole = api.get("/crews").json()[0]

    assert (asked["email"], asked["departments"]) == (None, None)
    assert (whole["email"], whole["departments"]) == (None, None)


def test_two_tokens_see_different_attributes(account: Account, api: Api) -> None:
    account.add_crew(email="a@example.com")
    account.add_token("other", hidden_attributes={"email"})

    assert "email" in api.get("/crews").json()[0]
    assert "email" not in Api(account, "other").get("/crews").json()[0]


def test_inactive_subdomain_answers_400_with_a_bare_message(account: Account, api: Api) -> None:
    account.inactive = True

    response = api.get("/crews")

    assert response.status_code == 400
    assert response.json() == {"message": "subdomain acme is inactive"}


def test_maintenance_stops_every_call(account: Account, api: Api) -> None:
    account.maintenance = True

    responses = [api.get("/crews"), api.post("/webhooks", {}), api.get("/nothing")]

    assert [r.status_code for r in responses] == [503, 503, 503]
    assert responses[0].json()["code"] == 9


def test_unknown_path_is_code_4(api: Api) -> None:
    for path in ("", "/", "/payrolls", "/crews/x/y", "/%2e"):
        response = api.get(path)

        assert (response.status_code, response.json()["code"]) == (404, 4)


def test_unknown_subdomain_is_no_json(account: Account) -> None:
    response = requests.get(account.api_url.replace("acme", "nobody") + "/crews", timeout=5)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_accounts_share_nothing(simulator: Simulator, account: Account, api: Api) -> None:
    other = simulator.add_account("other", "other-token")
    try:
        account.add_crew()

        assert Api(other, "other-token").get("/crews").json() == []
        assert Api(other, TOKEN).get("/crews").status_code == 401
    finally:
        simulator.remove_account("other")
