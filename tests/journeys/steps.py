"""What people do again and again in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.factories import PASSWORD

TOKEN = "shr_1234_abcdefghijklmnopqrstuvwxyz123456"
SETTINGS = "/settings/smarthr/"
SYNC_MS = 60_000


def log_in(
    page: Page, site: str, path: str = "/", *, company: str = "acme", employee_id: str = "admin"
) -> None:
    page.goto(f"{site}{path}")
    page.get_by_label("企業ID").fill(company)
    page.get_by_label("社員ID").fill(employee_id)
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()


def connect(page: Page) -> None:
    page.get_by_label("サブドメイン").fill("acme")
    page.get_by_label("アクセストークン").fill(TOKEN)
    page.locator("#connection").get_by_role("button", name="保存").click()
    expect(page.locator("#connection")).to_contain_text("設定済み（末尾3456）")


def save(page: Page, section: str) -> Locator:
    """Presses 保存 of a section of the settings page."""
    part = page.locator(f"#{section}")
    part.get_by_role("button", name="保存").click()
    return part


def press_import(page: Page, section: str) -> None:
    page.locator(f"#{section}").get_by_role("button", name="インポート・同期実行").click()
    expect(page).to_have_url(re.compile(r"/settings/smarthr/runs/\d+/$"))


def wait_for_report(page: Page) -> None:
    """The page of a run turns into its report by itself."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#run-progress")).to_have_count(0, timeout=SYNC_MS)
