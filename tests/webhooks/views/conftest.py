"""A connected company whose 管理者 is logged in, with a webhook that is registered by hand."""

import pytest
from django.test import Client

from companies.models import Company
from employees.models import Employee
from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from tests.factories import AdministratorFactory, IntegrationFactory


@pytest.fixture
def integration(db: None) -> SmartHRIntegration:
    return IntegrationFactory(webhook_mode=WebhookMode.MANUAL)


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
