"""A whole run over people: what is asked for, counted, written, and how many queries it takes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import AuditEntry
from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from integrations.models import RunPage, RunRecord
from simulator.account import Account
from tests.factories import EmployeeFactory
from tests.integrations.conftest import Answer, Customer
from tests.integrations.sync.people import (
    counted,
    everything_stored,
    planned_and_synced,
    rows,
)

ALWAYS = {
    *("id", "updated_at", "emp_code", "emp_status"),
    *("last_name", "first_name", "email", "birth_at"),
}
BUSINESS = {"business_last_name", "business_first_name"}


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ([], set()),
        (["--department-slot", "3"], {"departments"}),
        (["--name-source", "business"], BUSINESS),
        (["--department-slot", "1", "--name-source", "business"], {"departments", *BUSINESS}),
        (["--retired", "skip_suspend"], set()),
    ],
)
def test_X10_only_what_is_needed_is_asked_for(
    customer: Customer, account: Account, options: list[str], more: set[str]
) -> None:
    customer.configure(*options)
    account.add_department("営業部")
    crew = account.add_crew()
    customer.sync()
    account.delete_crew(crew)
    account.add_crew()

    customer.sync()

    asked = [request.query["fields"].split(",") for request in account.logged("/crews")]
    full, by_id = asked[0], asked[-1]
    assert sorted(full) == sorted(ALWAYS | more)
    assert sorted(by_id) == ["id", "updated_at"]
    assert [fields for fields in asked if fields not in (full, by_id)] == []


def test_X10_what_was_not_asked_for_is_not_stored(customer: Customer, account: Account) -> None:
    account.fields_include_id = True
    account.add_crew(
        tel_number="090-1234-5678",
        basic_pension_number="1234567890",
        business_last_name="通称だけ",
        resigned_reason="自己都合による",
    )

    customer.sync()

    stored = everything_stored()
    for secret in ("090-1234-5678", "1234567890", "通称だけ", "自己都合による"):
        assert secret not in stored


def mixed(account: Account) -> dict[str, str]:
    """One crew of each kind that a run tells apart."""
    return {
        "plain": account.add_crew(emp_code="P-01"),
        "twin": account.add_crew(emp_code="P-01"),
        "no number": account.add_crew(emp_code=None),
        "taken": account.add_crew(emp_code="taken"),
        "bad mail": account.add_crew(email="broken"),
        "no mail": account.add_crew(email=None),
        "retired": account.add_crew(emp_status="retired"),
        "no name": account.add_crew(last_name=None),
        "no birth date": account.add_crew(birth_at=None),
        "bad name": account.add_crew(first_name="\x00"),
        "bad id": account.add_crew(id="x"),
        "swap 1": account.add_crew(emp_code="S-01"),
        "swap 2": account.add_crew(emp_code="S-02"),
        "approver": account.add_crew(emp_code="A-01"),
    }


def total(answer: Answer) -> int:
    return sum(n for name, n in answer["employees"].items() if name != "deleted")


def test_counts_add_up_to_the_distinct_records_read(customer: Customer, account: Account) -> None:
    customer.configure("--retired", "skip", "--department-slot", "1")
    account.add_department("営業部")
    EmployeeFactory(company=customer.company, employee_id="taken")
    crews = mixed(account)

    first = planned_and_synced(customer)
    account.change_crew(crews["swap 1"], emp_code="S-02", email="")
    account.change_crew(crews["swap 2"], emp_code="S-01", last_name="田中")
    account.change_crew(crews["approver"], email=None)
    Employee.objects.filter(smarthr_id=crews["approver"]).update(role=Role.APPROVER)
    second = planned_and_synced(customer)

    assert first["employees"] == counted(created=9, skipped=5)
    assert second["employees"] == counted(updated=2, unchanged=6, skipped=6)
    assert total(first) == total(second) == len(crews)
    assert len({(e["smarthr_id"], e["reason"]) for e in second["skipped"]}) == len(
        second["skipped"]
    )


def test_a_second_run_writes_nothing(customer: Customer, account: Account) -> None:
    customer.configure("--retired", "suspend", "--department-slot", "1")
    department = account.add_department("営業部")
    EmployeeFactory(company=customer.company, employee_id="taken")
    crews = mixed(account)
    account.change_crew(crews["plain"], department_ids=[department])
    first = customer.sync()
    before = rows(Employee, Group, AuditEntry)

    second = planned_and_synced(customer)

    assert rows(Employee, Group, AuditEntry) == before
    assert second["employees"] == counted(unchanged=10, skipped=4)
    assert second["departments"] == counted(unchanged=1)
    assert second["login_changes"] == []
    assert {e["reason"] for e in first["skipped"]} - {e["reason"] for e in second["skipped"]} == {
        "retired_suspended"
    }


def test_X1_a_dry_run_writes_no_row(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "1", "--deletion", "auto")
    department = account.add_department("営業部")
    gone = account.add_crew()
    crews = mixed(account)
    customer.sync()
    account.delete_crew(gone)
    account.change_crew(crews["swap 1"], department_ids=[department], email=None, emp_code="P-2")
    account.add_department("総務部")
    account.add_crew()
    before = everything_stored()

    answer = customer.sync("--dry-run")

    assert everything_stored() == before  # but for the pace of the token, which is left out
    assert answer["run"] is None
    assert answer["employees"] == counted(created=1, updated=1, unchanged=9, skipped=4, deleted=1)


def test_a_list_that_shifts_between_two_pages_counts_each_person_once(
    customer: Customer, account: Account
) -> None:
    crews = [account.add_crew() for _ in range(150)]
    customer.sync()

    def shift(number: int) -> None:
        if number == 2:
            account.before_page = None
            account.add_crew(emp_code="late")
            account.crews = dict(sorted(account.crews.items(), key=lambda item: item[0] in crews))
            account.touched()

    account.before_page = shift

    answer = customer.sync()

    assert Employee.objects.filter(smarthr_id__isnull=False).count() in {150, 151}
    assert total(answer) in {150, 151}
    assert (answer["employees"]["updated"], answer["employees"]["skipped"]) == (0, 0)
    assert answer["deletion_candidates"] == []
    assert customer.sync()["employees"]["unchanged"] >= 150


def test_counts_stay_right_when_a_record_changes_between_two_readings(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew()
    account.add_crew()
    customer.sync()
    account.change_crew(crew, last_name="\x00")
    account.fail("wrong_total", path="/crews", times=1)
    readings: list[int] = []

    def mend(number: int) -> None:
        readings.append(number)
        if len(readings) == 2:
            account.change_crew(crew, last_name="田中", email=None)

    account.before_page = mend

    answer = customer.sync()

    assert readings == [1, 1]
    assert (customer.person(crew).last_name, customer.person(crew).email) == ("田中", "")
    assert answer["employees"] == counted(updated=1, unchanged=1)


def test_nothing_of_the_pages_is_kept_after_the_run(customer: Customer, account: Account) -> None:
    crew = account.add_crew()
    customer.sync()
    account.change_crew(crew, email=None)

    customer.sync()

    assert RunPage.objects.count() == 0
    assert RunRecord.objects.filter(smarthr_id=crew, outcome="updated").count() == 1


def queries_of(customer: Customer) -> tuple[int, Answer]:
    with CaptureQueriesContext(connection) as captured:
        answer = customer.sync()
    return len(captured), answer


def grow(account: Account, count: int) -> list[str]:
    return [account.add_crew(emp_code=f"Q-{len(account.crews)}") for _ in range(count)]


@pytest.mark.parametrize("kind", ["new", "unchanged", "updated", "left out", "renumbered"])
def test_the_queries_of_a_page_do_not_grow_with_its_people(
    customer: Customer, account: Account, kind: str
) -> None:
    changes: dict[str, Any] = {
        "updated": {"last_name": "田中", "email": None},
        "left out": {"first_name": None},
    }
    taken: list[int] = []
    for count in (20, 80):
        Employee.objects.filter(smarthr_id__isnull=False).delete()
        account.clear()
        crews = grow(account, count)
        if kind != "new":
            account.add_crew()
            customer.sync()
        for place, crew in enumerate(crews):
            if kind == "renumbered":
                account.change_crew(crew, emp_code=f"R-{place}-{count}")
            elif kind in changes:
                account.change_crew(crew, **changes[kind])
        queries, answer = queries_of(customer)
        assert answer.code == 0
        taken.append(queries)

    # SQLite takes 900 parameters a statement, so a batch there is smaller than a page.
    slack = 0 if connection.vendor == "postgresql" else 12
    assert taken[1] - taken[0] <= slack
