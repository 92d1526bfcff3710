"""A 管理者 connects the company, imports everybody, and sees what came of it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from employees.models import Employee
from simulator.account import Account
from tests.factories import PASSWORD
from tests.journeys.steps import SYNC_MS, connect, log_in


def test_from_login_to_the_badge(page: Page, site: str, account: Account) -> None:
    log_in(page, site)
    expect(page.get_by_role("heading", name="ホーム")).to_be_visible()
    page.get_by_role("link", name="SmartHR連携を設定").click()

    connect(page)
    page.get_by_label("グループとして適用する部署").select_option(label="部署1")
    page.locator("#slot").get_by_role("button", name="保存").click()
    expect(page.locator("#slot")).to_contain_text("保存しました。")

    account.fail("slow", path="/crews", times=None, seconds=1.0)
    page.get_by_role("button", name="インポート・同期実行").last.click()
    expect(page).to_have_url(re.compile(r"/settings/smarthr/runs/\d+/$"))
    expect(page.locator("#run-status")).to_contain_text("実行中", timeout=SYNC_MS)
    expect(page.locator("[aria-current=step]")).to_contain_text("従業員の読み込み", timeout=SYNC_MS)
    account.clear_faults()

    # The page turns into the report by itself.
    tabs = page.get_by_role("navigation", name="結果の種類")
    expect(tabs).to_be_visible(timeout=SYNC_MS)
    expect(page.get_by_role("heading", level=1)).to_have_text("従業員リスト⇒社員リストの同期")
    expect(tabs.locator("[aria-current=page]")).to_contain_text("スキップ／報告あり")
    tabs.get_by_role("link", name="新規").click()
    expect(page).to_have_url(re.compile(r"\?tab=created$"))
    page.get_by_role("link", name="次へ").click()
    expect(page).to_have_url(re.compile(r"\?tab=created&page=2$"))

    page.get_by_role("link", name="社員リスト", exact=True).click()
    expect(page.locator("tbody .mk-badge-smarthr").first).to_be_visible()
    page.get_by_label("メインメニュー").get_by_role("link", name="グループ", exact=True).click()
    expect(page.get_by_role("tree").locator(".mk-badge-smarthr")).to_have_count(12)


def test_running_sync_is_cancelled(page: Page, site: str, account: Account) -> None:
    log_in(page, site, "/settings/smarthr/")
    connect(page)
    account.fail("slow", path="/crews", times=None, seconds=1.0)

    page.get_by_role("button", name="インポート・同期実行").last.click()
    page.get_by_role("button", name="中止").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("ここまでに反映した内容は残り、削除はしません。")
    dialog.get_by_role("button", name="中止").click()

    expect(page.get_by_text("山田 花子（admin）さんが中止しました。")).to_be_visible(
        timeout=SYNC_MS
    )


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways(
    page: Page, administrator: Employee, live_server: Any, width: int, scheme: Any
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    log_in(page, str(live_server.url))

    for path in (
        "/",
        "/employees/",
        "/groups/",
        "/settings/smarthr/",
        "/password/",
        "/display/",
        "/nothing/",
    ):
        page.goto(f"{live_server.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_settings_say_what_is_wrong_beside_the_button(
    page: Page, administrator: Employee, live_server: Any
) -> None:
    log_in(page, str(live_server.url), "/settings/smarthr/")

    page.get_by_label("サブドメイン").fill("https://acme.example.com/")
    page.locator("#connection").get_by_role("button", name="保存").click()

    expect(page.locator("#connection")).to_contain_text(
        "サブドメインに使えない文字が含まれています。"
    )
    expect(page.get_by_label("サブドメイン")).to_be_focused()
    expect(page.locator("#connection")).to_contain_text("保存できませんでした。")


def test_menu_opens_and_closes_with_the_keyboard(
    page: Page, administrator: Employee, live_server: Any
) -> None:
    log_in(page, str(live_server.url))
    expect(page.get_by_role("heading", name="ホーム")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文に移動")).to_be_focused()
    menu = page.locator("summary", has_text="設定")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="SmartHR連携", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="SmartHR連携", exact=True)).to_be_hidden()
    expect(menu).to_be_focused()


def test_ended_session_leads_to_the_login_and_back(
    page: Page, administrator: Employee, live_server: Any
) -> None:
    log_in(page, str(live_server.url), "/settings/smarthr/")
    page.context.clear_cookies(name="sessionid")

    page.locator("#slot").get_by_role("button", name="保存").click()

    expect(page.get_by_text("ログインの有効期限が切れました。")).to_be_visible()
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_label("社員ID").fill("admin")
    page.get_by_role("button", name="ログイン").click()
    expect(page.get_by_role("heading", name="SmartHR連携")).to_be_visible()
