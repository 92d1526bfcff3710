"""Who presses a button after the session has ended comes back to the page with the button."""

from __future__ import annotations

import pytest
from django.test import Client

from employees.models import Employee
from tests.factories import PASSWORD, AdministratorFactory, CompanyFactory

pytestmark = pytest.mark.django_db
LIST = "http://testserver/employees/?role=approver&sort=id"


@pytest.fixture
def administrator() -> Employee:
    return AdministratorFactory(company=CompanyFactory(code="acme"))


def test_login_leads_back_to_the_page_of_the_button(
    client: Client, administrator: Employee
) -> None:
    pressed = client.post("/employees/bulk/", {"act": "role"}, headers={"referer": LIST})

    typed = {
        "company_code": "acme",
        "employee_id": administrator.employee_id,
        "password": PASSWORD,
    }
    logged_in = client.post(pressed["Location"], typed)

    assert logged_in["Location"] == "/employees/?role=approver&sort=id"
    assert client.get(logged_in["Location"]).status_code == 200


@pytest.mark.parametrize(
    "referer", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "http://[", ""]
)
def test_no_foreign_page_is_remembered(client: Client, referer: str) -> None:
    headers = {"referer": referer} if referer else {}

    pressed = client.post("/employees/bulk/", {"act": "role"}, headers=headers)

    assert pressed["Location"] == "/login/?next=/"


def test_a_page_is_remembered_itself(client: Client) -> None:
    asked = client.get("/employees/", headers={"referer": "http://testserver/groups/"})

    assert asked["Location"] == "/login/?next=/employees/"
