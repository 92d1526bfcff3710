"""グループ in a browser: the tree by keyboard, and what is done from it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from tests.factories import EmployeeFactory, GroupFactory, LinkedGroupFactory
from tests.journeys.steps import log_in


@pytest.fixture
def shop(administrator: Employee) -> Group:
    """販売部門/福岡エリア/春日店, linked, with an approver at the top."""
    company = administrator.company
    top = LinkedGroupFactory(company=company, name="販売部門")
    EmployeeFactory(
        company=company,
        group=top,
        role=Role.APPROVER,
        email="sato@example.com",
        last_name="佐藤",
        first_name="花子",
    )
    area = LinkedGroupFactory(company=company, name="福岡エリア", parent=top)
    return LinkedGroupFactory(company=company, name="春日店", parent=area)


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("treeitem", name=re.compile(f"^{name}"))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_O2_group_is_made_moved_renamed_and_deleted_from_the_tree(
    page: Page, shop: Group, live_server: Any
) -> None:
    log_in(page, live_server.url, "/groups/")

    # Made: the tree comes back with the new row in focus.
    page.get_by_role("link", name="グループを追加").click()
    page.get_by_label("グループ名").fill("Pチーム")
    page.get_by_role("button", name="追加").click()
    expect(page.get_by_text("グループ「Pチーム」を追加しました。")).to_be_visible()
    expect(row(page, "Pチーム")).to_be_focused()

    # Arrows, Home, End and letters go through the rows that are shown; Tab to the row's links.
    press(page, "Home")
    expect(row(page, "販売部門")).to_be_focused()
    press(page, "ArrowLeft")
    expect(row(page, "販売部門")).to_have_attribute("aria-expanded", "false")
    expect(row(page, "福岡エリア")).to_be_hidden()
    press(page, "ArrowDown")
    expect(row(page, "Pチーム")).to_be_focused()
    press(page, "End")
    expect(row(page, "グループ1")).to_be_focused()
    press(page, "Home", "ArrowRight", "ArrowRight")
    expect(row(page, "福岡エリア")).to_be_focused()
    press(page, "ArrowLeft", "ArrowLeft")
    expect(row(page, "販売部門")).to_be_focused()
    press(page, "p")
    expect(row(page, "Pチーム")).to_be_focused()
    press(page, *["Tab"] * 4)
    expect(page.get_by_role("link", name="移動：Pチーム")).to_be_focused()

    # Moved: the list of parents is narrowed, the effect comes before the act.
    press(page, "Enter")
    page.get_by_label("移動先の親グループを絞り込む").fill("春日")
    choices = page.get_by_label("移動先の親グループ", exact=True)
    expect(choices.locator("option")).to_have_text(
        ["最上位（親グループなし）（今の場所）", "販売部門/福岡エリア/春日店（SmartHR）"]
    )
    choices.select_option(str(shop.pk))
    page.get_by_role("button", name="影響を確認").click()
    expect(page.get_by_role("row", name=re.compile("Pチーム"))).to_contain_text(
        "佐藤 花子さん（承認・発注）"
    )
    page.get_by_role("button", name="移動").click()
    expect(row(page, "Pチーム")).to_be_focused()
    expect(row(page, "福岡エリア")).to_have_attribute("aria-expanded", "true")

    # Renamed, from its page.
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pチーム")
    page.get_by_role("link", name="名前を変更").click()
    page.get_by_label("グループ名").fill("春日店")
    page.get_by_role("button", name="変更", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("親グループと同じ名前「春日店」には")
    page.get_by_label("グループ名").fill("特別チーム")
    page.get_by_role("button", name="変更", exact=True).click()
    expect(row(page, "特別チーム")).to_be_focused()

    # Deleted: its parent is where the tree comes back.
    press(page, *["Tab"] * 5)
    expect(page.get_by_role("link", name="削除：特別チーム")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_text("このグループに社員はいません。")).to_be_visible()
    page.get_by_role("button", name="グループを削除").click()
    expect(page.get_by_text("グループ「特別チーム」を削除しました。")).to_be_visible()
    expect(row(page, "春日店")).to_be_focused()


def test_O2_many_groups_open_with_two_levels_and_stay_as_they_were_left(
    page: Page, shop: Group, live_server: Any
) -> None:
    GroupFactory.create_batch(100, company=shop.company)
    log_in(page, live_server.url, "/groups/")

    expect(row(page, "福岡エリア")).to_be_visible()
    expect(row(page, "春日店")).to_be_hidden()
    row(page, "福岡エリア").locator(".mk-twist").click()
    expect(row(page, "春日店")).to_be_visible()
    page.reload()
    expect(row(page, "春日店")).to_be_visible()

    page.get_by_role("button", name="すべて閉じる").click()
    expect(row(page, "福岡エリア")).to_be_hidden()
    page.get_by_label("グループ名").fill("春日")
    page.get_by_role("button", name="検索").click()
    expect(page).to_have_url(re.compile(r"\?q="))
    expect(row(page, "春日店")).to_be_visible()
    expect(page.get_by_text("該当1件 / 104件")).to_be_visible()


def test_O2_everything_is_there_without_scripts_and_on_a_phone(
    browser: Browser, shop: Group, live_server: Any
) -> None:
    GroupFactory.create_batch(100, company=shop.company)
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 375, "height": 812}, locale="ja-JP"
    )
    page = context.new_page()
    log_in(page, live_server.url, "/groups/")

    expect(page.get_by_role("link", name="春日店")).to_be_visible()
    expect(page.get_by_role("button", name="すべて開く")).to_be_hidden()
    page.get_by_role("link", name="春日店").click()
    expect(page.get_by_text("販売部門/福岡エリア/春日店")).to_be_visible()
    expect(page.get_by_text("佐藤 花子")).to_be_visible()
    page.get_by_role("link", name="下位のグループを追加").click()
    expect(page.get_by_label("親グループ", exact=True)).to_have_value(str(shop.pk))
    context.close()
