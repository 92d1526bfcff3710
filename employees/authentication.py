"""Login with 企業ID, 社員ID and パスワード (C2)."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from employees.models import Employee


class CompanyBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        company_code: str | None = None,
        employee_id: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> Employee | None:
        """The employee, or None for every kind of failure, each as slow as the others."""
        if not company_code or not employee_id or password is None:
            return None
        employee: Employee | None = (
            Employee.objects.across_companies()
            .select_related("company")
            .filter(company__code=company_code, employee_id=employee_id)
            .first()
        )
        if employee is None:
            make_password(password)  # an unknown person costs as much as a wrong password
            return None
        if not employee.check_password(password):
            return None
        return employee if employee.is_active else None

    def get_user(self, user_id: int) -> Employee | None:
        """The person of a session; None ends the session of whoever was suspended (C3)."""
        employee: Employee | None = (
            Employee.objects.across_companies()
            .select_related("company", "group")
            .filter(pk=user_id, is_active=True)
            .first()
        )
        return employee
