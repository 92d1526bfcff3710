"""Which changes are told to whom, and in which words."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.account import Account
from simulator.records.webhook import EVENTS
from simulator.state_file import StateFile

from .browser import Browser, shown_form
from .conftest import Api
from .webhook_receiver import CREW_EVENTS, WebhookReceiver, listen, told


def test_each_change_by_the_handle_is_told(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url, expose_only_id=True)

    key = account.add_crew()
    account.change_crew(key, last_name="鈴木")
    account.delete_crew(key)
    account.wait_for_webhooks()

    assert receiver.events == ["crew_created", "crew_updated", "crew_deleted"]
    assert receiver.crews == [key] * 3


def test_each_change_by_the_api_is_told(
    account: Account, api: Api, receiver: WebhookReceiver
) -> None:
    listen(account, receiver.url, expose_only_id=True)

    key = api.post("/crews", {"last_name": "田中"}).json()["id"]
    api.patch(f"/crews/{key}", {"last_name": "鈴木"})
    api.put(f"/crews/{key}", {"last_name": "佐藤"})
    api.delete(f"/crews/{key}/departments")
    api.delete(f"/crews/{key}")
    account.wait_for_webhooks()

    assert receiver.events == ["crew_created", *["crew_updated"] * 3, "crew_deleted"]
    assert receiver.crews == [key] * 5


def test_nothing_is_told_when_the_writer_asks_for_silence(
    account: Account, api: Api, receiver: WebhookReceiver
) -> None:
    listen(account, receiver.url)

    key = api.request("POST", "/crews?skip_sending_webhook=true", json={}).json()["id"]
    for method, path in (("PATCH", ""), ("PUT", ""), ("DELETE", "/departments"), ("DELETE", "")):
        response = api.request(method, f"/crews/{key}{path}?skip_sending_webhook=true", json={})
        assert response.status_code in (200, 204)
    loud = api.request("POST", "/crews?skip_sending_webhook=false", json={}).json()["id"]
    account.wait_for_webhooks()

    assert receiver.crews == [loud]


def test_a_refused_write_is_not_told(account: Account, api: Api, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)

    response = api.post("/crews", {"emp_status": "gone"})

    assert response.status_code == 400
    assert told(account, receiver) == []


def test_each_change_on_the_pages_is_told(
    account: Account, browser: Browser, receiver: WebhookReceiver
) -> None:
    listen(account, receiver.url, expose_only_id=True)

    browser.post("/crews/new", last_name="田中", first_name="美咲")
    key = next(iter(account.crews))
    form = shown_form(browser.get(f"/crews/{key}").text)
    browser.post(f"/crews/{key}", **form | {"last_name": "鈴木"})
    browser.post(f"/crews/{key}", **form | {"last_name": "鈴木"})
    browser.post(f"/crews/{key}/retire", resigned_at="2026-03-31")
    browser.post(f"/crews/{key}/rehire")
    browser.post(f"/crews/{key}/delete")
    account.wait_for_webhooks()

    # Saving what is there already is no change.
    assert receiver.events == ["crew_created", *["crew_updated"] * 3, "crew_deleted"]
    assert receiver.crews == [key] * 5


def test_departments_are_not_told(account: Account, api: Api, receiver: WebhookReceiver) -> None:
    department = account.add_department("営業部")
    account.add_crew(department_ids=[department])
    account.add_webhook(url=receiver.url, **dict.fromkeys(EVENTS, True))

    account.change_department(department, name="販売部")
    api.patch(f"/departments/{department}", {"name": "販売"})
    account.delete_department(department)

    assert told(account, receiver) == []


def test_filling_and_restoring_are_not_told(
    account: Account, receiver: WebhookReceiver, tmp_path: Path
) -> None:
    listen(account, receiver.url)
    account.generate(people=5, departments=3)
    state = StateFile(tmp_path / "state.json", {"acme": account})
    state.save()

    restored = state.restore()
    account.clear()

    assert restored
    assert told(account, receiver) == []


@pytest.mark.parametrize("event", CREW_EVENTS)
def test_a_webhook_hears_only_what_it_ticked(
    account: Account, receiver: WebhookReceiver, event: str
) -> None:
    account.import_sends_each = True
    account.add_webhook(url=receiver.url, **{event: True})
    account.add_webhook(url=f"{receiver.url}deaf/")
    disabled = dict.fromkeys(CREW_EVENTS, True) | {"disabled_at": "2026-01-10T03:00:00.000Z"}
    account.add_webhook(url=f"{receiver.url}disabled/", **disabled)

    key = account.add_crew()
    account.change_crew(key, emp_code="7")
    account.delete_crew(key)
    account.import_crews([])
    account.wait_for_webhooks()

    assert [(r.path, r.content["event"]) for r in receiver.received] == [("/hook/", event)]


def test_every_webhook_hears_it(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    listen(account, f"{receiver.url}second/")

    account.add_crew()
    account.wait_for_webhooks()

    assert sorted(r.path for r in receiver.received) == ["/hook/", "/hook/second/"]


def test_the_whole_body_carries_the_crew_as_the_api_shows_it(
    account: Account, api: Api, receiver: WebhookReceiver
) -> None:
    listen(account, receiver.url)
    sales = account.add_department("営業部")
    key = account.add_crew(last_name="髙﨑", department_ids=[None, sales])
    before = datetime.now(UTC)
    shown = api.get(f"/crews/{key}").json()
    told(account, receiver)

    account.delete_crew(key)
    [content] = told(account, receiver)

    triggered_at = datetime.fromisoformat(content.pop("triggered_at"))
    assert content == {"event": "crew_deleted", "sender": None, "crew": shown}
    assert triggered_at.utcoffset() == timedelta(hours=9)
    assert before - timedelta(seconds=1) < triggered_at <= datetime.now(UTC)


def test_the_body_shows_the_moment_of_the_change(
    account: Account, receiver: WebhookReceiver
) -> None:
    listen(account, receiver.url)
    key = account.add_crew(last_name="一")
    account.change_crew(key, last_name="二")

    contents = told(account, receiver)

    assert [content["crew"]["last_name"] for content in contents] == ["一", "二"]


def test_the_short_body_carries_only_ids(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url, expose_only_id=True)
    account.webhook_sender = account.add_crew()

    contents = told(account, receiver)

    assert contents == [
        {
            "event": "crew_created",
            "triggered_at": contents[0]["triggered_at"],
            "sender": None,
            "crew": {"id": account.webhook_sender},
        }
    ]


def test_the_sender_is_a_whole_crew(account: Account, api: Api, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)
    with account.without_webhooks():
        account.webhook_sender = account.add_crew(last_name="総務")

    account.add_crew()
    [content] = told(account, receiver)

    assert content["sender"] == api.get(f"/crews/{account.webhook_sender}").json()


def test_odd_values_go_out_all_the_same(account: Account, receiver: WebhookReceiver) -> None:
    listen(account, receiver.url)

    account.add_crew(id=5, last_name="\ud800", first_name=["x"], departments="none")
    [content] = told(account, receiver)

    assert content["crew"]["id"] == 5
    assert content["crew"]["last_name"] == json.loads('"\\ud800"')
    assert content["crew"]["departments"] == "none"
