import pytest

from simulator.account import Account

from .conftest import Api

URL = "https://hooks.example.com/smarthr/"


def test_created_webhook_keeps_its_secret_to_itself(account: Account, api: Api) -> None:
    response = api.post(
        "/webhooks", {"url": URL, "secret_token": "s3cret", "crew_created": True, "odd": 1}
    )
    webhook = response.json()

    assert response.status_code == 201
    assert response.headers["Location"] == f"{account.api_url}/webhooks/{webhook['id']}"
    assert webhook == {
        "id": webhook["id"],
        "url": URL,
        "description": None,
        "crew_created": True,
        "crew_updated": False,
        "crew_deleted": False,
        "crew_imported": False,
        "dependent_created": False,
        "dependent_updated": False,
        "dependent_deleted": False,
        "dependent_imported": False,
        "expose_only_id": False,
        "disabled_at": None,
        "access_type": "read_and_update",
        "created_at": webhook["created_at"],
        "updated_at": webhook["updated_at"],
    }
    assert account.webhooks[webhook["id"]]["secret_token"] == "s3cret"
    assert "s3cret" not in api.get("/webhooks").text
    assert api.get(f"/webhooks/{webhook['id']}").json() == webhook


def test_webhooks_are_paged(account: Account, api: Api) -> None:
    for number in range(3):
        account.add_webhook(url=f"{URL}{number}")

    response = api.get("/webhooks", per_page=2, page=2)

    assert [webhook["url"] for webhook in response.json()] == [f"{URL}2"]
    assert response.headers["x-total-count"] == "3"


def test_patch_keeps_and_put_clears(account: Account, api: Api) -> None:
    key = api.post(
        "/webhooks", {"url": URL, "description": "連携", "crew_updated": True, "secret_token": "s"}
    ).json()["id"]

    patched = api.patch(f"/webhooks/{key}", {"crew_deleted": True}).json()
    put = api.put(f"/webhooks/{key}", {"url": URL, "crew_created": True}).json()

    assert (patched["crew_updated"], patched["crew_deleted"]) == (True, True)
    assert patched["description"] == "連携"
    assert (put["crew_created"], put["crew_updated"], put["description"]) == (True, False, None)
    assert account.webhooks[key]["secret_token"] is None


def test_disabled_webhook_is_enabled_by_patch(account: Account, api: Api) -> None:
    key = account.add_webhook(url=URL, disabled_at="2026-01-10T03:00:00.000Z")

    assert api.get("/webhooks").json()[0]["disabled_at"] == "2026-01-10T03:00:00.000Z"
    assert api.patch(f"/webhooks/{key}", {"disabled_at": None}).json()["disabled_at"] is None


def test_delete_and_unknown(account: Account, api: Api) -> None:
    key = account.add_webhook(url=URL)

    assert api.delete(f"/webhooks/{key}").status_code == 204
    assert api.delete(f"/webhooks/{key}").status_code == 404
    assert api.get(f"/webhooks/{key}").json()["code"] == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", None),
        ("url", "ftp://example.com"),
        ("url", "http://["),
        ("crew_created", "yes"),
        ("access_type", "mine"),
        ("disabled_at", "soon"),
        ("secret_token", 5),
    ],
)
def test_bad_webhook_is_refused(api: Api, name: str, value: object) -> None:
    response = api.post("/webhooks", {"url": URL} | {name: value})

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == name


def test_webhook_of_another_app_is_reserved_or_hidden(account: Account, api: Api) -> None:
    account.add_token("other")
    other = Api(account, "other")
    reserved = api.post("/webhooks", {"url": URL, "access_type": "read_and_update_only_origin"})
    hidden = api.post("/webhooks", {"url": URL, "access_type": "hidden"})
    reserved_path = f"/webhooks/{reserved.json()['id']}"
    hidden_path = f"/webhooks/{hidden.json()['id']}"

    assert other.get(reserved_path).status_code == 200
    assert other.patch(reserved_path, {}).json()["code"] == 3
    assert other.get(hidden_path).status_code == 404
    assert len(other.get("/webhooks").json()) == 1
    assert api.patch(reserved_path, {}).status_code == 200
    assert len(api.get("/webhooks").json()) == 2
