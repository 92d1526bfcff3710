"""What tests of forgotten and issued passwords do again and again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from companies.models import Company
from employees.initial_password import InitialPasswordHasher
from employees.models import Employee
from employees.services.resets import send_reset_mail
from tests.factories import EmployeeFactory

INITIAL = "acme-1990-04-01"
NEW = "an entirely new one"
TWICE: Mapping[str, str] = {"new_password": NEW, "repeated": NEW}
ISSUE = "/employees/initial-passwords/issue/"
OVERVIEW = "/employees/initial-passwords/"


def new_person(company: Company, **values: Any) -> Employee:
    """Imported, and never logged in."""
    hasher = InitialPasswordHasher()
    return EmployeeFactory(
        company=company,
        password=hasher.encode(INITIAL, hasher.salt()),
        is_initial_password=True,
        must_change_password=True,
        **values,
    )


def once_issued(company: Company, *, days_left: float, **values: Any) -> Employee:
    """With a one-time password that was never used."""
    expires = timezone.now() + timedelta(days=days_left)
    return EmployeeFactory(
        company=company, password_expires_at=expires, must_change_password=True, **values
    )


def log_in(client: Client, password: str, employee_id: str = "a001") -> Any:
    form = {"company_code": "acme", "employee_id": employee_id, "password": password}
    return client.post("/login/", form)


def knows(employee: Employee, password: str) -> bool:
    employee.refresh_from_db()
    return employee.check_password(password)


def link_in(mail: EmailMessage) -> str:
    """The path with its key."""
    found = re.search(r"https?://[^/\s]+(/password/reset/\S+)", str(mail.body))
    assert found
    return found[1]


def mailed_link(employee: Employee, mailoutbox: list[EmailMessage]) -> str:
    assert send_reset_mail(employee.pk)
    return link_in(mailoutbox[-1])


def letters_in(page: str) -> dict[str, str]:
    """社員ID -> one-time password, of each letter."""
    found = {}
    for letter in re.findall(r'<article class="mk-letter".*?</article>', page, re.DOTALL):
        [code] = re.findall(r"<dt>社員ID</dt><dd[^>]*>([^<]+)</dd>", letter)
        found[code] = password_in(letter)
    return found


def password_in(page: str) -> str:
    [shown] = re.findall(r'<span class="mk-one-time[^>]*>(.*?)</span></span>', page, re.DOTALL)
    return re.sub(r"<[^>]*>", "", shown)


def asked(desk: Client, query: str = "") -> dict[str, str]:
    """What the page that asks would send."""
    page = desk.get(f"{ISSUE}{query}").content.decode()
    fields = re.findall(r'<input type="hidden" name="(asked_at|chosen)" value="([^"]*)">', page)
    return dict(fields)
