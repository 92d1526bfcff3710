"""Deleting an employee: the one place where it happens."""

from __future__ import annotations

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from employees.models import Employee
from employees.signals import employee_deleting


class LastAdministrator(Exception):
    """C6: the company would be left without a 管理者 who can log in."""


def lock_company(company_id: int) -> None:
    """Whoever changes who is 管理者, or the group tree, waits here for the others."""
    Company.objects.select_for_update(no_key=True).get(pk=company_id)


def is_last_administrator(employee: Employee) -> bool:
    """Whether nobody else could log in as 管理者; the company has to be locked."""
    able = Employee.objects.for_company(employee.company_id).able_administrators()
    return set(able.values_list("pk", flat=True)) == {employee.pk}


def remove_employee(*, employee: Employee, actor: Actor, reason: str = "") -> None:
    """Deletes an employee with the cards, which go into the archive (X4).

    Runs in the caller's transaction. Raises LastAdministrator.
    """
    lock_company(employee.company_id)
    if is_last_administrator(employee):
        raise LastAdministrator
    event = Event(
        AuditAction.DELETED,
        "employee",
        employee.pk,
        employee.label,
        {"employee_id": (employee.employee_id, None)},
        reason,
    )
    employee_deleting.send(sender=Employee, employee=employee)
    write_audit(company=employee.company_id, actor=actor, events=[event])
    employee.delete()
