"""A 管理者 of acme who is logged in, and a person who forgot the password."""

from __future__ import annotations

import pytest
from django.test import Client

from employees.models import Employee
from tests.factories import AdministratorFactory, CompanyFactory, EmployeeFactory


@pytest.fixture
def administrator(db: None) -> Employee:
    company = CompanyFactory(code="acme", name="アクメ株式会社")
    return AdministratorFactory(company=company, employee_id="admin", last_name="山田")


@pytest.fixture
def forgetful(administrator: Employee) -> Employee:
    return EmployeeFactory(
        company=administrator.company, employee_id="a001", email="hanako@example.com"
    )


@pytest.fixture
def desk(administrator: Employee) -> Client:
    """The browser of the 管理者."""
    client = Client()
    client.force_login(administrator)
    return client
