"""A new customer, made on a screen (P1)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from companies.audit import Actor
from employees.models import Employee
from employees.one_time import one_time_password
from employees.services.companies import create_company
from employees.services.logins import issue_one_time_password


@dataclass(frozen=True, slots=True)
class NewCompany:
    administrator: Employee
    # Shown once; it opens nothing but the page that changes it.
    password: str


@transaction.atomic
def add_company(
    *, code: str, name: str, admin_id: str, admin_email: str, actor: Actor
) -> NewCompany:
    """Never the operator's own: that is made by command only (X11). Raises Refused."""
    administrator = create_company(
        code=code,
        name=name,
        admin_id=admin_id,
        admin_email=admin_email,
        admin_password=one_time_password(),
        actor=actor,
    )
    password = issue_one_time_password(employee=administrator, actor=actor)
    return NewCompany(administrator, password)
