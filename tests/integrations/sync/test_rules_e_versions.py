"""E12a: what was read earlier never undoes what was read, or deleted, later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from employees.models import Employee
from integrations.models import CrewTombstone
from integrations.sync.people_writes import bury
from simulator.account import Account
from tests.factories import EmployeeFactory
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import counted, planned_and_synced

HOUR = timedelta(hours=1)


def stored(crew: str) -> dict[str, Any]:
    row: dict[str, Any] = Employee.objects.filter(smarthr_id=crew).values().get()
    return row


@pytest.mark.parametrize(
    "change",
    [
        {"last_name": "古い"},
        {"emp_code": "OLD-1"},
        {"email": None},
        {"emp_status": "retired"},
        {"first_name": None},
    ],
)
def test_E12a_an_older_version_of_the_crew_changes_nothing(
    customer: Customer, account: Account, change: dict[str, str | None]
) -> None:
    customer.configure("--retired", "suspend")
    crew = account.add_crew()
    customer.sync()
    later = timezone.now() + HOUR
    Employee.objects.filter(smarthr_id=crew).update(source_updated_at=later)
    before = stored(crew)
    account.change_crew(crew, **change)

    answer = planned_and_synced(customer)

    assert stored(crew) == before
    assert answer["employees"] == counted(unchanged=1)
    assert (answer["skipped"], answer["login_changes"]) == ([], [])


def test_E12a_of_one_version_the_later_reading_wins(customer: Customer, account: Account) -> None:
    crew = account.add_crew()
    customer.sync()
    later = timezone.now() + HOUR
    Employee.objects.filter(smarthr_id=crew).update(source_read_at=later, last_name="後")
    before = stored(crew)

    answer = planned_and_synced(customer)

    assert stored(crew) == before
    assert answer["employees"] == counted(unchanged=1)


def test_E12a_a_newer_version_wins_whatever_the_time_of_reading(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew()
    customer.sync()
    Employee.objects.filter(smarthr_id=crew).update(source_read_at=timezone.now() + HOUR)
    account.change_crew(crew, last_name="新しい")

    answer = planned_and_synced(customer)

    assert customer.person(crew).last_name == "新しい"
    assert answer["employees"] == counted(updated=1)


@pytest.mark.parametrize("updated_at", [None, "", "yesterday", 5, "2026-01-01"])
def test_E12a_without_a_time_of_change_the_time_of_reading_decides(
    customer: Customer, account: Account, updated_at: object
) -> None:
    crew = account.add_crew()
    customer.sync()
    account.change_crew(crew, updated_at=updated_at, last_name="新しい")

    first = planned_and_synced(customer)
    second = planned_and_synced(customer)

    assert customer.person(crew).last_name == "新しい"
    assert first["employees"] == counted(updated=1)
    assert second["employees"] == counted(unchanged=1)


def test_E12a_a_tombstone_that_is_newer_keeps_the_person_deleted(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew()
    CrewTombstone.objects.create(
        company=customer.company, smarthr_id=crew, deleted_at=timezone.now() + HOUR
    )

    answer = planned_and_synced(customer)

    assert not customer.has_person(crew)
    assert answer["employees"] == counted(unchanged=1)
    assert answer["skipped"] == []


def test_E12a_a_crew_that_is_read_after_the_tombstone_is_a_new_person(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew()
    CrewTombstone.objects.create(
        company=customer.company, smarthr_id=crew, deleted_at=timezone.now() - HOUR
    )

    answer = planned_and_synced(customer)

    assert customer.has_person(crew)
    assert answer["employees"] == counted(created=1)


def test_E12a_the_tombstone_of_another_company_means_nothing(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew()
    other = EmployeeFactory().company
    CrewTombstone.objects.create(company=other, smarthr_id=crew, deleted_at=timezone.now() + HOUR)

    customer.sync()

    assert customer.has_person(crew)


def test_E12a_who_is_deleted_while_a_page_is_read_is_not_brought_back(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew()
    staying = account.add_crew()
    customer.sync()

    def delete(number: int) -> None:
        account.before_page = None
        try:
            Employee.objects.filter(smarthr_id=crew).delete()
            bury(company=customer.company, crews=[UUID(crew)])
        finally:
            connection.close()

    account.before_page = delete

    answer = customer.sync()

    assert not customer.has_person(crew)
    assert customer.has_person(staying)
    assert answer["employees"] == counted(unchanged=2)


def test_E12a_a_number_read_earlier_never_replaces_one_that_was_read_later(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(emp_code="E001")
    gone = account.add_crew()
    customer.sync()
    account.delete_crew(gone)
    account.change_crew(crew, emp_code="E002")
    calls: list[int] = []

    def apply_newer(number: int) -> None:
        calls.append(number)
        if len(calls) < 2:  # the list itself; the second one asks for the person who is missing
            return
        try:
            later = timezone.now()
            people = Employee.objects.filter(smarthr_id=crew)
            source = {**customer.person(crew).source, "emp_code": "E003"}
            people.update(
                employee_id="E003", source=source, source_updated_at=later, source_read_at=later
            )
        finally:
            connection.close()

    account.before_page = apply_newer

    customer.sync()

    assert len(calls) == 2
    assert customer.person(crew).employee_id == "E003"
