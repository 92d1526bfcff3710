"""Model instances as the plain rows that the plan works on."""

from typing import Any

from employees.models import Employee
from groups.models import Group
from integrations.sync.ledger import ALWAYS_THERE
from integrations.sync.types import GroupRow, Holder, Person


def group_row(group: Group) -> GroupRow:
    return GroupRow(
        pk=group.pk,
        name=group.name,
        parent_id=group.parent_id,
        position=group.position,
        smarthr_id=group.smarthr_id,
        is_default=group.is_default,
        source_updated_at=group.source_updated_at,
        source_read_at=group.source_read_at,
    )


def person_row(employee: Employee) -> Person:
    """Of a linked employee."""
    if employee.smarthr_id is None:
        raise ValueError("not linked")
    return Person(
        pk=employee.pk,
        smarthr_id=employee.smarthr_id,
        employee_id=employee.employee_id,
        last_name=employee.last_name,
        first_name=employee.first_name,
        email=employee.email,
        role=employee.role,
        group_id=employee.group_id,
        is_active=employee.is_active,
        suspended_by_sync=employee.suspended_by_sync,
        source_updated_at=employee.source_updated_at,
        source_read_at=employee.source_read_at,
        source=employee.source,
    )


def count_having(linked: Any, attribute: str) -> int:
    """How many of those linked employees (a queryset) have a value of a crew attribute (E11)."""
    if attribute in ALWAYS_THERE:
        return int(linked.count())
    if attribute == "email":
        return int(linked.exclude(email="").count())
    key = "department" if attribute == "departments" else attribute
    return int(linked.filter(source__has_key=key).count())


def holder_row(employee: Employee, *, created: bool = False) -> Holder:
    return Holder(
        pk=employee.pk,
        name=employee.full_name,
        smarthr_id=employee.smarthr_id,
        created_in_run=created,
    )
