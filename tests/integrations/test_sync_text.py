"""smarthr_sync without `--json`: what it says about each record is true for that record."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from employees.models import Employee
from simulator.account import Account
from tests.integrations.conftest import Customer


def printed(*arguments: str) -> list[str]:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("smarthr_sync", *arguments, "--company", "acme", stdout=out)
    return out.getvalue().splitlines()


def said_of(code: str) -> list[str]:
    return [
        f"佐藤 太郎（{code}）: 社員番号「あ」は社員IDに使えないため、"
        f"社員ID「{code}」で登録しました。",
        f"佐藤 太郎（{code}）: 部署1に対応するグループがないため、グループ1に入れました。",
    ]


@pytest.fixture
def odd_person(customer: Customer, account: Account) -> str:
    """A crew with a number that is no 社員ID and a department that is in no list."""
    customer.configure("--department-slot", "1")
    account.add_department("営業部")
    hidden = account.add_department("見えない部", listed=False)
    return account.add_crew(emp_code="あ", department_ids=[hidden])


def test_D6_E3_a_run_says_what_it_made_of_a_new_person(customer: Customer, odd_person: str) -> None:
    lines = printed()

    code = customer.person(odd_person).employee_id
    assert sorted(lines[3:]) == said_of(code)


def test_X1_a_dry_run_says_the_same(customer: Customer, odd_person: str) -> None:
    lines = printed("--dry-run")

    label, _, _ = lines[3].partition(": ")
    code = label.removeprefix("佐藤 太郎（").removesuffix("）")
    assert len(code) == 8
    assert sorted(lines[3:]) == said_of(code)
    assert not Employee.objects.for_company(customer.company).filter(smarthr_id=odd_person).exists()


@pytest.mark.parametrize("arguments", [["departments"], ["departments", "--dry-run"]])
def test_a_line_about_a_department_speaks_of_a_department(
    customer: Customer, account: Account, arguments: list[str]
) -> None:
    account.add_department("変な番号", id="not-a-uuid")

    lines = printed(*arguments)

    assert lines[3:] == [
        "名称なし: SmartHRの識別番号が正しい形式でないため、この部署は同期しませんでした。"
    ]


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_S2_whatever_else_was_updated_is_said(
    customer: Customer, account: Account, arguments: list[str]
) -> None:
    crew = account.add_crew(emp_code="00044", first_name="太郎")
    customer.sync()
    account.change_crew(crew, emp_code="あ", first_name="次郎")

    lines = printed(*arguments)

    assert lines[3:] == [
        "佐藤 太郎（00044）: 社員番号「あ」は社員IDに使えないため、"
        "社員IDは「00044」のままです。ほかの項目は更新しました。"
    ]
