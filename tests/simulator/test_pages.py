import re

import requests

from simulator.account import Account
from simulator.server import Simulator

from .browser import Browser
from .webhook_receiver import WebhookReceiver


def test_index_names_the_accounts(simulator: Simulator, account: Account) -> None:
    response = requests.get(simulator.url, timeout=5)

    assert response.status_code == 200
    assert "練習用" in response.text
    assert account.api_url in response.text


def test_missing_page_is_a_page(browser: Browser, simulator: Simulator) -> None:
    for response in (browser.get("/crews/none"), requests.get(f"{simulator.url}/no/", timeout=5)):
        assert response.status_code == 404
        assert "ページが見つかりません" in response.text


def test_empty_account_says_what_to_do(browser: Browser) -> None:
    assert "従業員はまだいません。" in browser.get("/").text
    assert "部署はまだありません。" in browser.get("/departments").text


def test_activity_shows_requests_webhooks_and_no_token(account: Account, browser: Browser) -> None:
    account.add_webhook(url="https://hooks.example.com/x", crew_created=True, secret_token="s3c")
    requests.get(f"{account.api_url}/departments?page=2", timeout=5)

    text = browser.get("/activity").text

    assert "GET /departments ページ2" in text
    assert ">401</span>" in text
    assert "https://hooks.example.com/x" in text
    assert "<code>crew_created</code>" in text
    assert "s3c" not in text
    assert "shr_0000_practice" not in text


def test_activity_shows_deliveries(
    account: Account, browser: Browser, receiver: WebhookReceiver
) -> None:
    account.add_webhook(url=receiver.url, crew_created=True, crew_imported=True)
    account.webhook_backoff = lambda failed: 0.0
    account.webhooks_at_once = 1
    receiver.statuses.append(503)
    before = browser.get("/activity").text

    account.add_crew(last_name="髙﨑", first_name="<b>")
    account.wait_for_webhooks()
    account.import_crews([{"last_name": None, "first_name": None}, {}])
    account.wait_for_webhooks()
    account.webhook_drops = 1
    account.add_crew()
    text = browser.get("/activity").text

    assert "通知はまだありません。" in before
    table = text.partition("最近の通知")[2]
    rows = re.findall(r"<code>(crew_\w+)</code>(.*?)</tr>", table, re.DOTALL)
    shown = [(event, re.sub(r"<[^>]*>", " ", rest).split()) for event, rest in rows]
    assert shown == [
        ("crew_created", ["佐藤", "太郎", "送信なし"]),
        ("crew_imported", ["（氏名なし）", "ほか1名", "204"]),
        ("crew_created", ["2回目", "髙﨑", "&lt;b&gt;", "204"]),
        ("crew_created", ["髙﨑", "&lt;b&gt;", "503"]),
    ]


def test_switches_change_the_account(account: Account, browser: Browser) -> None:
    browser.post("/settings", maintenance="on", department_slots="10", slot_shape="trimmed")

    assert (account.maintenance, account.inactive) == (True, False)
    assert (account.department_slots, account.slot_shape) == (10, "trimmed")


def test_form_of_another_site_is_refused(account: Account, browser: Browser) -> None:
    key = account.add_crew()

    response = browser.session.post(
        f"{browser.root}/crews/{key}/delete",
        headers={"Origin": "https://evil.example.com"},
        timeout=5,
    )

    assert response.status_code == 403
    assert key in account.crews


def test_names_are_escaped(account: Account, browser: Browser) -> None:
    key = account.add_crew(last_name="<b>太</b>")
    account.add_department("<i>部</i>")

    for path in ("/", f"/crews/{key}", f"/crews/{key}/delete", "/departments"):
        assert "<b>" not in browser.get(path).text
        assert "<i>" not in browser.get(path).text


def test_pages_survive_odd_values(account: Account, browser: Browser) -> None:
    key = account.add_crew(
        last_name=["x"], emp_code=5, emp_status=None, email={}, updated_at=None, birth_at=7
    )
    department = account.add_department(None, parent=["x"], position="y")

    for path in ("/", f"/crews/{key}", "/departments", f"/departments/{department}"):
        assert browser.get(path).status_code == 200


def test_pages_use_nothing_from_elsewhere(account: Account, browser: Browser) -> None:
    text = browser.get("/").text
    css = requests.get(browser.root.rsplit("/", 1)[0] + "/-/static/simulator.css", timeout=5)

    assert css.status_code == 200
    assert "://" not in css.text
    assert re.findall(r'(?:src|href)="(?!/|data:)[^"]*"', text.replace(browser.root, "")) == [
        'href="#main"'
    ]
    assert "<script" not in text
