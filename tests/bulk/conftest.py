from pathlib import Path

import pytest
from django.test import Client

from companies.models import Company
from employees.models import Employee
from tests.bulk.imports import Importing
from tests.factories import AdministratorFactory, CompanyFactory


@pytest.fixture
def company(db: None) -> Company:
    return CompanyFactory(code="acme")


@pytest.fixture
def administrator(company: Company) -> Employee:
    return AdministratorFactory(
        company=company, employee_id="a001", last_name="山田", first_name="花子"
    )


@pytest.fixture
def importing(administrator: Employee, tmp_path: Path) -> Importing:
    return Importing(administrator.company, tmp_path)


@pytest.fixture
def signed_in(client: Client, administrator: Employee) -> Client:
    client.force_login(administrator)
    return client
