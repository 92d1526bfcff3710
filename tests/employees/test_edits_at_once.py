"""Two 管理者 at the same person at the same time (O3, C6)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from companies.audit import command
from companies.models import AuditEntry
from companies.refusals import Refused
from employees.models import Employee
from employees.services.departures import delete_by_hand
from employees.services.editing import ChangedMeanwhile, edit_employee, version_of
from employees.services.logins import stop_login
from employees.wanted import Wanted
from tests.factories import AdministratorFactory, CompanyFactory, EmployeeFactory

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = command("test")


def both(*acts: Callable[[], object]) -> list[str]:
    """What each came to: "done" or the name of its refusal; they start together."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        start.wait()
        try:
            act()
        except (ChangedMeanwhile, Refused) as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_O3_of_two_forms_of_one_moment_one_is_saved() -> None:
    person = EmployeeFactory(employee_id="a001")
    version = version_of(person)

    def edit(name: str) -> Callable[[], object]:
        mine = Employee.objects.for_company(person.company).get(pk=person.pk)
        wanted = Wanted(last_name=name)
        return lambda: edit_employee(employee=mine, wanted=wanted, version=version, actor=ACTOR)

    assert both(edit("一郎"), edit("二郎")) == ["ChangedMeanwhile", "done"]
    assert AuditEntry.objects.for_company(person.company).count() == 1


def test_C6_one_of_two_administrators_stays_whatever_both_do() -> None:
    company = CompanyFactory()
    first, second = AdministratorFactory.create_batch(2, company=company)

    results = both(
        lambda: stop_login(employee=first, actor=ACTOR),
        lambda: delete_by_hand(employee=second, confirmed_cards=0, actor=ACTOR),
    )

    assert results == ["Refused", "done"]
    assert Employee.objects.for_company(company).able_administrators().count() == 1
