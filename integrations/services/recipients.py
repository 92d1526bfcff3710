"""Who is told by mail, and how every mail ends (P2, X3)."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.urls import reverse

from companies.models import Company
from employees.models import Employee, EmployeeQuerySet
from integrations.models import NotificationAddress

MOST_ADDRESSES: Final = 5
NO_REPLY: Final = "送信専用のアドレスです。このメールに返信しても、お答えできません。"


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


def one_line(name: str) -> str:
    """As a subject has to be."""
    return " ".join(name.split())


def heading(company: Company) -> str:
    return f"{one_line(company.name)}（企業ID：{company.code}）"


def page(name: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name)}"
