"""「なぜ？」: what was read last, which rule decides, and what to do (X9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from integrations.choices import CandidateStatus
from integrations.models import DeletionCandidate, HeldLogin
from integrations.services.explanations import why_group, why_person
from integrations.services.person_syncs import sync_person
from integrations.why import Field, Why
from simulator.account import Account
from simulator.tokens import HiddenAs
from tests.factories import EmployeeFactory, GroupFactory
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.lives import administrator
from tests.integrations.sync.people import everything_stored
from tests.integrations.unattended import delivered


def why(customer: Customer, crew: str) -> Why:
    return why_person(customer.person(crew))


def field(found: Why, label: str) -> Field:
    return next(row for row in found.fields if row.label == label)


def said(found: Why) -> list[str]:
    """What is told that needs a look: of the person, then of the fields."""
    return [text.what for text in found.summary]


def change(customer: Customer, crew: str, **values: Any) -> None:
    Employee.objects.for_company(customer.company).filter(smarthr_id=crew).update(**values)


def test_X9_who_is_as_in_smarthr_needs_nothing(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="00027", email="taro@example.com")
    customer.sync()

    found = why(customer, crew)

    assert (found.is_clear, said(found)) == (True, [])
    assert [(row.label, row.said, row.here) for row in found.fields] == [
        ("社員ID", "00027", "00027"),
        ("姓名", "佐藤 太郎", "佐藤 太郎"),
        ("メールアドレス", "taro@example.com", "taro@example.com"),
        ("グループ", "", "グループ1"),
    ]
    assert field(found, "グループ").text.what.startswith(
        "「グループとして適用する部署」が「適用しない」"
    )  # D2


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "社員番号「0」は社員IDに使えないため、社員IDは「00027」のままです。"),
        ("", "社員番号がないため、社員IDは「00027」のままです。"),
        ("営業27", "社員番号「営業27」は社員IDに使えないため、社員IDは「00027」のままです。"),
    ],
)
def test_X9_S2_a_number_that_breaks_the_rule(
    customer: Customer, account: Account, number: str, text: str
) -> None:
    crew = account.add_crew(emp_code="00027")
    customer.sync()
    account.change_crew(crew, emp_code=number)
    customer.sync()

    row = field(why(customer, crew), "社員ID")

    assert (row.said, row.here, row.text.what) == (number, "00027", text)
    assert "半角英数字3〜24文字" in row.text.next


def test_X9_S4_a_number_that_another_has(customer: Customer, account: Account) -> None:
    EmployeeFactory(
        company=customer.company, employee_id="00027", last_name="山田", first_name="花子"
    )
    crew = account.add_crew(emp_code="00027")
    customer.sync()

    row = field(why(customer, crew), "社員ID")

    assert row.text.what.startswith("社員番号「00027」はほかの社員が社員IDに使っているため、")
    assert row.text.next.startswith("使っている社員（山田 花子）の社員ID")


def test_X9_S4_a_number_that_is_free_by_now(customer: Customer, account: Account) -> None:
    other = EmployeeFactory(company=customer.company, employee_id="00027")
    crew = account.add_crew(emp_code="00027")
    customer.sync()
    other.delete()

    assert field(why(customer, crew), "社員ID").text.what == "次の同期で「00027」になります。"


def test_X9_S5_a_login_that_waits(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="00027")
    customer.sync()
    HeldLogin.objects.create(
        company=customer.company, employee=customer.person(crew), wanted="00028"
    )

    text = field(why(customer, crew), "社員ID").text

    assert "社員IDを「00028」に変更していません。" in text.what
    assert "「変更分同期」を押してください。" in text.next


def test_X9_E11_an_email_that_is_none(customer: Customer, account: Account) -> None:
    crew = account.add_crew(email="ではない")
    customer.sync()

    row = field(why(customer, crew), "メールアドレス")

    assert (row.said, row.here) == ("ではない", "")
    assert row.text.what == "メールアドレスの形式が正しくないため、空として取り込みました。"


def test_X9_E11_an_attribute_that_cannot_be_read(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="00027", email="taro@example.com")
    customer.sync()
    account.add_token(TOKEN, hidden_attributes=["email"], hidden_as=HiddenAs.OMIT)
    customer.sync()
    change(customer, crew, source={"emp_code": "00027", "last_name": "佐藤", "first_name": "太郎"})

    row = field(why(customer, crew), "メールアドレス")

    assert row.text.what.startswith("アクセストークンでメールアドレスを読めないため")
    assert (row.here, row.needs_look) == ("taro@example.com", True)


def test_X9_S8_an_approver_without_email(customer: Customer, account: Account) -> None:
    crew = account.add_crew(email="taro@example.com")
    customer.sync()
    change(customer, crew, role=Role.APPROVER)
    account.change_crew(crew, email=None)
    run = customer.sync()["run"]

    found = why(customer, crew)

    assert said(found) == [
        "権限が承認者の社員のメールアドレスがSmartHRで空のため、この社員は同期しませんでした。"
    ]
    assert (found.read_by, found.link and found.link.address) == (
        f"従業員リスト⇒社員リスト #{run}",
        f"/settings/smarthr/runs/{run}/",
    )


def test_X9_S8_is_over_when_a_later_reading_says_so(customer: Customer, account: Account) -> None:
    test_X9_S8_an_approver_without_email(customer, account)
    crew = str(Employee.objects.for_company(customer.company).linked().get().smarthr_id)
    account.change_crew(crew, email="taro@example.com")

    sync_person(employee=customer.person(crew), actor=administrator(customer))

    assert said(why(customer, crew)) == []


def test_X9_E8_a_name_that_was_emptied(customer: Customer, account: Account) -> None:
    crew = account.add_crew(last_name="佐藤")
    customer.sync()
    account.change_crew(crew, last_name="")
    customer.sync()

    found = why(customer, crew)

    assert said(found) == ["SmartHRの姓または名が空になったため、この社員は更新しませんでした。"]
    assert field(found, "姓名").text.what.startswith("最後に読んだときに空だったため")


def test_X9_E14_a_business_name(customer: Customer, account: Account) -> None:
    customer.configure("--name-source", "business")
    crew = account.add_crew(business_last_name="鈴木", business_first_name="")
    customer.sync()

    row = field(why(customer, crew), "姓名")

    assert (row.said, row.here) == ("佐藤 太郎（ビジネスネーム 鈴木）", "鈴木 太郎")
    assert row.text.what == "ビジネスネームが空の部分は、姓名を使っています。"


def test_X9_E13_a_retired_person_whose_login_the_sync_stopped(
    customer: Customer, account: Account
) -> None:
    customer.configure("--retired", "suspend")
    crew = account.add_crew(emp_status="retired")
    customer.sync()

    row = field(why(customer, crew), "ログイン")

    assert (row.said, row.here) == ("退職済み", "停止")
    assert row.text.what == "退職済みのため、ログインを停止しました。"


def test_X9_O3a_a_login_that_a_person_stopped(customer: Customer, account: Account) -> None:
    crew = account.add_crew()
    customer.sync()
    change(customer, crew, is_active=False)

    row = field(why(customer, crew), "ログイン")

    assert row.text.what == "管理者がログインを停止しています。同期では再開しません。"


# --- groups of people -------------------------------------------------------------------------
@pytest.fixture
def sales(customer: Customer, account: Account) -> str:
    customer.configure("--department-slot", "1")
    return account.add_department("営業部")


def test_X9_D4_the_department_decides(customer: Customer, account: Account, sales: str) -> None:
    crew = account.add_crew(department_ids=[sales])
    customer.sync()

    row = field(why(customer, crew), "グループ")

    assert (row.said, row.here, row.needs_look) == ("営業部", "営業部", False)
    assert row.text.what.startswith("SmartHRの部署1と同じです。")


def test_X9_D4_a_group_that_was_changed_here_goes_back(
    customer: Customer, account: Account, sales: str
) -> None:
    crew = account.add_crew(department_ids=[sales])
    customer.sync()
    team = GroupFactory(company=customer.company, name="臨時チーム")
    change(customer, crew, group=team)

    row = field(why(customer, crew), "グループ")

    assert (row.said, row.here) == ("営業部", "臨時チーム")
    assert row.text.what == "次の同期で「営業部」になります。"


def test_X9_D3_an_empty_slot_leaves_the_group(
    customer: Customer, account: Account, sales: str
) -> None:
    crew = account.add_crew()
    customer.sync()

    row = field(why(customer, crew), "グループ")

    assert (row.here, row.text.what) == (
        "グループ1",
        "SmartHRの部署1が空のため、今のグループのままです。",
    )


def test_X9_D6_a_department_without_a_group(
    customer: Customer, account: Account, sales: str
) -> None:
    crew = account.add_crew(department_ids=[sales])
    customer.sync()
    change(customer, crew, group=customer.default_group)
    Group.objects.for_company(customer.company).filter(smarthr_id=sales).delete()

    row = field(why(customer, crew), "グループ")

    assert row.text.what == "部署1に対応するグループがないため、グループは変更していません。"


def test_X9_D1_another_slot_than_the_one_that_was_read(
    customer: Customer, account: Account, sales: str
) -> None:
    crew = account.add_crew(department_ids=[sales])
    customer.sync()
    customer.configure("--department-slot", "2")

    row = field(why(customer, crew), "グループ")

    assert row.text.what.startswith(
        "「グループとして適用する部署」を変更したあと、まだ読んでいません。"
    )


# --- the person as a whole --------------------------------------------------------------------
def test_X9_E12_who_waits_for_a_word(customer: Customer, account: Account) -> None:
    crew = account.add_crew()
    customer.sync()
    account.delete_crew(crew)
    account.add_crew()
    customer.sync()

    found = why(customer, crew)

    assert said(found)[0].startswith("SmartHRで見つからないため、「削除の確認」に載せました。")
    assert found.points[0].link is not None


def test_X9_E12_an_answer_that_there_is_nobody_is_no_reading(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew()
    run = customer.sync()["run"]
    account.add_crew()
    account.delete_crew(crew)

    sync_person(employee=customer.person(crew), actor=administrator(customer))

    assert why(customer, crew).read_by == f"従業員リスト⇒社員リスト #{run}"


def test_X9_E12_who_was_kept(customer: Customer, account: Account) -> None:
    test_X9_E12_who_waits_for_a_word(customer, account)
    candidate = DeletionCandidate.objects.for_company(customer.company).get()
    candidate.status = CandidateStatus.DISMISSED
    candidate.save()

    crew = str(candidate.smarthr_id)
    assert said(why(customer, crew))[0].startswith("SmartHRにいない社員ですが、")


def test_X9_X8_who_was_not_read_since_the_tie(customer: Customer, account: Account) -> None:
    crew = account.add_crew()
    customer.sync()
    change(customer, crew, source={}, source_read_at=None, source_updated_at=None)

    found = why(customer, crew)

    assert said(found) == ["連携してから、まだSmartHRの内容を読んでいません。"]
    assert (found.read_at, found.fields) == (None, [])


def test_X9_an_unchanged_person_was_read_by_the_last_whole_sync(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew()
    customer.sync()
    before = timezone.now()

    run = customer.sync()["run"]

    found = why(customer, crew)
    assert found.read_at is not None
    assert found.read_at > before
    assert found.read_by == f"従業員リスト⇒社員リスト #{run}"


def test_X9_never_a_birth_date(customer: Customer, account: Account) -> None:
    crew = account.add_crew(birth_at="1985-11-23")
    customer.sync()

    assert "1985" not in repr(why(customer, crew))


def test_X9_asking_why_changes_nothing_and_asks_smarthr_nothing(
    customer: Customer, account: Account, sales: str
) -> None:
    crew = account.add_crew(emp_code="0", department_ids=[sales])
    customer.sync()
    account.requests.clear()
    before = everything_stored()

    why(customer, crew)
    why_group(customer.group(sales))

    assert everything_stored() == before
    assert account.requests == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda account, crew: account.change_crew(crew, emp_code="0"),
        lambda account, crew: account.change_crew(crew, email="ではない"),
        lambda account, crew: account.change_crew(crew, last_name="変更"),
        lambda account, crew: account.change_crew(crew, emp_code="N00002"),
    ],
)
def test_X9_what_is_planned_is_what_the_sync_does(
    customer: Customer, account: Account, spoil: Callable[[Account, str], object]
) -> None:
    """After any sync nothing is left to change: the plan of what was read is what was done."""
    crew = account.add_crew(emp_code="N00001", email="taro@example.com")
    customer.sync()
    spoil(account, crew)
    delivered(customer, crew)

    found = why(customer, crew)

    assert not any("次の同期で" in row.text.what for row in found.fields)
