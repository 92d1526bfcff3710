"""接続テスト in a browser: what is typed stays, focus goes to the answer (T4, E13)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from employees.models import Employee
from simulator.account import Account
from simulator.server import start_simulator
from tests.factories import PASSWORD, AdministratorFactory, CompanyFactory, IntegrationFactory

TOKEN = "shr_1234_abcdefghijklmnopqrstuvwxyz123456"
SETTINGS = "/settings/smarthr/"


@pytest.fixture
def account(settings: Any) -> Iterator[Account]:
    with start_simulator() as simulator:
        account = simulator.add_account("acme", TOKEN)
        account.rate_limit_per_second = account.rate_limit_per_hour = None
        account.generate(people=40, departments=5)
        settings.SMARTHR_API_URL = account.api_url.replace("/acme/", "/{subdomain}/")
        yield account


@pytest.fixture
def administrator(transactional_db: None, account: Account) -> Employee:
    company = CompanyFactory(code="acme")
    IntegrationFactory(company=company, subdomain="acme", token=TOKEN)
    return AdministratorFactory(company=company, employee_id="admin")


def open_settings(page: Page, address: str) -> None:
    page.goto(f"{address}{SETTINGS}")
    page.get_by_label("企業ID").fill("acme")
    page.get_by_label("社員ID").fill("admin")
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    expect(page.get_by_role("heading", name="SmartHR連携")).to_be_visible()


def test_E13_people_are_counted_while_the_page_is_there(
    page: Page, administrator: Employee, account: Account, live_server: Any
) -> None:
    account.fail("slow", path="/crews", times=1, seconds=1.0)
    open_settings(page, str(live_server.url))

    notice = page.locator("#first-import")
    expect(notice).to_contain_text("SmartHRの従業員数を確認しています…")
    expect(notice).to_have_attribute("aria-busy", "true")
    expect(notice).to_contain_text("SmartHRには従業員が40名います")
    expect(notice.get_by_text("SmartHRの従業員数を確認しています…")).to_be_hidden()

    page.locator("#others").get_by_label("新規に取り込まず、ログインを停止する").check()
    page.locator("#others").get_by_role("button", name="保存").click()
    expect(notice).to_contain_text("退職済みの従業員は社員に取り込みません。")


def test_E13_a_count_that_failed_is_tried_again_in_its_place(
    page: Page, administrator: Employee, account: Account, live_server: Any
) -> None:
    fault = account.fail("inactive", times=None)
    open_settings(page, str(live_server.url))
    notice = page.locator("#first-import")
    expect(notice).to_contain_text("サブドメイン「acme」はSmartHRで使われていません。")

    fault.cancel()
    notice.get_by_role("link", name="再読み込み").click()

    expect(notice).to_contain_text("SmartHRには従業員が40名います")


def test_T4_the_answer_has_the_focus_and_the_label_follows(
    page: Page, administrator: Employee, account: Account, live_server: Any
) -> None:
    open_settings(page, str(live_server.url))
    button = page.get_by_role("button", name="接続テスト")

    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("接続を確認しました。")).to_be_focused()
    expect(page.locator("#connection-state")).to_have_text("接続済み")

    account.fail("status", status=401, times=None)
    button.click()
    failure = page.locator("#connection-findings .mk-alert--error")
    expect(failure).to_be_focused()
    expect(failure).to_contain_text("アクセストークンがSmartHRで認められませんでした。")
    expect(page.locator("#connection-state")).to_have_text("接続エラー")
    expect(page.locator("#connection-label")).to_have_text("接続エラー")


def test_T4_what_is_typed_stays_where_it_was_not_saved(
    page: Page, administrator: Employee, account: Account, live_server: Any
) -> None:
    open_settings(page, str(live_server.url))
    page.locator("#connection summary").click()
    token = page.get_by_label("新しいアクセストークン")
    token.fill("shr_typed_and_not_saved")

    page.get_by_role("button", name="接続テスト").click()

    expect(page.locator("#connection-said")).to_contain_text("まだ保存していません。")
    expect(token).to_have_value("shr_typed_and_not_saved")
    button = page.get_by_role("button", name="接続テスト")
    expect(button).to_be_enabled()
    expect(button).not_to_have_attribute("aria-disabled", "true")


def test_T4_addresses_to_permit_are_copied(
    page: Page, administrator: Employee, account: Account, live_server: Any, settings: Any
) -> None:
    settings.OUTGOING_IPS = ["203.0.113.5", "203.0.113.6"]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_settings(page, str(live_server.url))

    page.get_by_role("button", name=re.compile(r"コピー.*203\.0\.113\.6")).click()

    expect(page.locator("#toasts")).to_contain_text("コピーしました。")
    assert page.evaluate("navigator.clipboard.readText()") == "203.0.113.6"

    # The title tells of what could not be saved, until it could.
    page.get_by_label("サブドメイン").fill("acme/")
    save = page.locator("#connection").get_by_role("button", name="保存")
    save.click()
    expect(page).to_have_title(re.compile("^エラー：SmartHR連携"))
    page.get_by_label("サブドメイン").fill("acme")
    save.click()
    expect(page.locator("#connection-said")).to_contain_text("保存しました。")
    expect(page).to_have_title(re.compile("^SmartHR連携"))


@pytest.mark.parametrize("button", ["保存", "接続テスト"])
def test_T4_a_pressed_button_says_so_and_cannot_be_pressed_twice(
    page: Page, administrator: Employee, account: Account, live_server: Any, button: str
) -> None:
    open_settings(page, str(live_server.url))
    expect(page.locator("#first-import")).to_contain_text("40名")
    account.requests.clear()
    account.fail("slow", path="/crews", times=1, seconds=1.0)
    page.locator("#connection summary").click()
    if button == "保存":
        account.add_token("shr_another_token_of_ours")
        page.get_by_label("新しいアクセストークン").fill("shr_another_token_of_ours")

    pressed = page.locator("#connection").get_by_role("button", name=button)
    pressed.dblclick()

    busy = "保存しています…" if button == "保存" else "確認しています…"
    expect(page.get_by_role("button", name=busy)).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("接続を確認しました。")).to_be_visible()
    assert len([r for r in account.logged("/crews") if r.query["per_page"] == "100"]) == 1
