"""What SmartHR never promised not to send: one bad record is reported and stops nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from employees.models import Employee
from simulator.account import Account
from simulator.records.crew import OMIT
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import counted, crew_id, planned_and_synced, said

WRONG_TYPES: list[Any] = [5, 1.5, True, [], ["佐藤"], {}, {"name": "佐藤"}]
UNSTORABLE = ["佐\x00藤", "\x00", "佐藤\ud800", "\udfff", "x" * 256, "あ" * 10_000]
NAMES = ["last_name", "first_name"]
BUSINESS_NAMES = ["business_last_name", "business_first_name"]
NOT_AN_ID = [
    "",
    "x",
    "5f0c1a52",
    "5f0c1a526d0e4c559a530b8f6f3f1a01",
    "{5f0c1a52-6d0e-4c55-9a53-0b8f6f3f1a01}",
    "5f0c1a52-6d0e-4c55-9a53-0b8f6f3f1a0z",
    "5f0c1a52-6d0e-4c55-9a53-0b8f6f3f1a01\n",
    "nul\x00",
    "lone\ud800",
]


@pytest.mark.parametrize("name", NAMES)
def test_value_invalid_a_new_crew_with_such_a_name_is_reported(
    customer: Customer, account: Account, name: str
) -> None:
    crews = [account.add_crew(**{name: value}) for value in (*UNSTORABLE, *WRONG_TYPES)]
    good = account.add_crew()

    answer = planned_and_synced(customer)

    assert customer.has_person(good)
    assert answer["employees"] == counted(created=1, skipped=len(crews))
    assert said(answer) == sorted((crew, "value_invalid") for crew in crews)
    assert (answer.code, answer["status"]) == (0, "succeeded")


@pytest.mark.parametrize("name", NAMES)
def test_value_invalid_a_linked_person_is_left_as_they_are(
    customer: Customer, account: Account, name: str
) -> None:
    values = [*UNSTORABLE, *WRONG_TYPES]
    crews = [account.add_crew(emp_code=f"E{n:03}") for n in range(len(values))]
    good = account.add_crew()
    customer.sync()
    before = list(Employee.objects.exclude(smarthr_id=good).order_by("pk").values())
    for crew, value in zip(crews, values, strict=True):
        account.change_crew(crew, **{name: value}, emp_code=None, email=None)
    account.change_crew(good, last_name="田中")

    answer = planned_and_synced(customer)

    after = Employee.objects.exclude(smarthr_id=good).order_by("pk").values()
    assert list(after) == before
    assert customer.person(good).last_name == "田中"
    assert answer["employees"] == counted(updated=1, skipped=len(crews))
    assert said(answer) == sorted((crew, "value_invalid") for crew in crews)


def test_E14_business_names_are_looked_at_only_where_they_are_used(
    customer: Customer, account: Account
) -> None:
    values = [*UNSTORABLE, *WRONG_TYPES]
    crews = [account.add_crew(**{name: v}) for name in BUSINESS_NAMES for v in values]
    legal = customer.sync("--dry-run")
    customer.configure("--name-source", "business")

    business = planned_and_synced(customer)

    assert (legal["employees"], legal["skipped"]) == (counted(created=len(crews)), [])
    assert business["employees"] == counted(skipped=len(crews))
    assert said(business) == sorted((crew, "value_invalid") for crew in crews)


@pytest.mark.parametrize("length", [1, 255])
def test_a_name_may_be_as_long_as_the_column(
    customer: Customer, account: Account, length: int
) -> None:
    crew = account.add_crew(last_name="髙" * length, first_name="𠮷" * length)

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.last_name, person.first_name) == ("髙" * length, "𠮷" * length)
    assert answer["employees"] == counted(created=1)


@pytest.mark.parametrize("departments", [5, "営業部", {}, [5], ["営業部"], [{}], [{"id": "x"}]])
def test_value_invalid_departments_that_are_none(
    customer: Customer, account: Account, departments: Any
) -> None:
    customer.configure("--department-slot", "1")
    department = account.add_department("営業部")
    linked = account.add_crew(department_ids=[department])
    customer.sync()
    account.change_crew(linked, departments=departments, last_name="田中")
    new = account.add_crew(departments=departments)
    good = account.add_crew(department_ids=[department])

    answer = planned_and_synced(customer)

    assert customer.person(linked).group == customer.person(good).group
    assert customer.person(linked).last_name != "田中"
    assert answer["employees"] == counted(created=1, skipped=2)
    assert said(answer) == sorted([(linked, "value_invalid"), (new, "value_invalid")])


@pytest.mark.parametrize("departments", [5, "営業部", [{"id": "x"}]])
def test_D2_departments_are_not_looked_at_where_they_are_not_used(
    customer: Customer, account: Account, departments: Any
) -> None:
    account.add_crew(departments=departments)

    answer = planned_and_synced(customer)

    assert (answer["employees"], answer["skipped"]) == (counted(created=1), [])


@pytest.mark.parametrize("policy", ["import", "skip", "suspend", "skip_suspend"])
def test_value_invalid_a_status_that_is_no_text(
    customer: Customer, account: Account, policy: str
) -> None:
    customer.configure("--retired", policy)
    linked = [account.add_crew() for _ in WRONG_TYPES]
    customer.sync()
    for crew, status in zip(linked, WRONG_TYPES, strict=True):
        account.change_crew(crew, emp_status=status)
    new = [account.add_crew(emp_status=status) for status in WRONG_TYPES]

    answer = planned_and_synced(customer)

    assert all(customer.person(crew).is_active for crew in linked)
    assert [crew for crew in new if customer.has_person(crew)] == []
    assert answer["employees"] == counted(skipped=len(linked) + len(new))
    assert said(answer) == sorted((crew, "value_invalid") for crew in (*linked, *new))


@pytest.mark.parametrize("policy", ["import", "skip", "suspend", "skip_suspend"])
def test_E13_only_retired_is_retired(customer: Customer, account: Account, policy: str) -> None:
    customer.configure("--retired", policy)
    statuses = ["on_loan", "RETIRED", "", None, "retired\x00"]
    crews = [account.add_crew(emp_status=status) for status in statuses]

    answer = planned_and_synced(customer)

    assert [customer.person(crew).is_active for crew in crews] == [True] * len(crews)
    assert (answer["employees"], answer["skipped"]) == (counted(created=len(crews)), [])


def test_value_invalid_an_id_that_is_no_uuid(customer: Customer, account: Account) -> None:
    for value in NOT_AN_ID:
        account.add_crew(id=value)
    good = account.add_crew()

    answer = planned_and_synced(customer)

    assert customer.has_person(good)
    assert Employee.objects.count() == 2
    assert answer["employees"] == counted(created=1, skipped=len(NOT_AN_ID))
    assert {reason for _, reason in said(answer)} == {"value_invalid"}
    assert len(said(answer)) == len(NOT_AN_ID)
    assert (answer.code, answer["status"]) == (0, "succeeded")


def test_an_id_in_capitals_is_the_same_id(customer: Customer, account: Account) -> None:
    crew = account.add_crew(id="5f0c1a52-6d0e-4c55-9a53-0b8f6f3f1a01")
    customer.sync()
    account.crews[crew]["id"] = crew.upper()
    account.change_crew(crew, last_name="田中")

    answer = planned_and_synced(customer)

    assert customer.person(crew).last_name == "田中"
    assert answer["employees"] == counted(updated=1)


@pytest.mark.parametrize("distance", [1, 101])
def test_E12_one_id_twice_is_one_record_and_an_incomplete_list(
    customer: Customer, account: Account, distance: int
) -> None:
    people = [account.add_crew() for _ in range(distance)]
    twin = account.add_crew(last_name="新しい")
    account.crews[twin]["id"] = people[0]

    answer = planned_and_synced(customer)

    assert customer.person(people[0]).last_name == "新しい"
    assert (answer.code, answer["status"]) == (1, "failed")
    assert answer["employees"] == counted(created=distance)


@pytest.mark.parametrize("value", ["x", "nul\x00"])
def test_one_bad_id_twice_is_one_record(customer: Customer, account: Account, value: str) -> None:
    twins = [account.add_crew() for _ in range(2)]
    for twin in twins:
        account.crews[twin]["id"] = value

    answer = planned_and_synced(customer)

    assert answer["employees"] == counted(skipped=1)
    assert len(answer["skipped"]) == 1


ODD: dict[str, list[Any]] = {
    "emp_code": [*WRONG_TYPES, "\x00", "\ud800", "x" * 10_000],
    "email": [*WRONG_TYPES, "\x00", "\ud800", "x" * 10_000],
    "birth_at": [*WRONG_TYPES, "\x00", "\ud800", "x" * 10_000, None],
    "updated_at": [*WRONG_TYPES, "\x00", "\ud800", "x" * 10_000, "0001-01-01T00:00:00+14:00"],
    "emp_status": ["\x00", "\ud800", "x" * 10_000, None],
    "departments": [None, [], [None] * 500],
}


@pytest.mark.parametrize("attribute", ODD)
def test_an_odd_value_of_an_attribute_stops_nothing(
    customer: Customer, account: Account, attribute: str
) -> None:
    customer.configure("--department-slot", "1", "--name-source", "business")
    department = account.add_department("営業部")
    crews = [account.add_crew(department_ids=[department]) for _ in ODD[attribute]]
    good = account.add_crew()
    customer.sync()
    for crew, value in zip(crews, ODD[attribute], strict=True):
        account.change_crew(crew, **{"last_name": "田中", attribute: value})

    answer = planned_and_synced(customer)

    assert {customer.person(crew).last_name for crew in crews} == {"田中"}
    assert customer.person(good).last_name == "佐藤"
    assert answer["employees"] == counted(updated=len(crews), unchanged=1)
    assert answer.code == 0


def test_E11_a_key_that_is_missing_in_one_record_stops_nobody(
    customer: Customer, account: Account
) -> None:
    crews = [account.add_crew(id=crew_id(n), emp_code=f"N-{n}") for n in range(1, 4)]
    customer.sync()
    account.change_crew(crews[0], email=OMIT, last_name="田中")
    account.change_crew(crews[1], email="new@example.com")

    answer = planned_and_synced(customer)

    assert customer.person(crews[0]).email == "e00000@example.com"
    assert customer.person(crews[0]).last_name == "田中"
    assert customer.person(crews[1]).email == "new@example.com"
    assert answer["employees"] == counted(updated=2, unchanged=1)
    assert (answer["skipped"], answer["unreadable"]) == ([], ["email"])
