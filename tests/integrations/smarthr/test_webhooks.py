"""Registrations at SmartHR: read, made, changed and deleted (W2)."""

from collections.abc import Callable

import pytest

from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import ConnectionFailed, PermissionMissing, UnexpectedAnswer
from integrations.smarthr.parsing import parse_webhook
from integrations.smarthr.records import Webhook
from simulator.account import Account
from simulator.tokens import ALL_SCOPES
from tests.integrations.smarthr.conftest import TOKEN

URL = "https://meishi.example.com/webhooks/smarthr/1/"
EVENTS = dict.fromkeys(("crew_created", "crew_updated", "crew_deleted", "crew_imported"), True)
SECRET = "a-secret-of-nobody"


def a_webhook(webhook_id: str, **values: object) -> Webhook:
    known: dict[str, object] = {**EVENTS, "url": URL, "expose_only_id": True, "disabled_at": None}
    return Webhook(**{"id": webhook_id, **known, **values})  # type: ignore[arg-type]


def test_W2_webhook_is_made_read_changed_and_deleted(
    client: SmartHRClient, account: Account
) -> None:
    made = client.create_webhook(
        {"url": URL, **EVENTS, "expose_only_id": True, "secret_token": SECRET}
    )

    assert made == a_webhook(made.id)
    assert client.webhooks() == [made]
    assert account.webhooks[made.id]["secret_token"] == SECRET

    changed = client.change_webhook(made.id, {"crew_deleted": False})

    assert changed == a_webhook(made.id, crew_deleted=False)

    client.delete_webhook(made.id)
    client.delete_webhook(made.id)  # gone already: as good

    assert client.webhooks() == []
    assert client.change_webhook(made.id, {}) is None


def test_W2_all_pages_of_the_list_are_read(client: SmartHRClient, account: Account) -> None:
    keys = [account.add_webhook(url=f"{URL}{number}") for number in range(101)]

    assert [webhook.id for webhook in client.webhooks()] == keys
    assert client.requests == 2


def test_W2_post_whose_answer_is_lost_is_not_sent_again(
    client: SmartHRClient, account: Account
) -> None:
    account.fail("cut_body", path="/webhooks", method="POST")

    with pytest.raises(ConnectionFailed):
        client.create_webhook({"url": URL})

    assert len(account.webhooks) == 1
    assert [request.method for request in account.requests] == ["POST"]


@pytest.mark.parametrize("act", ["list", "create", "change", "delete"])
def test_W2_missing_permission_has_its_name(
    client: SmartHRClient, account: Account, act: str
) -> None:
    key = account.add_webhook(url=URL)
    right = "webhooks:read" if act == "list" else "webhooks:update"
    account.add_token(TOKEN, scopes=ALL_SCOPES - {right})
    acts: dict[str, Callable[[], object]] = {
        "list": client.webhooks,
        "create": lambda: client.create_webhook({"url": URL}),
        "change": lambda: client.change_webhook(key, {}),
        "delete": lambda: client.delete_webhook(key),
    }

    with pytest.raises(PermissionMissing) as refused:
        acts[act]()

    assert refused.value.permission == "Webhook:参照・更新"


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ({"id": "w1", "url": URL, **EVENTS, "expose_only_id": True}, {}),
        ({"id": "w1", "url": None}, {**dict.fromkeys((*EVENTS, "expose_only_id"), False)}),
        ({"id": "w1", "disabled_at": "2026-01-10"}, {"disabled_at": "2026-01-10"}),
        ({"id": "w1", "disabled_at": 5, "crew_created": "yes"}, {"disabled_at": "5"}),
    ],
)
def test_W2_odd_values_are_read_as_not_set(raw: dict[str, object], read: dict[str, object]) -> None:
    flags = {name: raw.get(name) is True for name in (*EVENTS, "expose_only_id")}

    url = raw.get("url") or ""
    assert parse_webhook(raw) == a_webhook("w1", **{**flags, "url": url, **read})


@pytest.mark.parametrize("bad", [None, 5, "", "a/b", "..", "a" * 65, "あ"])
def test_W2_id_that_is_no_part_of_an_address_is_refused(bad: object) -> None:
    with pytest.raises(UnexpectedAnswer):
        parse_webhook({"id": bad, "url": URL})
