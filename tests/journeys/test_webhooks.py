"""A change in SmartHR arrives by itself: webhook, 社員リスト, Webhook受信ログ (W2, W4, W7, W8)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from companies.models import Company
from employees.models import Employee
from integrations.models import SmartHRIntegration
from simulator.account import Account
from tests.journeys.steps import SETTINGS, connect, log_in, press_import, wait_for_report
from tests.journeys.test_runs import SIZES, set_size
from tests.journeys.test_webhook_settings import AUTO, choose

SECONDS = 40
LOG = "/webhooks/log/"
PEOPLE = "/employees/"
BEFORE, AFTER = "田中 花子（0001）", "鈴木 花子（0001）"


@pytest.fixture
def crew(account: Account) -> str:
    """One of few people, who fit on one page."""
    for key in list(account.crews):
        account.delete_crew(key)
    for number in range(3):
        account.add_crew(last_name="佐藤", emp_code=f"100{number}")
    return account.add_crew(last_name="田中", first_name="花子", emp_code="0001")


@pytest.fixture
def site(
    account: Account,
    administrator: Employee,
    live_server: Any,
    settings: Any,
    request: pytest.FixtureRequest,
) -> str:
    """The product under an address that SmartHR reaches; its worker knows that one, too."""
    settings.PUBLIC_URL = live_server.url
    request.getfixturevalue("background_worker")
    return str(live_server.url)


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def leave_it_to_webhooks(company: Company) -> None:
    """The sync that follows the switch (W10) would bring the change as well, a minute later."""
    SmartHRIntegration.objects.for_company(company).update(changes_wanted_at=None)


def newest(page: Page, site: str, event: str) -> Locator:
    """The line of the log, as soon as it is there and done."""

    def is_there() -> bool:
        page.goto(f"{site}{LOG}")
        line = page.locator("tbody tr").first
        texts = line.all_inner_texts()
        return bool(texts) and event in texts[0] and "処理済み" in texts[0]

    wait_until(is_there)
    return page.locator("tbody tr").first


@pytest.mark.parametrize("size", SIZES)
def test_W4_W7_a_change_and_a_deletion_arrive_by_themselves(
    page: Page,
    site: str,
    account: Account,
    administrator: Employee,
    crew: str,
    size: tuple[int, int],
) -> None:
    set_size(page, size)
    log_in(page, site, SETTINGS)
    connect(page)
    press_import(page, "employees")
    wait_for_report(page)
    page.goto(f"{site}{SETTINGS}")
    choose(page, AUTO)
    expect(page.locator("#webhook-now")).to_contain_text("登録済み")
    leave_it_to_webhooks(administrator.company)

    account.change_crew(crew, last_name="鈴木")
    line = newest(page, site, "従業員の更新")

    expect(line).to_contain_text(BEFORE)  # as in a report of a sync
    expect(line).to_contain_text("更新（")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    line.get_by_role("link").first.click()
    person = page.get_by_role("row").filter(has_text=BEFORE)
    expect(person).to_contain_text("鈴木")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.goto(f"{site}{PEOPLE}")
    expect(page.get_by_text("鈴木 花子", exact=True)).to_be_visible()
    expect(page.get_by_text("田中 花子", exact=True)).to_have_count(0)

    account.delete_crew(crew)
    line = newest(page, site, "従業員の削除")

    expect(line).to_contain_text(AFTER)
    expect(line).to_contain_text("削除")
    page.goto(f"{site}{PEOPLE}")
    expect(page.get_by_text("佐藤").first).to_be_visible()
    expect(page.get_by_text("鈴木 花子", exact=True)).to_have_count(0)
    assert [each.status for each in account.deliveries] == [200, 200]
