"""A 管理者 chooses who is deleted: numbers that follow, and pages that ask."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from employees.models import Employee
from tests.factories import (
    AdministratorFactory,
    BusinessCardFactory,
    GroupCandidateFactory,
    IntegrationFactory,
    PersonCandidateFactory,
)
from tests.journeys.steps import log_in

LIST = "/settings/smarthr/deletions/"


@pytest.fixture
def waiting(transactional_db: None) -> Employee:
    """51 people with a card each, on two pages, and a group; the 管理者 to log in as."""
    company = IntegrationFactory(company__code="acme").company
    administrator = AdministratorFactory(company=company, employee_id="admin")
    for number in range(51):
        candidate = PersonCandidateFactory(
            company=company, employee__last_name=f"佐藤{number:02}", employee__first_name="花子"
        )
        BusinessCardFactory(employee=candidate.employee, title="課長")
    GroupCandidateFactory(company=company)
    return administrator


@pytest.mark.usefixtures("waiting")
def test_choosing_is_counted_and_asked_about(page: Page, live_server: Any) -> None:
    log_in(page, str(live_server.url), LIST)
    told, button = page.locator("output"), page.locator("[data-selection-button]")
    expect(told).to_have_text("選択：0名・名刺0件")
    expect(button).to_have_text("選んだ社員の削除に進む")

    page.get_by_label("佐藤00 花子").check()
    page.get_by_label("佐藤02 花子").check()
    expect(told).to_have_text("選択：2名・名刺2件")
    expect(button).to_have_text("2名の削除に進む")

    page.get_by_label("このページのすべての社員を選ぶ").check()
    expect(told).to_have_text("選択：50名・名刺50件")
    page.get_by_label("この一覧の51名すべてを選ぶ").check()
    expect(button).to_have_text("51名の削除に進む")
    page.get_by_label("この一覧の51名すべてを選ぶ").uncheck()
    page.get_by_label("このページのすべての社員を選ぶ").uncheck()
    page.get_by_label("佐藤07 花子").check()
    button.click()

    expect(page).to_have_url(re.compile(r"/deletions/approve/\?tab=people&pk=\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("削除の承認")
    page.get_by_role("button", name="1名を削除").click()
    error = page.get_by_role("alert").filter(has_text="チェックを入れてください。")
    expect(error).to_be_focused()
    page.go_back()
    page.go_back()
    expect(page.get_by_label("佐藤07 花子")).to_be_checked()
    expect(button).to_have_text("1名の削除に進む")


@pytest.mark.usefixtures("waiting")
def test_all_of_a_list_are_kept_without_a_script(
    page: Page, live_server: Any, browser: Any
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    plain = context.new_page()
    log_in(plain, str(live_server.url), LIST)

    expect(plain.get_by_label("このページのすべての社員を選ぶ")).to_be_hidden()
    plain.get_by_label("この一覧の51名すべてを選ぶ").check()
    plain.get_by_role("button", name="削除しない").click()
    plain.get_by_role("button", name="51名を残す").click()

    expect(plain.get_by_text("51名を残しました。")).to_be_visible()
    context.close()


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_scrolls_sideways(page: Page, live_server: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page, str(live_server.url), LIST)

    for query in ("?tab=people", "?tab=groups", "approve/?tab=people&all=1", "keep/?all=1"):
        page.goto(f"{live_server.url}{LIST}{query}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
