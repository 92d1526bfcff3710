"""E11: an attribute that the token may not read is not an attribute that was emptied."""

from __future__ import annotations

import pytest

from employees.choices import Role
from employees.models import Employee
from simulator.account import Account
from simulator.tokens import HiddenAs
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.sync.people import counted, people_rows, planned_and_synced, said

OMIT, NULL = HiddenAs.OMIT, HiddenAs.NULL
# Attribute -> how a person whose value is gone for good would look.
EMPTIABLE = {
    "email": "email",
    "emp_code": "employee_id",
    "last_name": "last_name",
    "first_name": "first_name",
    "business_last_name": "last_name",
    "business_first_name": "first_name",
    "departments": "group_id",
}
WATCHED = [*EMPTIABLE, "birth_at", "emp_status"]


def hide(account: Account, *names: str, how: HiddenAs = OMIT) -> None:
    account.add_token(TOKEN, hidden_attributes=names, hidden_as=how)


@pytest.fixture
def people(customer: Customer, account: Account) -> list[str]:
    """Three linked people who have a value of every attribute."""
    customer.configure("--department-slot", "2", "--name-source", "business")
    department = account.add_department("営業部")
    crews = [add(account, department, number) for number in (1, 2, 3)]
    customer.sync()
    return crews


def add(account: Account, department: str | None, number: int) -> str:
    return account.add_crew(
        emp_code=f"N-{number}",
        last_name=f"姓{number}",
        first_name=f"名{number}",
        business_last_name=f"通称{number}",
        business_first_name=f"通名{number}",
        department_ids=[None, department],
    )


@pytest.mark.parametrize("how", [OMIT, NULL])
@pytest.mark.parametrize("name", WATCHED)
def test_E11_what_the_token_cannot_read_stays_and_is_named(
    customer: Customer, account: Account, people: list[str], name: str, how: HiddenAs
) -> None:
    before = people_rows()
    hide(account, name, how=how)

    answer = planned_and_synced(customer)

    after = people_rows()
    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert (answer["unreadable"], answer["skipped"]) == ([name], [])
    assert answer["employees"] == counted(unchanged=3)
    assert customer.integration.unreadable == [name]
    assert after[:-1] == before[:-1]


@pytest.mark.parametrize("how", [OMIT, NULL])
@pytest.mark.parametrize("name", EMPTIABLE)
def test_E11_everything_else_is_still_updated(
    customer: Customer, account: Account, people: list[str], name: str, how: HiddenAs
) -> None:
    hide(account, name, how=how)
    before = customer.person(people[0])
    shown = "last_name" if "first_name" in name else "first_name"
    account.change_crew(people[0], **{f"business_{shown}": "変更", shown: "変更"})

    answer = planned_and_synced(customer)

    after = customer.person(people[0])
    column = EMPTIABLE[name]
    assert getattr(after, shown) == "変更"
    assert getattr(after, column) == getattr(before, column)
    assert answer["employees"] == counted(updated=1, unchanged=2)
    assert (answer["unreadable"], answer["skipped"]) == ([name], [])


@pytest.mark.parametrize("how", [OMIT, NULL])
def test_E11_S8_nobody_is_left_out_for_an_address_that_cannot_be_read(
    customer: Customer, account: Account, people: list[str], how: HiddenAs
) -> None:
    Employee.objects.filter(smarthr_id__in=people).update(role=Role.APPROVER)
    hide(account, "email", how=how)
    account.change_crew(people[0], emp_code="N-9", email="unseen@example.com")

    answer = planned_and_synced(customer)

    person = customer.person(people[0])
    assert (person.employee_id, person.email) == ("N-9", "e00002@example.com")
    assert (answer["skipped"], answer["unreadable"]) == ([], ["email"])
    assert answer["employees"] == counted(updated=1, unchanged=2)


def test_E11_all_at_once(customer: Customer, account: Account, people: list[str]) -> None:
    before = people_rows()[:-1]
    hide(account, *WATCHED)

    answer = planned_and_synced(customer)

    assert people_rows()[:-1] == before
    assert answer["unreadable"] == sorted(WATCHED)
    assert (answer["employees"], answer["skipped"]) == (counted(unchanged=3), [])


