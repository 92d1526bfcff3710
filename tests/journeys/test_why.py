"""A 管理者 asks why, syncs one person, and unlinks one who is gone (X9, X12)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from companies.models import Company
from employees.models import Employee
from integrations.choices import RunKind
from integrations.encryption import encrypt
from integrations.models import SmartHRIntegration
from integrations.services.foreground import Foreground
from simulator.account import Account
from tests.journeys.steps import TOKEN, log_in


@pytest.fixture
def company(account: Account, administrator: Employee) -> Company:
    """Two people are linked, one of them with the 社員番号 「0」."""
    for key in list(account.crews):
        account.delete_crew(key)
    account.add_crew(last_name="佐藤", first_name="花子", emp_code="00027", email="a@example.com")
    account.add_crew(last_name="田中", first_name="一郎", emp_code="00028")
    account.add_crew(last_name="山本", first_name="次郎", emp_code="00029")
    company = administrator.company
    SmartHRIntegration.objects.for_company(company).update(
        subdomain="acme", token_ciphertext=encrypt(TOKEN)
    )
    Foreground().sync(company=company, kind=RunKind.EMPLOYEES)
    return company


def crew_of(person: Employee) -> str:
    return str(person.smarthr_id)


def test_X9_why_put_right_and_synced(
    page: Page, site: str, company: Company, account: Account
) -> None:
    people = Employee.objects.for_company(company)
    person = people.get(employee_id="00027")
    account.change_crew(crew_of(person), emp_code="0")
    Foreground().sync(company=company, kind=RunKind.EMPLOYEES)
    log_in(page, site, f"/employees/{person.pk}/why/")
    expect(page.get_by_role("row", name="社員ID")).to_contain_text(
        "社員番号「0」は社員IDに使えないため、社員IDは「00027」のままです。"
    )

    account.change_crew(crew_of(person), emp_code="00127")
    page.get_by_role("button", name="この社員だけ同期").click()

    expect(page.locator("#person-sync")).to_contain_text("SmartHRの内容を反映しました。")
    expect(page.get_by_role("row", name="社員ID")).to_contain_text("SmartHRの社員番号と同じです。")
    expect(page.get_by_role("navigation", name="現在の位置")).to_contain_text("00127")


def test_X12_one_who_is_gone_is_unlinked(
    page: Page, site: str, company: Company, account: Account
) -> None:
    people = Employee.objects.for_company(company)
    gone, stays = people.get(employee_id="00028"), people.get(employee_id="00029")
    account.delete_crew(crew_of(gone))
    log_in(page, site, f"/employees/{stays.pk}/why/")
    page.get_by_role("link", name="連携の解除に進む").click()
    page.get_by_role("button", name="連携を解除").click()
    expect(page.get_by_role("alert").filter(has_text="従業員がいる")).to_be_focused()

    page.goto(f"{site}/employees/{gone.pk}/why/")
    page.get_by_role("link", name="連携の解除に進む").click()
    page.get_by_role("button", name="連携を解除").click()

    expect(page.get_by_text("田中 一郎（00028）の連携を解除しました。")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/employees/"))
    assert not people.get(pk=gone.pk).is_linked


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_scrolls_sideways(page: Page, site: str, company: Company, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    person = Employee.objects.for_company(company).get(employee_id="00027")
    log_in(page, site, f"/employees/{person.pk}/why/")

    for path in (
        f"/employees/{person.pk}/why/",
        f"/employees/{person.pk}/unlink/",
        "/settings/smarthr/unlink/",
    ):
        page.goto(f"{site}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
