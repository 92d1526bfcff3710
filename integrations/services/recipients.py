"""Who is told by mail (P2, X3)."""

from __future__ import annotations

from typing import Final

from companies.models import Company
from employees.models import Employee, EmployeeQuerySet
from integrations.models import NotificationAddress

MOST_ADDRESSES: Final = 5


def addresses(people: EmployeeQuerySet) -> list[str]:
    return sorted(set(people.exclude(email="").values_list("email", flat=True)))


def administrators(company: Company) -> list[str]:
    return addresses(Employee.objects.for_company(company).able_administrators())


def operators() -> EmployeeQuerySet:
    """The staff of the companies that are flagged as the operator's."""
    staff: EmployeeQuerySet = Employee.objects.across_companies().able_administrators()
    return staff.filter(company__is_operator=True)


def confirmed_addresses(company: Company) -> list[str]:
    """通知先: at most five, whatever the rows say."""
    rows = NotificationAddress.objects.for_company(company).exclude(confirmed_at=None)
    return list(rows.order_by("pk").values_list("email", flat=True)[:MOST_ADDRESSES])
