"""The operator's staff: a new company, and a look at a customer with a reason (X11, P1)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from companies.models import ActorKind, AuditAction, AuditEntry
from employees.models import Employee
from tests.factories import PASSWORD, AdministratorFactory, CompanyFactory, EmployeeFactory

BANNER = "サポート担当者として閲覧しています。変更はできません。"
REASON = "問い合わせ0123の調査のため"


@pytest.fixture
def staff(transactional_db: None) -> Employee:
    company = CompanyFactory(code="support", name="名刺管理サポート", is_operator=True)
    return AdministratorFactory(
        company=company, employee_id="ops-01", last_name="支援", first_name="太郎"
    )


def test_X11_a_visit_shows_a_customer_and_changes_nothing(
    page: Page, width: int, live_server: Any, staff: Employee, administrator: Employee
) -> None:
    customer = administrator.company
    EmployeeFactory(company=customer, last_name="顧客", first_name="一郎")
    page.goto(f"{live_server.url}/operator/")
    page.get_by_label("企業ID").fill("support")
    page.get_by_label("社員ID").fill("ops-01")
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()

    # A new company, with a password that is shown once.
    page.get_by_role("link", name="会社を追加").click()
    page.get_by_label("企業ID").fill("new-1")
    page.get_by_label("会社名").fill("新しい会社")
    page.get_by_label("管理者の社員ID").fill("boss-1")
    page.get_by_label("管理者のメールアドレス").fill("boss@example.com")
    page.get_by_role("button", name="会社を追加").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新しい会社を追加しました")
    assert len(page.locator("#one-time-password").inner_text()) == 14

    # A customer is looked at.
    page.goto(f"{live_server.url}/operator/?q=アクメ")
    page.get_by_role("link", name="アクメ株式会社").click()
    page.get_by_label("理由").fill(REASON)
    page.get_by_role("button", name="閲覧を開始").click()
    expect(page.get_by_text(BANNER)).to_be_visible()
    page.goto(f"{live_server.url}/employees/")
    expect(page.get_by_role("row").filter(has_text="顧客 一郎")).to_be_visible()

    # Buttons that would be refused are not there; whoever sends the form anyway is told.
    page.goto(f"{live_server.url}/settings/smarthr/")
    expect(page.locator("#others-save")).to_be_hidden()
    expect(page.locator("#connection-check")).to_be_visible()
    page.evaluate("document.querySelector('#others form').requestSubmit()")
    expect(page.get_by_text("何も変更していません。")).to_be_visible()

    page.get_by_role("button", name="閲覧を終了").click()
    expect(page.get_by_text("アクメ株式会社の閲覧を終了しました。")).to_be_visible()
    expect(page.get_by_text(BANNER)).to_have_count(0)
    log = AuditEntry.objects.for_company(customer).order_by("pk")
    assert [(e.actor_kind, e.action, e.actor_label, e.reason) for e in log] == [
        (ActorKind.SUPPORT, AuditAction.VISITED, "サポート 支援 太郎（ops-01）", REASON),
        (ActorKind.SUPPORT, AuditAction.VISITED, "サポート 支援 太郎（ops-01）", ""),
    ]
