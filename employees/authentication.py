"""Login with 企業ID, 社員ID and パスワード (C2)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone

from employees.client_address import client_address
from employees.initial_password import is_expired
from employees.models import Employee
from employees.services import guesses
from employees.services.finding import who_is_named
from employees.services.passwords import is_password_of, knows_password


class EmployeeIdChanged(Exception):
    """S5: everything was right but for the 社員ID, which is another one since lately."""

    def __init__(self, present_id: str) -> None:
        super().__init__(present_id)
        self.present_id = present_id


class CompanyBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        company_code: str | None = None,
        employee_id: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> Employee | None:
        """The employee, or None for every kind of failure, each at the cost of one slow hash.

        Raises EmployeeIdChanged, at the same cost, where the password is right.
        """
        if not company_code or not employee_id or password is None:
            return None
        employee = who_is_named(company_code=company_code, employee_id=employee_id)
        place = guesses.take_place(
            company_code=company_code,
            employee_id=employee_id,
            employee=employee,
            address=client_address(request) if request else None,
        )
        if place is None or employee is None or not _may_log_in(employee):
            make_password(password)  # as slow as a password that is looked at
            return None
        is_former = employee.employee_id != employee_id
        is_right = knows_password if is_former else is_password_of
        if not is_right(employee=employee, password=password):
            return None
        guesses.give_back(place)
        if is_former:
            raise EmployeeIdChanged(employee.employee_id)
        return employee

    def get_user(self, user_id: int) -> Employee | None:
        """The person of a session; None for whoever is suspended (C3)."""
        employee: Employee | None = (
            Employee.objects.across_companies()
            .select_related("company", "group")
            .filter(pk=user_id, is_active=True)
            .first()
        )
        return employee


def _may_log_in(employee: Employee) -> bool:
    now = timezone.now()
    if not employee.is_active:
        return False
    if employee.password_expires_at is not None and employee.password_expires_at <= now:
        return False
    return not employee.is_initial_password or not is_expired(
        days=employee.company.initial_password_days,
        last_used=employee.last_login or employee.created_at,
        now=now,
    )
