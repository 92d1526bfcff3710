"""The operator's company, a customer, and a browser of the staff."""

from __future__ import annotations

import pytest
from django.test import Client

from companies.models import Company
from employees.models import Employee
from tests.factories import AdministratorFactory, CompanyFactory, IntegrationFactory
from tests.operators.steps import REASON


@pytest.fixture
def staff(db: None) -> Employee:
    company = CompanyFactory(code="support", name="名刺管理サポート", is_operator=True)
    return AdministratorFactory(
        company=company, employee_id="ops-01", last_name="支援", first_name="太郎"
    )


@pytest.fixture
def customer(db: None) -> Company:
    company = CompanyFactory(code="acme", name="アクメ株式会社")
    IntegrationFactory(company=company, subdomain="", token_ciphertext="", token_ending="")
    AdministratorFactory(company=company, employee_id="admin", last_name="山田", first_name="花子")
    return company


@pytest.fixture
def desk(client: Client, staff: Employee) -> Client:
    """Of the staff, logged in."""
    client.force_login(staff)
    return client


@pytest.fixture
def visiting(desk: Client, customer: Company) -> Client:
    """The same on a visit to the customer."""
    answer = desk.post(f"/operator/companies/{customer.pk}/visit/", {"reason": REASON})
    assert answer.status_code == 302
    return desk
