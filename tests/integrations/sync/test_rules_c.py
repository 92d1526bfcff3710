"""C1, C5: one company's people, and what a 社員ID is."""

from __future__ import annotations

import pytest

from companies.audit import command
from employees.models import Employee
from integrations.services.connection import ConnectionChanges, configure
from simulator.account import Account
from tests.factories import (
    CompanyFactory,
    EmployeeFactory,
    IntegrationFactory,
    LinkedEmployeeFactory,
)
from tests.integrations.conftest import TOKEN, Customer, run_command
from tests.integrations.sync.people import counted, planned_and_synced, rows, said

# 社員番号 -> 社員ID
VALID = {
    "abc": "abc",
    "a-b": "a-b",
    "00027": "00027",
    "A001": "A001",
    "a001": "a001",
    "a@b.c_d-e": "a@b.c_d-e",
    "a@._-z": "a@._-z",
    "a" * 24: "a" * 24,
    "9" * 24: "9" * 24,
    " E100": "E100",
    "E101 ": "E101",
    "\u3000E102\u3000": "E102",
    "E103\n": "E103",
    "\r\n\tE104\t": "E104",
}
INVALID = [
    *("a", "ab", "a" * 25, "9" * 25, "~1", "~12345", "a" * 10_000),
    *("-abc", "abc-", ".abc", "abc.", "_abc", "abc_", "@abc", "abc@", "---"),
    *("a b", "a\u3000b", "a\nb", "abc\nx", "a+b", "a/b", "a#b", "a,b", "'ab'", "<b>ab</b>"),
    *(
        "ＡＢＣ",
        "００２７",
        "社員1",
        "ａ001",
        "a００1",
        "é001",
        "ａｂｃ",
        "a‐b",
        "a−b",
        "αβγ",
        "٠٠٢",
    ),
    *("ab\x00", "a\x00b", "\x00abc", "ab\ud800", "abc\u200b", "\ufeffabc"),
]


def test_C5_a_valid_number_becomes_the_id_without_white_space_around(
    customer: Customer, account: Account
) -> None:
    crews = {code: account.add_crew(emp_code=code) for code in VALID}

    answer = planned_and_synced(customer)

    assert {code: customer.person(crew).employee_id for code, crew in crews.items()} == VALID
    assert (answer["employees"], answer["skipped"]) == (counted(created=len(VALID)), [])


def test_C5_a_number_that_breaks_the_rule_is_replaced_and_reported(
    customer: Customer, account: Account
) -> None:
    crews = {account.add_crew(emp_code=code): code for code in INVALID}

    answer = planned_and_synced(customer)

    odd = [code for crew, code in crews.items() if len(customer.person(crew).employee_id) != 8]
    assert odd == []
    assert (answer.code, answer["employees"]) == (0, counted(created=len(INVALID)))
    assert said(answer) == sorted((crew, "employee_id_invalid") for crew in crews)


def test_C5_S1_white_space_alone_is_no_change(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="E100")
    customer.sync()
    account.change_crew(crew, emp_code=" E100\u3000\n")

    answer = planned_and_synced(customer)

    assert customer.person(crew).employee_id == "E100"
    assert answer["employees"] == counted(unchanged=1)
    assert (answer["skipped"], answer["login_changes"]) == ([], [])


def test_C5_upper_and_lower_case_are_two_ids(customer: Customer, account: Account) -> None:
    EmployeeFactory(company=customer.company, employee_id="a001")
    crew = account.add_crew(emp_code="A001")

    answer = planned_and_synced(customer)

    assert customer.person(crew).employee_id == "A001"
    assert answer["skipped"] == []


def test_C1_C2_another_company_may_have_the_same_ids_and_crews(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(emp_code="E100", last_name="田中")
    other = CompanyFactory()
    hand_made = EmployeeFactory(company=other, employee_id="E100")
    same_crew = LinkedEmployeeFactory(company=other, employee_id="E200", smarthr_id=crew)

    answer = planned_and_synced(customer)

    assert customer.person(crew).employee_id == "E100"
    assert answer["employees"] == counted(created=1)
    assert (answer["skipped"], answer["deletion_candidates"]) == ([], [])
    for person in (hand_made, same_crew):
        before = person.last_name, person.employee_id
        person.refresh_from_db()
        assert (person.last_name, person.employee_id) == before


def test_C1_two_companies_on_one_account_are_two_sets_of_people(
    customer: Customer, account: Account
) -> None:
    other = Customer(CompanyFactory(code="other"), account)
    IntegrationFactory(company=other.company, subdomain="", token_ciphertext="")
    configure(
        company=other.company,
        actor=command("test"),
        changes=ConnectionChanges(subdomain="acme", token=TOKEN),
    )
    crew = account.add_crew(emp_code="E100", birth_at="1990-04-01")
    customer.sync()
    account.change_crew(crew, emp_code="E200")
    before = Employee.objects.for_company(customer.company).filter(smarthr_id=crew).values().get()

    answer = other.sync()

    assert answer["employees"] == counted(created=1)
    assert other.person(crew).check_password("other-1990-04-01")
    assert before in rows(Employee)
    assert other.person(crew).employee_id == "E200"


@pytest.mark.parametrize("code", ["", "nobody", "acme ", "ACME"])
def test_C1_an_unknown_company_is_refused(customer: Customer, code: str) -> None:
    answer = run_command("smarthr_sync", company=code)

    assert answer.code == 2