@pytest.mark.parametrize("how", [OMIT, NULL])
@pytest.mark.parametrize(
    ("name", "counts", "reasons"),
    [
        ("last_name", {"skipped": 1}, ["name_missing"]),
        ("first_name", {"skipped": 1}, ["name_missing"]),
        ("birth_at", {"skipped": 1}, ["birth_date_missing"]),
        ("emp_code", {"created": 1}, ["employee_id_invalid"]),
        ("email", {"created": 1}, []),
        ("departments", {"created": 1}, []),
        ("business_last_name", {"created": 1}, []),
        ("emp_status", {"created": 1}, []),
    ],
)
def test_E11_for_a_new_person_E8_and_E3_apply(
    customer: Customer,
    account: Account,
    people: list[str],
    how: HiddenAs,
    name: str,
    counts: dict[str, int],
    reasons: list[str],
) -> None:
    hide(account, name, how=how)
    new = add(account, None, 9)

    answer = planned_and_synced(customer)

    assert answer["employees"] == counted(unchanged=3, **counts)
    assert said(answer) == [(new, reason) for reason in reasons]
    assert answer["unreadable"] == [name]


@pytest.mark.parametrize(
    ("name", "value", "column", "expected"),
    [
        ("email", None, "email", ["", ""]),
        ("emp_code", None, "employee_id", ["N-1", "N-2"]),
        ("business_last_name", None, "last_name", ["姓1", "姓2"]),
        ("business_first_name", "", "first_name", ["名1", "名2"]),
    ],
)
def test_E11_with_two_people_it_is_an_emptying(
    customer: Customer,
    account: Account,
    people: list[str],
    name: str,
    value: str | None,
    column: str,
    expected: list[str],
) -> None:
    account.delete_crew(people.pop())
    customer.sync()
    customer.deletions("--approve")
    for crew in people:
        account.change_crew(crew, **{name: value})

    answer = planned_and_synced(customer)

    assert [getattr(customer.person(crew), column) for crew in people] == expected
    assert answer["unreadable"] == []
    kept = column == "employee_id"
    assert answer["employees"] == (counted(unchanged=2) if kept else counted(updated=2))
    reported = [(crew, "employee_id_invalid") for crew in people] if kept else []
    assert said(answer) == sorted(reported)


@pytest.mark.parametrize("name", ["last_name", "first_name"])
def test_E11_E8_with_two_people_a_name_that_disappears_is_reported(
    customer: Customer, account: Account, people: list[str], name: str
) -> None:
    account.delete_crew(people.pop())
    customer.sync()
    customer.deletions("--approve")
    before = people_rows()[:-1]
    for crew in people:
        account.change_crew(crew, **{name: None})

    answer = planned_and_synced(customer)

    assert people_rows()[:-1] == before
    assert answer["employees"] == counted(skipped=2)
    assert (said(answer), answer["unreadable"]) == (
        sorted((crew, "name_missing") for crew in people),
        [],
    )


@pytest.mark.parametrize("name", [n for n in EMPTIABLE if n != "departments"])
def test_E11_one_value_among_nulls_makes_it_an_emptying(
    customer: Customer, account: Account, people: list[str], name: str
) -> None:
    for crew in people[1:]:
        account.change_crew(crew, **{name: None})

    answer = planned_and_synced(customer)

    assert answer["unreadable"] == []
    assert answer["employees"]["unchanged"] == (3 if name == "emp_code" else 1)


def test_E11_values_that_were_never_there_are_not_unreadable(
    customer: Customer, account: Account
) -> None:
    customer.configure("--name-source", "business", "--department-slot", "1")
    account.add_department("営業部")
    for _ in range(4):
        account.add_crew(email=None, emp_code=None)
    customer.sync()

    answer = planned_and_synced(customer)

    assert answer["unreadable"] == []
    assert answer["employees"] == counted(unchanged=4)


@pytest.mark.parametrize("how", [OMIT, NULL])
def test_E11_once_it_can_be_read_again_it_is_applied(
    customer: Customer, account: Account, people: list[str], how: HiddenAs
) -> None:
    hide(account, "email", "emp_code", how=how)
    account.change_crew(people[0], email=None, emp_code="N-9")
    customer.sync()
    hide(account)

    answer = planned_and_synced(customer)

    person = customer.person(people[0])
    assert (person.email, person.employee_id) == ("", "N-9")
    assert answer["unreadable"] == customer.integration.unreadable == []
    assert answer["employees"] == counted(updated=1, unchanged=2)


def test_E11_nothing_is_emptied_by_an_incomplete_list(
    customer: Customer, account: Account, people: list[str]
) -> None:
    account.change_crew(people[0], email=None, emp_code="N-9")
    account.fail("wrong_total", path="/crews", times=None)

    answer = customer.sync()

    person = customer.person(people[0])
    assert person.email == "e00002@example.com"
    assert person.employee_id == "N-9"
    assert (answer.code, answer["status"]) == (1, "failed")
    assert answer["deletion_candidates"] == []
