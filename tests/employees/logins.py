"""Tries to log in, each from a browser of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client

from employees.forms import EMPLOYEE_ID_CHANGED, LOGIN_FAILED
from employees.initial_password import InitialPasswordHasher, initial_password
from employees.models import Employee
from employees.services.former_ids import remember_former_ids
from tests.factories import PASSWORD, EmployeeFactory

INITIAL = initial_password("acme", date(1990, 4, 1))
HOME = "203.0.113.7"


def newcomer(person: Employee, employee_id: str, **values: Any) -> Employee:
    hasher = InitialPasswordHasher()
    return EmployeeFactory(
        company=person.company,
        employee_id=employee_id,
        password=hasher.encode(INITIAL, hasher.salt()),
        is_initial_password=True,
        **values,
    )


def rename(person: Employee, employee_id: str) -> None:
    """Gives a 社員ID that nobody has, as a sync does."""
    remember_former_ids(company=person.company, left={person.pk: person.employee_id})
    person.employee_id = employee_id
    person.save(update_fields=["employee_id"])


def post(address: str = HOME, **values: str) -> Any:
    form = {"company_code": "acme", "employee_id": "a001", "password": PASSWORD, **values}
    return Client().post("/login/", form, REMOTE_ADDR=address)


def is_let_in(address: str = HOME, **values: str) -> bool:
    response = post(address, **values)
    if response.status_code == 302:
        return True
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [LOGIN_FAILED]
    return False


def is_told(present_id: str, address: str = HOME, **values: str) -> bool:
    """Whether the answer is the present 社員ID (S5), and not the one text of all failures."""
    response = post(address, **values)
    assert response.status_code == 422
    told = response.context["form"].non_field_errors()
    if told == [EMPLOYEE_ID_CHANGED.format(present_id)]:
        return True
    assert told == [LOGIN_FAILED]
    return False


def fail(times: int, address: str = HOME, **values: str) -> None:
    for _ in range(times):
        assert not is_let_in(address, **{"password": "wrong", **values})


def fail_elsewhere(times: int, prefix: str = "nobody", **values: str) -> None:
    """Each at an account of its own."""
    for number in range(times):
        fail(1, employee_id=f"{prefix}-{number}", **values)


def fail_at_newcomers(person: Employee) -> None:
    """A hundred failures, five at each of twenty, every one from another address."""
    for number in range(20):
        newcomer(person, f"new-{number}")
        for place in range(5):
            fail(1, f"198.51.{number}.{place}", employee_id=f"new-{number}")
