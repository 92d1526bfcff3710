"""A 管理者 adopts the integration without doubling anybody (T7, X8), and moves to another SmartHR
account without losing anybody (T5, X12)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cards.models import BusinessCard
from employees.choices import Role
from employees.models import Employee
from integrations.services.connection import ConnectionChanges, configure
from simulator.account import Account
from simulator.server import Simulator, start_simulator
from tests.factories import PASSWORD, EmployeeFactory
from tests.integrations.ties import ACTOR, OTHER_TOKEN, add_account

TOKEN = "shr_1234_abcdefghijklmnopqrstuvwxyz123456"
RUN_MS = 60_000
PEOPLE = [("00027", "佐藤", "花子"), ("00028", "鈴木", "一郎"), ("00029", "田中", "次郎")]


@pytest.fixture
def simulator(settings: Any) -> Iterator[Simulator]:
    with start_simulator() as running:
        settings.SMARTHR_API_URL = running.api_url_template
        yield running


@pytest.fixture
def account(simulator: Simulator) -> Account:
    return filled(simulator, "acme", TOKEN)


@pytest.fixture
def other(simulator: Simulator) -> Account:
    account = filled(simulator, "other", OTHER_TOKEN)
    account.add_crew(emp_code="00030", last_name="新入", first_name="社員")
    return account


def filled(simulator: Simulator, subdomain: str, token: str) -> Account:
    account = add_account(simulator, subdomain, token)
    sales = account.add_department("営業部")
    for code, last_name, first_name in PEOPLE:
        account.add_crew(
            emp_code=code,
            last_name=last_name,
            first_name=first_name,
            email=f"{code}@{subdomain}.example.com",
            department_ids=[sales],
        )
    return account


@pytest.fixture
def administrator(administrator: Employee) -> Employee:
    changes = ConnectionChanges(subdomain="acme", token=TOKEN, department_slot=1)
    configure(company=administrator.company, actor=ACTOR, changes=changes)
    return administrator


@pytest.fixture
def site(
    account: Account, administrator: Employee, background_worker: None, live_server: Any
) -> str:
    """The address of the running product."""
    return str(live_server.url)


def log_in(page: Page, site: str) -> None:
    page.goto(f"{site}/settings/smarthr/")
    page.get_by_label("企業ID").fill("acme")
    page.get_by_label("社員ID").fill("admin")
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()


def import_people(page: Page) -> None:
    page.locator("#employees").get_by_role("button", name="インポート・同期実行").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=RUN_MS)


def test_T7_X8_the_first_import_doubles_nobody(
    page: Page, site: str, administrator: Employee, account: Account
) -> None:
    hanako = EmployeeFactory(
        company=administrator.company,
        employee_id="00027",
        last_name="佐藤",
        first_name="花子",
        role=Role.APPROVER,
        email="hanako@example.com",
    )
    BusinessCard.objects.create(company=administrator.company, employee=hanako, title="課長")
    namesake = EmployeeFactory(
        company=administrator.company, employee_id="a1234", last_name="鈴木", first_name="一郎"
    )
    log_in(page, site)

    import_people(page)
    heading(page, "はじめての取り込みの確認")
    expect(page.locator(".mk-verdict")).to_contain_text(
        "手作業で登録した社員2名のうち、1名はSmartHRの従業員と社員番号が同じです。", timeout=RUN_MS
    )
    page.get_by_role("link", name="紐付けを先に行う").click()

    row = page.get_by_role("row", name="佐藤 花子（00027）")
    expect(page.get_by_role("row", name="鈴木 一郎（a1234）")).to_contain_text("別人の可能性")
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="1件の確認に進む").click()
    heading(page, "紐付けの実行")
    expect(page.get_by_text("次の同期で、社員ID・姓名・メールアドレス")).to_be_visible()
    page.get_by_role("button", name="1名を紐付け").click()
    expect(page.get_by_text("1名を紐付けました。")).to_be_visible()

    # A wrong one is taken back, and made again.
    page.get_by_role("link", name="紐付け済み").click()
    expect(page.get_by_role("row", name="佐藤 花子")).to_contain_text("紐付け済み")
    page.get_by_role("row", name="佐藤 花子").get_by_role("button").click()
    expect(page.get_by_text("1名の紐付けを取り消しました。")).to_be_visible()
    page.get_by_role("navigation", name="一覧の種類").get_by_role("link", name="候補").click()
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="1件の確認に進む").click()
    page.get_by_role("button", name="1名を紐付け").click()

    page.get_by_role("button", name="インポート・同期実行").click()
    heading(page, "従業員リスト⇒社員リストの同期")
    expect(page.get_by_role("navigation", name="結果の種類")).to_be_visible(timeout=RUN_MS)
    people = Employee.objects.for_company(administrator.company)
    assert people.count() == 5  # 管理者, 花子, the namesake, and two new ones
    hanako.refresh_from_db()
    namesake.refresh_from_db()
    assert (hanako.is_linked, hanako.role, hanako.email) == (
        True,
        Role.APPROVER,
        "00027@acme.example.com",
    )
    assert [card.title for card in hanako.cards.all()] == ["課長"]
    assert not namesake.is_linked


@pytest.mark.parametrize("width", [1280, 375])
def test_T5_X12_another_account_takes_the_people_over(
    page: Page, site: str, administrator: Employee, other: Account, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 812})
    log_in(page, site)
    import_people(page)
    expect(page.get_by_role("navigation", name="結果の種類")).to_be_visible(timeout=RUN_MS)
    people = Employee.objects.for_company(administrator.company)
    assert people.count() == 4
    changes = ConnectionChanges(subdomain="other", token=OTHER_TOKEN)
    configure(company=administrator.company, actor=ACTOR, changes=changes)

    page.goto(f"{site}/settings/smarthr/")
    import_people(page)
    page.get_by_role("button", name="付け替え…").click(timeout=RUN_MS)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("読み取るだけで、何も変更しません。")
    dialog.get_by_role("button", name="候補を確認").click()
    heading(page, "付け替えの確認")
    page.get_by_role("link", name="候補を確認").click(timeout=RUN_MS)

    for tab, button in (("社員の候補", "3件の確認に進む"), ("グループの候補", "1件の確認に進む")):
        page.get_by_role("link", name=re.compile(f"^{tab}")).click()
        page.get_by_label("このページをすべて選ぶ").check()
        page.get_by_role("button", name=button).click()
        heading(page, "付け替えの実行")
        expect(page.get_by_text("other.smarthr.jp")).to_be_visible()
        page.locator("form.mk-confirm button[type=submit]").click()
        expect(page.get_by_text("を付け替えました。もう一度同期してください。")).to_be_visible()

    page.get_by_role("button", name="インポート・同期実行").click()
    expect(page.get_by_role("navigation", name="結果の種類")).to_be_visible(timeout=RUN_MS)
    assert people.count() == 5  # and the new one
    assert {str(crew) for crew in people.linked().values_list("smarthr_id", flat=True)} == set(
        other.crews
    )
