"""Somebody who forgot the password gets in again by mail, and a group gets letters (X5)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect

from employees.models import Employee
from employees.tasks import send_reset_mail
from tests.employees.accounts.steps import link_in, new_person
from tests.factories import EmployeeFactory, GroupFactory
from tests.journeys.steps import log_in

NEW = "an entirely new one"


def enter(page: Page, employee_id: str, password: str) -> None:
    page.get_by_label("企業ID").fill("acme")
    page.get_by_label("社員ID").fill(employee_id)
    page.get_by_label("パスワード", exact=True).fill(password)
    page.get_by_role("button", name="ログイン").click()


def choose_password(page: Page, button: str) -> None:
    page.get_by_label("新しいパスワード", exact=True).fill(NEW)
    page.get_by_label("新しいパスワード（確認）").fill(NEW)
    page.get_by_role("button", name=button, exact=True).click()


def test_X5_an_applicant_resets_by_mail_and_logs_in(
    page: Page,
    width: int,
    administrator: Employee,
    live_server: Any,
    mailoutbox: list[EmailMessage],
) -> None:
    person = EmployeeFactory(
        company=administrator.company, employee_id="a001", email="hanako@example.com"
    )
    page.goto(f"{live_server.url}/login/")
    page.get_by_role("link", name="パスワードの再設定").click()
    page.get_by_label("企業ID").fill("acme")
    page.get_by_label("社員ID").fill("a001")
    page.get_by_role("button", name="案内を送る").click()
    expect(page.locator("main")).to_contain_text("再設定のご案内を送りました。")
    send_reset_mail(person.pk)  # a worker's part

    [mail] = mailoutbox
    page.goto(f"{live_server.url}{link_in(mail)}")
    expect(page).to_have_url(re.compile(r"/password/reset/[0-9a-f]{32}/$"))
    choose_password(page, "設定")
    expect(page.locator("body")).to_contain_text("新しいパスワードでログインしてください。")
    enter(page, "a001", NEW)

    expect(page.get_by_role("heading", level=1)).to_have_text("ホーム")


def test_X5_a_group_gets_one_letter_each(
    page: Page, administrator: Employee, live_server: Any
) -> None:
    company = administrator.company
    group = GroupFactory(company=company, name="営業部")
    for number in (1, 2):
        new_person(company, employee_id=f"p-{number}", group=group)
    new_person(company, employee_id="p-3")
    log_in(page, live_server.url, "/employees/initial-passwords/")
    page.get_by_role("row").filter(has_text="営業部").get_by_role("link").click()
    page.get_by_role("button", name="2名に再発行").click()

    letters = page.get_by_role("article")
    expect(letters).to_have_count(2)
    expect(letters.first).to_contain_text("営業部")
    first = letters.first.locator("dl")
    employee_id = first.locator("dd").nth(2).inner_text()
    password = first.locator(".mk-one-time").text_content() or ""
    expect(page.get_by_role("button", name="印刷")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/login/")
    enter(page, employee_id, password)
    choose_password(page, "変更")
    expect(page.get_by_role("heading", level=1)).to_have_text("ホーム")


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("employees.services.resets._ask_worker", lambda pk: None)
