"""Runs as a 管理者 meets them: skipped people, cancelled and resumed, two browsers at once (T6)."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from companies.models import Company
from employees.models import Employee
from integrations.models import SyncRun
from simulator.account import Account
from tests.journeys.steps import (
    SETTINGS,
    SYNC_MS,
    connect,
    log_in,
    press_import,
    wait_for_report,
)

SIZES = [pytest.param((1280, 800), id="1280"), pytest.param((375, 812), id="375")]


def set_size(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize("size", SIZES)
def test_T6_import_with_skipped_people(
    page: Page, site: str, account: Account, size: tuple[int, int]
) -> None:
    set_size(page, size)
    nameless = account.add_crew(last_name="", first_name="花子", emp_code="N-1")
    log_in(page, site, SETTINGS)
    connect(page)

    press_import(page, "employees")
    wait_for_report(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("従業員リスト⇒社員リストの同期")
    page.get_by_label("起きたこと").select_option("name_missing")
    page.get_by_role("button", name="検索").click()
    row = page.get_by_role("row").filter(has_text="花子（N-1）")
    expect(row).to_contain_text("SmartHRに姓または名がないため、取り込みませんでした。")
    expect(row).to_contain_text("SmartHRで姓と名を登録し、もう一度同期してください。")
    link = row.get_by_role("link", name=re.compile("SmartHRで開く"))
    expect(link).to_have_attribute("href", re.compile(rf"/acme/crews/{nameless}$"))
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

    with page.expect_download() as download:
        page.get_by_role("link", name="結果をダウンロード").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert ["従業員", "花子（N-1）", "スキップ"] in [row[:3] for row in rows]


@pytest.mark.parametrize("size", SIZES)
def test_T6_cancelled_and_resumed(
    page: Page, site: str, account: Account, administrator: Employee, size: tuple[int, int]
) -> None:
    set_size(page, size)
    log_in(page, site, SETTINGS)
    connect(page)
    account.fail("slow", path="/crews", times=None, seconds=1.0)

    press_import(page, "employees")
    expect(page.locator("[aria-current=step]")).to_contain_text("従業員の読み込み", timeout=SYNC_MS)
    page.get_by_role("button", name="中止").click()
    page.get_by_role("dialog").get_by_role("button", name="中止").click()
    expect(page.get_by_text("山田 花子（admin）さんが中止しました。")).to_be_visible(
        timeout=SYNC_MS
    )
    account.clear_faults()
    page.get_by_role("button", name="もう一度同期").click()
    wait_for_report(page)

    expect(page.locator(".mk-title")).to_contain_text("完了")
    people = Employee.objects.for_company(administrator.company).linked().count()
    assert people > 200


def test_T6_two_browsers_start_one_run(
    page: Page, browser: Browser, browser_context_args: dict[str, Any], site: str, account: Account
) -> None:
    log_in(page, site, SETTINGS)
    connect(page)
    account.fail("slow", path="/crews", times=None, seconds=1.0)
    other = browser.new_context(**browser_context_args).new_page()
    log_in(other, site, SETTINGS)
    expect(other.get_by_role("heading", name="SmartHR連携", level=1)).to_be_visible()

    press_import(page, "employees")
    press_import(other, "employees")

    assert page.url == other.url
    expect(other.get_by_text("すでに同期を実行中です。")).to_be_visible()
    company = Company.objects.get(code="acme")
    assert SyncRun.objects.for_company(company).count() == 1
    # It is found again from any page.
    other.goto(f"{site}/employees/")
    other.get_by_role("link", name=re.compile("同期中")).first.click()
    expect(other).to_have_url(page.url)
    account.clear_faults()
    wait_for_report(page)
    other.context.close()
