"""S5: a sync remembers the 社員ID that people leave."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password

from employees.authentication import EmployeeIdChanged
from employees.models import Employee, FormerEmployeeId
from simulator.account import Account
from tests.factories import PASSWORD, EmployeeFactory
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import crew_id, planned_and_synced


def former_ids(customer: Customer) -> dict[str, str]:
    """Old 社員ID -> crew id of the person whom it leads to."""
    rows = FormerEmployeeId.objects.for_company(customer.company).select_related("employee")
    return {row.former_id: str(row.employee.smarthr_id) for row in rows}


def test_S5_a_changed_number_is_told_at_the_login(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="E001")
    account.add_crew(emp_code="E002")
    customer.sync()
    Employee.objects.for_company(customer.company).update(password=make_password(PASSWORD))
    account.change_crew(crew, emp_code="E009")

    planned_and_synced(customer)

    assert former_ids(customer) == {"E001": crew}
    code = customer.company.code
    with pytest.raises(EmployeeIdChanged) as told:
        authenticate(company_code=code, employee_id="E001", password=PASSWORD)
    assert told.value.present_id == "E009"


def test_S5_a_dry_run_remembers_nothing(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="E001")
    customer.sync()
    account.change_crew(crew, emp_code="E009")

    customer.sync("--dry-run")

    assert former_ids(customer) == {}


def test_S5_a_ring_and_its_way_back_are_remembered(customer: Customer, account: Account) -> None:
    codes = ["E001", "E002", "E003"]
    crews = [account.add_crew(emp_code=code) for code in codes]
    customer.sync()
    for crew, code in zip(crews, ["E002", "E003", "E001"], strict=True):
        account.change_crew(crew, emp_code=code)
    planned_and_synced(customer)
    there = former_ids(customer)
    for crew, code in zip(crews, codes, strict=True):
        account.change_crew(crew, emp_code=code)

    planned_and_synced(customer)

    assert there == dict(zip(codes, crews, strict=True))
    assert former_ids(customer) == dict(zip(["E002", "E003", "E001"], crews, strict=True))


def test_S5_what_a_new_person_had_only_within_the_run_is_not_remembered(
    customer: Customer, account: Account
) -> None:
    old = account.add_crew(emp_code="E001")
    customer.sync()
    account.change_crew(old, emp_code="E003")
    new = account.add_crew(emp_code="E001")

    planned_and_synced(customer)

    assert customer.person(new).employee_id == "E001"
    assert former_ids(customer) == {"E001": old}


def test_S5_nor_what_a_new_person_gives_up_to_a_smaller_crew_id(
    customer: Customer, account: Account
) -> None:
    account.add_crew(id=crew_id(2), emp_code="E001")
    account.add_crew(id=crew_id(1), emp_code="E001")

    planned_and_synced(customer)

    assert customer.person(crew_id(1)).employee_id == "E001"
    assert former_ids(customer) == {}


def test_S5_a_random_id_of_an_earlier_run_is_remembered(
    customer: Customer, account: Account
) -> None:
    hand_made = EmployeeFactory(company=customer.company, employee_id="E001")
    crew = account.add_crew(emp_code="E001")
    customer.sync()
    random = customer.person(crew).employee_id
    hand_made.delete()

    planned_and_synced(customer)

    assert former_ids(customer) == {random: crew}


def test_S5_a_run_without_news_remembers_nothing(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="E001")
    customer.sync()
    account.change_crew(crew, emp_code="x", last_name="田中")

    planned_and_synced(customer)

    assert former_ids(customer) == {}
