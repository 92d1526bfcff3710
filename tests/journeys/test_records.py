"""A 管理者 brings a deleted person's cards back, and finds who did what in the log."""

import re
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from companies.audit import person as acting
from employees.models import Employee
from employees.services.removal import remove_employee
from tests.factories import AdministratorFactory, BusinessCardFactory, EmployeeFactory
from tests.journeys.steps import log_in


@pytest.fixture
def administrator(transactional_db: None) -> Employee:
    """Has deleted 佐藤 花子, who had two cards; 佐藤 花子 is employed again."""
    administrator = AdministratorFactory(
        company__code="acme", employee_id="admin", last_name="山田", first_name="太郎"
    )
    company = administrator.company
    person = EmployeeFactory(
        company=company, employee_id="00027", last_name="佐藤", first_name="花子"
    )
    for title in ("課長", "部長"):
        BusinessCardFactory(employee=person, title=title)
    with transaction.atomic():
        remove_employee(employee=person, actor=acting(administrator), reason="退職のため")
    EmployeeFactory(company=company, employee_id="00100", last_name="佐藤", first_name="花子")
    return administrator


@pytest.mark.usefixtures("administrator")
def test_cards_of_a_deleted_person_come_back_and_the_log_tells_it(
    page: Page, live_server: Any
) -> None:
    log_in(page, str(live_server.url), "/settings/archive/")
    page.get_by_role("link", name="佐藤 花子（00027）").click()
    expect(page.get_by_text("退職のため")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="名刺をダウンロード").click()
    assert download.value.suggested_filename == "名刺の控え_00027.xlsx"

    page.get_by_role("link", name="復元に進む").click()
    page.get_by_role("button", name="選んだ社員に復元").click()
    expect(page.get_by_role("alert")).to_have_text("復元先の社員を選んでください。")
    expect(page.get_by_label("佐藤 花子（00100）")).not_to_be_checked()
    page.get_by_label("佐藤 花子（00100）").check()
    page.get_by_role("button", name="選んだ社員に復元").click()
    expect(page.get_by_text("名刺2件を佐藤 花子（00100）に復元しました。")).to_be_visible()
    expect(page.get_by_text("控えはありません。")).to_be_visible()

    page.goto(f"{live_server.url}/settings/audit/")
    page.get_by_label("操作", exact=True).select_option("復元")
    page.get_by_label("社員・グループ名").fill("00100")
    page.get_by_role("button", name="検索").click()
    expect(page).to_have_url(re.compile("action=restored"))
    rows = page.locator(".mk-audit tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("復元した名刺（件）")
    with page.expect_download() as download:
        page.get_by_role("link", name="ダウンロード").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert [line.split(",")[2:6] for line in text.splitlines()[1:]] == [
        ["山田 太郎（admin）", "社員", "佐藤 花子（00100）", "復元"]
    ]

    for path in ("audit/", "audit/?since=2026-01-02&until=2026-01-01", "archive/"):
        page.set_viewport_size({"width": 375, "height": 812})
        page.goto(f"{live_server.url}/settings/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
