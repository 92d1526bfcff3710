"""Whom somebody means who types 企業ID and 社員ID (C2, S5)."""

from __future__ import annotations

from companies.models import is_valid_code
from employees.identifiers import is_valid_employee_id
from employees.models import Employee
from employees.services import former_ids


def who_is_named(*, company_code: str, employee_id: str) -> Employee | None:
    """Who has the 社員ID; where nobody has it, who had it until lately (S5)."""
    # What nobody can have is not asked for: no database takes every text.
    if not is_valid_code(company_code) or not is_valid_employee_id(employee_id):
        return None
    employee: Employee | None = (
        Employee.objects.across_companies()
        .select_related("company")
        .filter(company__code=company_code, employee_id=employee_id)
        .first()
    )
    # Asked for each time: how long it takes must not tell whether somebody has the 社員ID.
    former = former_ids.who_left(company_code=company_code, former_id=employee_id)
    return employee or former
