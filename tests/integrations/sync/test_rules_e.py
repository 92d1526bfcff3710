"""E1–E6, E8: which crews become employees, and with which values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from employees.choices import Role
from employees.models import Employee
from simulator.account import Account
from tests.factories import EmployeeFactory
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import counted, planned_and_synced, said

TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()
TODAY = timezone.localdate().isoformat()
BLANKS = [None, "", " ", "\u3000", "\t\n"]
NO_DATES: list[Any] = [
    *(None, "", " ", TOMORROW, "9999-12-31", "1990-02-30", "1990-13-01", "0000-01-01"),
    *("1990/04/01", "19900401", "1990-4-1", "1990-04-01T00:00:00Z", " 1990-04-01"),
    *("1990-04-01\n", "１９９０-04-01", "平成2年4月1日", 19900401, True, [], {"year": 1990}),
]


def test_E1_E2_E4_a_new_crew_becomes_an_applicant_with_its_values(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(
        last_name="髙﨑", first_name="花子", emp_code="00027", email="hanako@example.com"
    )

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.last_name, person.first_name) == ("髙﨑", "花子")
    assert (person.employee_id, person.email) == ("00027", "hanako@example.com")
    assert (person.role, person.group) == (Role.APPLICANT, customer.default_group)
    assert (person.is_active, person.is_linked) == (True, True)
    assert (answer.code, answer["status"], answer["error"]) == (0, "succeeded", None)
    assert answer["employees"] == counted(created=1)
    assert (answer["skipped"], answer["login_changes"], answer["unreadable"]) == ([], [], [])


@pytest.mark.parametrize("code", [None, "", "  ", "a", "-ab", "社員001", "a" * 25])
def test_E3_without_a_usable_number_the_id_is_eight_random_characters(
    customer: Customer, account: Account, code: str | None
) -> None:
    first = account.add_crew(emp_code=code)
    second = account.add_crew(emp_code=code)

    answer = planned_and_synced(customer)

    ids = [customer.person(crew).employee_id for crew in (first, second)]
    assert all(len(text) == 8 and text.isascii() for text in ids)
    assert all(c.isdigit() or c.isupper() for text in ids for c in text)
    assert ids[0] != ids[1]
    assert answer["employees"] == counted(created=2)
    assert said(answer) == sorted((c, "employee_id_invalid") for c in (first, second))


def test_E3_a_random_id_stays_at_the_next_sync(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code=None)
    customer.sync()
    given = customer.person(crew).employee_id

    answer = planned_and_synced(customer)

    assert customer.person(crew).employee_id == given
    assert answer["employees"] == counted(unchanged=1)
    assert answer["login_changes"] == []


def test_E3_a_random_id_that_somebody_has_is_drawn_again(
    customer: Customer, account: Account
) -> None:
    EmployeeFactory(company=customer.company, employee_id="TAKEN001")
    crews = [account.add_crew(emp_code=None) for _ in range(2)]
    draws = ["TAKEN001", "FREE0001", "FREE0002", "FREE0002", "FREE0003", "FREE0004"]

    with mock.patch("integrations.sync.company_records.random_employee_id", side_effect=draws):
        answer = customer.sync()

    assert {customer.person(crew).employee_id for crew in crews} == {"FREE0003", "FREE0004"}
    assert answer["employees"] == counted(created=2)
    assert said(answer) == sorted((crew, "employee_id_invalid") for crew in crews)


@pytest.mark.parametrize("is_retired", [False, True])
def test_E5_nobody_is_matched_by_name_mail_or_number(
    customer: Customer, account: Account, is_retired: bool
) -> None:
    hand_made = EmployeeFactory(
        company=customer.company,
        employee_id="E100",
        last_name="佐藤",
        first_name="太郎",
        email="taro@example.com",
    )
    before = Employee.objects.filter(pk=hand_made.pk).values().get()
    crew = account.add_crew(
        emp_code="E100",
        last_name="佐藤",
        first_name="太郎",
        email="taro@example.com",
        emp_status="retired" if is_retired else "employed",
    )

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert person.pk != hand_made.pk
    assert (person.last_name, person.first_name, person.email) == (
        "佐藤",
        "太郎",
        "taro@example.com",
    )
    assert person.employee_id != "E100"
    assert Employee.objects.filter(pk=hand_made.pk).values().get() == before
    assert answer["employees"] == counted(created=1)
    assert said(answer) == [(crew, "employee_id_taken")]


def test_E5_two_crews_of_one_name_and_mail_are_two_people(
    customer: Customer, account: Account
) -> None:
    same = {"last_name": "鈴木", "first_name": "一郎", "email": "shared@example.com"}
    crews = [account.add_crew(**same) for _ in range(2)]

    answer = planned_and_synced(customer)

    assert {customer.person(crew).email for crew in crews} == {"shared@example.com"}
    assert answer["employees"] == counted(created=2)
    assert answer["skipped"] == []


def test_E6_a_linked_employee_follows_smarthr(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="E001")
    customer.sync()
    account.change_crew(crew, last_name="田中", first_name="恵", email="new@example.com")
    other = account.add_crew()

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.last_name, person.first_name) == ("田中", "恵")
    assert (person.employee_id, person.email) == ("E001", "new@example.com")
    assert customer.has_person(other)
    assert answer["employees"] == counted(created=1, updated=1)


def test_E6_what_somebody_changed_here_is_put_right(customer: Customer, account: Account) -> None:
    crew = account.add_crew(last_name="正", first_name="しい", email="right@example.com")
    customer.sync()
    person = customer.person(crew)
    person.last_name, person.email, person.role = "違", "wrong@example.com", Role.APPROVER
    person.save()

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.last_name, person.email) == ("正", "right@example.com")
    assert person.role == Role.APPROVER
    assert answer["employees"] == counted(updated=1)


@pytest.mark.parametrize("part", ["last_name", "first_name"])
@pytest.mark.parametrize("blank", BLANKS)
def test_E8_a_crew_without_a_name_is_reported(
    customer: Customer, account: Account, part: str, blank: str | None
) -> None:
    crew = account.add_crew(**{part: blank})
    good = account.add_crew()

    answer = planned_and_synced(customer)

    assert not customer.has_person(crew)
    assert customer.has_person(good)
    assert (answer.code, answer["employees"]) == (0, counted(created=1, skipped=1))
    assert said(answer) == [(crew, "name_missing")]


def test_E8_a_crew_without_a_date_of_birth_is_reported(
    customer: Customer, account: Account
) -> None:
    crews = [account.add_crew(birth_at=value) for value in NO_DATES]
    good = account.add_crew()

    answer = planned_and_synced(customer)

    assert [c for c in crews if customer.has_person(c)] == []
    assert customer.has_person(good)
    assert answer["employees"] == counted(created=1, skipped=len(crews))
    assert said(answer) == sorted((crew, "birth_date_missing") for crew in crews)


@pytest.mark.parametrize("born", ["2000-02-29", "1900-01-01", "0999-12-31", TODAY])
def test_E8_every_real_date_up_to_today_is_good(
    customer: Customer, account: Account, born: str
) -> None:
    crew = account.add_crew(birth_at=born)

    answer = customer.sync()

    assert customer.person(crew).check_password(f"acme-{born}")
    assert answer["employees"] == counted(created=1)


def test_E8_both_reasons_are_told_and_one_record_is_counted(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(last_name=None, first_name="", birth_at=None)

    answer = planned_and_synced(customer)

    assert answer["employees"] == counted(skipped=1)
    assert said(answer) == [(crew, "birth_date_missing"), (crew, "name_missing")]


@pytest.mark.parametrize("born", [None, "", "not a date", TOMORROW, 5])
def test_E8_a_linked_employee_whose_birth_date_disappears_is_still_updated(
    customer: Customer, account: Account, born: Any
) -> None:
    crew = account.add_crew()
    customer.sync()
    account.change_crew(crew, birth_at=born, last_name="山田")

    answer = planned_and_synced(customer)

    assert customer.person(crew).last_name == "山田"
    assert answer["employees"] == counted(updated=1)
    assert (answer["skipped"], answer["unreadable"]) == ([], [])


@pytest.mark.parametrize("part", ["last_name", "first_name"])
@pytest.mark.parametrize("blank", [None, "", "\u3000"])
def test_E8_a_linked_employee_whose_name_disappears_is_left_as_it_is(
    customer: Customer, account: Account, part: str, blank: str | None
) -> None:
    crew = account.add_crew(emp_code="E001")
    customer.sync()
    before = Employee.objects.filter(smarthr_id=crew).values().get()
    account.change_crew(crew, **{part: blank, "emp_code": "E002", "email": "new@example.com"})
    account.add_crew()

    answer = planned_and_synced(customer)

    assert Employee.objects.filter(smarthr_id=crew).values().get() == before
    assert answer["employees"] == counted(created=1, skipped=1)
    assert (said(answer), answer["login_changes"]) == ([(crew, "name_missing")], [])
