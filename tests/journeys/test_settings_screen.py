"""From the first connection to a decision, by somebody who has never seen it (T4, E12, T6)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from employees.models import Employee
from integrations.choices import DeletionPolicy
from integrations.models import SmartHRIntegration
from simulator.account import Account
from simulator.tokens import ALL_SCOPES
from tests.factories import PASSWORD, BusinessCardFactory
from tests.journeys.steps import (
    SETTINGS,
    SYNC_MS,
    TOKEN,
    connect,
    log_in,
    press_import,
    save,
    wait_for_report,
)

NARROW_TOKEN = "shr_5678_withoutdepartments00000000000000"
SIZES = [pytest.param((1280, 800), id="1280"), pytest.param((375, 812), id="375")]


def set_size(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize("size", SIZES)
def test_T4_first_connection_with_a_token_that_lacks_departments(
    page: Page, site: str, account: Account, size: tuple[int, int]
) -> None:
    set_size(page, size)
    account.add_token(NARROW_TOKEN, scopes=ALL_SCOPES - {"departments:read"})
    log_in(page, site)
    page.get_by_role("link", name="SmartHR連携を設定").click()

    page.get_by_label("サブドメイン").fill("https://acme.smarthr.jp/")
    page.get_by_label("アクセストークン").fill(NARROW_TOKEN)
    connection = save(page, "connection")
    # Saving tests the connection at once; departments are not needed yet.
    line = connection.locator("dl > div").filter(has_text="部署:参照")
    expect(line).to_contain_text("今の設定では不要です")

    page.get_by_label("グループとして適用する部署").select_option(label="部署1")
    save(page, "slot")
    expect(line).to_contain_text("権限がありません")

    press_import(page, "employees")
    wait_for_report(page)
    verdict = page.get_by_role(
        "heading", name="アクセストークンに「部署:参照」の権限がありません。"
    )
    expect(verdict).to_be_visible()

    page.goto(f"{site}{SETTINGS}")
    connection.locator("summary").first.click()
    connection.get_by_label("新しいアクセストークン").fill(TOKEN)
    save(page, "connection")
    expect(line).to_contain_text("読めました")
    press_import(page, "employees")
    wait_for_report(page)

    expect(page.locator(".mk-title")).to_contain_text("完了")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", SIZES)
def test_E12_run_above_the_brake_is_approved(
    page: Page, site: str, account: Account, administrator: Employee, size: tuple[int, int]
) -> None:
    set_size(page, size)
    gone = [account.add_crew(last_name="退社", first_name=f"太郎{n}") for n in range(12)]
    company = administrator.company
    log_in(page, site, SETTINGS)
    connect(page)
    press_import(page, "employees")
    wait_for_report(page)
    SmartHRIntegration.objects.for_company(company).update(deletion_policy=DeletionPolicy.AUTO)
    people = Employee.objects.for_company(company).filter(smarthr_id__in=gone)
    BusinessCardFactory(employee=people[0])
    for crew in gone:
        account.delete_crew(crew)

    page.get_by_role("button", name="もう一度同期").click()
    wait_for_report(page)
    expect(page.get_by_text("一度に12名が削除されるところでした。")).to_be_visible()
    page.get_by_role("link", name="削除を確認").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("削除の確認")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("名刺リストをエクスポート")).click()
    assert download.value.suggested_filename.startswith("名刺リスト_")
    # One crew is back before the approval: SmartHR is asked again.
    account.add_crew(id=gone[1], last_name="退社", first_name="太郎1")
    page.get_by_label("このページのすべての社員を選ぶ").check()
    page.get_by_role("button", name="12名の削除に進む").click()
    page.get_by_label(re.compile("名刺1件も削除されることを確認しました")).check()
    page.get_by_role("button", name="12名を削除").click()

    expect(page.get_by_text("11名を削除しました。")).to_be_visible(timeout=SYNC_MS)
    assert people.count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.goto(site)
    expect(page.get_by_text("対応が必要なものはありません。")).to_be_visible()


def tab_to(page: Page, words: str, *, after: str = "body") -> None:
    """Presses Tab until the focus is on what says `words`, inside `after`; it has to be visible."""
    for _ in range(120):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """([words, inside]) => {
              const at = document.activeElement;
              const said = at.textContent.trim() || at.labels?.[0]?.textContent.trim() || "";
              return said.includes(words) && at.closest(inside) !== null
                && getComputedStyle(at).outlineStyle !== "none";
            }""",
            [words, after],
        )
        if found:
            return
    raise AssertionError(f"the keyboard does not reach {words}")


def test_everything_is_done_with_the_keyboard_alone(
    page: Page, site: str, account: Account
) -> None:
    page.goto(f"{site}{SETTINGS}")
    for words, text in (("企業ID", "acme"), ("社員ID", "admin"), ("パスワード", PASSWORD)):
        tab_to(page, words)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="SmartHR連携", level=1)).to_be_visible()

    for words, text in (("サブドメイン", "acme"), ("アクセストークン", TOKEN)):
        tab_to(page, words, after="#connection")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("#connection")).to_contain_text("設定済み（末尾3456）")

    account.fail("slow", path="/crews", times=None, seconds=1.0)
    tab_to(page, "インポート・同期実行", after="#employees")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="中止")).to_be_visible()
    tab_to(page, "中止")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    tab_to(page, "中止")
    page.keyboard.press("Enter")
    tab_to(page, "中止", after="dialog form > div")
    page.keyboard.press("Enter")

    expect(page.get_by_text("山田 花子（admin）さんが中止しました。")).to_be_visible(
        timeout=SYNC_MS
    )
