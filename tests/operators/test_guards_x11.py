"""Who may open the operator's screens: 管理者 of the operator's company, and nobody else (X11)."""

from __future__ import annotations

import pytest
from django.test import Client

from companies.models import Company
from employees.models import Employee
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    CompanyFactory,
    EmployeeFactory,
)
from tests.operators.steps import path, text_of
from tests.project_tree import all_views

PAGES = ["", "plan/pause/", "contract/", "appoint/", "erase/"]


def addresses(company: Company) -> list[str]:
    ours = ["/operator/", "/operator/companies/add/", "/operator/erasures/"]
    return [*ours, *(path(company, rest) for rest in PAGES)]


def outsider(kind: str, staff: Employee, customer: Company) -> Employee:
    if kind == "administrator of a customer":
        found: Employee = Employee.objects.for_company(customer).get(employee_id="admin")
        return found
    factory = {"approver": ApproverFactory, "applicant": EmployeeFactory}[kind]
    return factory(company=staff.company)


@pytest.mark.parametrize("kind", ["administrator of a customer", "approver", "applicant"])
def test_X11_others_are_refused(
    client: Client, staff: Employee, customer: Company, kind: str
) -> None:
    client.force_login(outsider(kind, staff, customer))

    found = {address: client.get(address).status_code for address in addresses(customer)}
    found["visit"] = client.post(path(customer, "visit/"), {"reason": "理由" * 9}).status_code

    assert set(found.values()) == {403}


def test_X11_whoever_is_not_logged_in_is_sent_to_the_login(
    client: Client, customer: Company
) -> None:
    answers = [client.get(address) for address in addresses(customer)]

    assert {answer.status_code for answer in answers} == {302}
    assert all(answer["Location"].startswith("/login/") for answer in answers)


def test_X11_the_staff_opens_every_page(desk: Client, customer: Company) -> None:
    found = {address: desk.get(address).status_code for address in addresses(customer)}

    assert set(found.values()) == {200}


def test_X11_every_view_of_the_operator_is_the_operators() -> None:
    ours = {
        view.name: view.callback.access
        for view in all_views()
        if view.route.startswith("operator/")
    }

    assert ours.pop("operator-visit-end") == "signed_in"
    assert set(ours.values()) == {"operators_only"}
    assert len(ours) == 9


@pytest.mark.parametrize("rest", PAGES)
def test_C1_the_operators_own_company_is_no_customer(
    desk: Client, staff: Employee, rest: str
) -> None:
    """Nobody stops, erases or visits it here; it is made and kept by command (X11)."""
    other = CompanyFactory(is_operator=True)
    AdministratorFactory(company=other)

    assert desk.get(path(staff.company, rest)).status_code == 404
    assert desk.get(path(other, rest)).status_code == 404
    assert other.name not in text_of(desk.get("/operator/"))


def test_X11_a_company_made_here_is_never_the_operators(desk: Client) -> None:
    form = {"code": "new-1", "name": "新会社", "admin_id": "a-1", "admin_email": "a@example.com"}

    desk.post("/operator/companies/add/", {**form, "is_operator": "on", "operator": "on"})

    assert Company.objects.get(code="new-1").is_operator is False
