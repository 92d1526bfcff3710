"""Automatic sync turned on, registered by hand, and its secret copied (W1–W3)."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from employees.models import Employee
from integrations.models import SmartHRIntegration
from integrations.services.webhook_secrets import current_secret
from simulator.account import Account
from tests.journeys.steps import SETTINGS, connect, log_in, save

AUTO = "自動同期する(Webhookを自動で登録)"
MANUAL = "自動同期する(Webhookを手動で登録)"


def choose(page: Page, mode: str) -> None:
    page.locator("#webhook").get_by_label(mode, exact=True).check()
    section = save(page, "webhook")
    expect(section.get_by_role("group", name="Webhookの切り替え")).to_be_visible()
    section.get_by_role("button", name="切り替え").click()
    expect(section.locator("#webhook-save ~ p")).to_contain_text("保存しました。")


def test_W2_turned_on_it_is_registered_and_said_so(
    page: Page, site: str, account: Account, administrator: Employee
) -> None:
    log_in(page, site, SETTINGS)
    connect(page)

    choose(page, AUTO)

    expect(page.locator("#webhook-now")).to_contain_text("登録済み")
    (webhook,) = account.webhooks.values()
    integration = SmartHRIntegration.objects.for_company(administrator.company).get()
    assert str(integration.webhook_public_id) in str(webhook["url"])
    assert webhook["secret_token"] == current_secret(integration)


def test_W3_values_to_register_by_hand_are_shown_and_copied(
    page: Page, site: str, administrator: Employee
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(page, site, SETTINGS)
    connect(page)
    choose(page, MANUAL)
    section = page.locator("#webhook")
    integration = SmartHRIntegration.objects.for_company(administrator.company).get()
    secret = current_secret(integration)
    expect(section).to_contain_text("受信待ち")
    assert secret not in page.content()

    row = section.locator("dl > div").filter(has_text="シークレットトークン")
    row.get_by_role("button", name=re.compile("^コピー")).click()
    expect(page.locator("#toasts")).to_contain_text("コピーしました。")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert secret not in page.content()  # copied without being shown

    row.get_by_role("button", name=re.compile("^表示")).click()
    expect(row).to_contain_text(secret)
    row.get_by_role("button", name=re.compile("^隠す")).click()
    expect(row).to_contain_text("●●●●")
    assert secret not in page.content()

    address = section.locator("dl > div").filter(has_text="URL")
    address.get_by_role("button", name=re.compile("^コピー")).click()
    expect(page.locator("#toasts")).to_contain_text("コピーしました。")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"/webhooks/smarthr/{integration.webhook_public_id}/")
