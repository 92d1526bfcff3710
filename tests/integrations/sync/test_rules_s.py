"""S1, S2, S8: what a changed number and an emptied address do to people who are here."""

from __future__ import annotations

from typing import Any

import pytest

from cards.models import BusinessCard
from employees.choices import Role
from employees.models import Employee
from simulator.account import Account
from tests.factories import BusinessCardFactory
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import counted, planned_and_synced, said

EMPTIED: list[Any] = ["", None, " ", "not an address", "taro@example.com\n", 5]


def test_S1_a_changed_number_changes_the_login(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="E100", birth_at="1990-04-01")
    other = account.add_crew(emp_code="E300")
    customer.sync()
    card = BusinessCardFactory(employee=customer.person(crew))
    account.change_crew(crew, emp_code="E200")

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.employee_id, customer.person(other).employee_id) == ("E200", "E300")
    assert person.check_password("acme-1990-04-01")
    assert BusinessCard.objects.get(pk=card.pk).employee == person
    assert answer["employees"] == counted(updated=1, unchanged=1)
    assert answer["login_changes"] == [{"from": "E100", "to": "E200"}]
    assert (answer.code, answer["skipped"]) == (0, [])


def test_S1_a_random_id_gives_way_to_a_number(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code=None)
    customer.sync()
    random = customer.person(crew).employee_id
    account.change_crew(crew, emp_code="E200")

    answer = planned_and_synced(customer)

    assert customer.person(crew).employee_id == "E200"
    assert answer["login_changes"] == [{"from": random, "to": "E200"}]


def test_S1_name_and_number_in_one_run_are_one_update(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="E100")
    customer.sync()
    account.change_crew(crew, emp_code="E200", last_name="田中", email=None)

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.employee_id, person.last_name, person.email) == ("E200", "田中", "")
    assert answer["employees"] == counted(updated=1)
    assert answer["login_changes"] == [{"from": "E100", "to": "E200"}]


@pytest.mark.parametrize(
    "code", [None, "", "\u3000", "ab", "a" * 25, "社員001", "-abc", "a b", "E1\x00", 100, [], True]
)
def test_S2_a_number_that_breaks_the_rule_leaves_the_id_and_updates_the_rest(
    customer: Customer, account: Account, code: Any
) -> None:
    customer.configure("--department-slot", "1")
    department, other = account.add_department("営業部"), account.add_department("総務部")
    crew = account.add_crew(emp_code="E100", department_ids=[department])
    customer.sync()
    account.change_crew(
        crew, emp_code=code, last_name="田中", email="new@example.com", department_ids=[other]
    )

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.employee_id, person.last_name, person.email) == (
        "E100",
        "田中",
        "new@example.com",
    )
    assert person.group == customer.group(other)
    assert answer["employees"] == counted(updated=1)
    assert (said(answer), answer["login_changes"]) == ([(crew, "employee_id_invalid")], [])


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("email", EMPTIED)
def test_S8_from_approver_up_an_emptied_address_stops_the_whole_record(
    customer: Customer, account: Account, role: Role, email: Any
) -> None:
    customer.configure("--department-slot", "1")
    department, other = account.add_department("営業部"), account.add_department("総務部")
    crew = account.add_crew(emp_code="E100", department_ids=[department])
    account.add_crew(department_ids=[department])
    customer.sync()
    Employee.objects.filter(smarthr_id=crew).update(role=role)
    before = Employee.objects.filter(smarthr_id=crew).values().get()
    account.change_crew(
        crew,
        email=email,
        emp_code="E200",
        last_name="田中",
        first_name="恵",
        department_ids=[other],
    )

    answer = planned_and_synced(customer)

    assert Employee.objects.filter(smarthr_id=crew).values().get() == before
    assert answer["employees"] == counted(skipped=1, unchanged=1)
    assert answer["login_changes"] == []
    assert answer.reasons(crew)[-1] == "email_required_for_role"
    assert (answer.code, answer["unreadable"]) == (0, [])


def test_S8_an_applicant_is_synced(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="E100")
    customer.sync()
    account.change_crew(crew, email=None, emp_code="E200", last_name="田中")

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.email, person.employee_id, person.last_name) == ("", "E200", "田中")
    assert (answer["employees"], answer["skipped"]) == (counted(updated=1), [])


def test_S8_an_address_that_comes_back_is_synced_again(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(emp_code="E100")
    customer.sync()
    Employee.objects.filter(smarthr_id=crew).update(role=Role.APPROVER)
    account.change_crew(crew, email=None, emp_code="E200")
    customer.sync()
    account.change_crew(crew, email="back@example.com")

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.email, person.employee_id) == ("back@example.com", "E200")
    assert answer["login_changes"] == [{"from": "E100", "to": "E200"}]
    assert answer["employees"] == counted(updated=1)


def test_S8_S4_the_number_of_somebody_left_out_is_kept_from_others(
    customer: Customer, account: Account
) -> None:
    approver = account.add_crew(emp_code="E100")
    wanting = account.add_crew(emp_code="E300")
    customer.sync()
    Employee.objects.filter(smarthr_id=approver).update(role=Role.APPROVER)
    account.change_crew(approver, email=None, emp_code="E200")
    account.change_crew(wanting, emp_code="E100")

    answer = planned_and_synced(customer)

    ids = [customer.person(crew).employee_id for crew in (approver, wanting)]
    assert ids == ["E100", "E300"]
    assert said(answer) == sorted(
        [(approver, "email_required_for_role"), (wanting, "employee_id_taken")]
    )
    assert answer["login_changes"] == []
