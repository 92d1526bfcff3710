"""A connected company with its 管理者 logged in."""

import pytest
from django.test import Client

from companies.models import Company
from employees.models import Employee
from integrations.models import SmartHRIntegration
from tests.factories import AdministratorFactory, IntegrationFactory


@pytest.fixture
def integration(db: None) -> SmartHRIntegration:
    return IntegrationFactory()


@pytest.fixture
def company(integration: SmartHRIntegration) -> Company:
    return integration.company


@pytest.fixture
def administrator(company: Company) -> Employee:
    return AdministratorFactory(
        company=company, employee_id="a001", last_name="山田", first_name="花子"
    )


@pytest.fixture
def signed_in(client: Client, administrator: Employee) -> Client:
    client.force_login(administrator)
    return client
