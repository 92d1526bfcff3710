"""Deleting an employee: the one place where it happens."""

from __future__ import annotations

from collections.abc import Sequence

from companies.audit import Actor, Event, write_audit
from companies.locking import lock_company as lock_company  # known under both names
from companies.models import AuditAction
from companies.set_based import batches
from employees.models import Employee
from employees.signals import employee_deleting


class LastAdministrator(Exception):
    """C6: the company would be left without a 管理者 who can log in."""


def remove_employee(*, employee: Employee, actor: Actor, reason: str = "") -> None:
    """Deletes an employee with the cards, which go into the archive (X4).

    Runs in the caller's transaction. Raises LastAdministrator.
    """
    remove_employees(
        company_id=employee.company_id, employees=[employee], actor=actor, reason=reason
    )


def remove_employees(
    *, company_id: int, employees: Sequence[Employee], actor: Actor, reason: str = ""
) -> None:
    """Deletes employees of one company; all of them or, with LastAdministrator, nobody."""
    lock_company(company_id)
    people = Employee.objects.for_company(company_id)
    able = set(people.able_administrators().values_list("pk", flat=True))
    going = [employee.pk for employee in employees]
    if able and not able.difference(going):  # C6
        raise LastAdministrator
    employee_deleting.send(sender=Employee, company_id=company_id, employees=employees)
    events = [_deleted(employee, reason) for employee in employees]
    write_audit(company=company_id, actor=actor, events=events)
    for batch in batches(going):
        people.filter(pk__in=batch).delete()


def _deleted(employee: Employee, reason: str) -> Event:
    changes = {"employee_id": (employee.employee_id, None)}
    return Event(AuditAction.DELETED, "employee", employee.pk, employee.label, changes, reason)
