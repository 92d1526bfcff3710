"""A company with its 管理者 logged in."""

import pytest
from django.test import Client

from companies.models import Company
from employees.models import Employee
from tests.factories import AdministratorFactory


@pytest.fixture
def administrator() -> Employee:
    return AdministratorFactory(employee_id="admin", last_name="山田", first_name="花子")


@pytest.fixture
def company(administrator: Employee) -> Company:
    return administrator.company


@pytest.fixture
def signed_in(client: Client, administrator: Employee) -> Client:
    client.force_login(administrator)
    return client
