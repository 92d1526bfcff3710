"""Changing the password, forced (X5) and of one's own will."""

from datetime import date

import pytest
from django.test import Client

from companies.models import AuditAction, AuditEntry
from employees.initial_password import InitialPasswordHasher, initial_password
from employees.models import Employee
from tests.factories import PASSWORD, CompanyFactory, EmployeeFactory

pytestmark = pytest.mark.django_db
NEW = "an entirely new one"
INITIAL = initial_password("acme", date(1990, 4, 1))


@pytest.fixture
def newcomer() -> Employee:
    hasher = InitialPasswordHasher()
    return EmployeeFactory(
        company=CompanyFactory(code="acme"),
        employee_id="a001",
        password=hasher.encode(INITIAL, hasher.salt()),
        must_change_password=True,
        is_initial_password=True,
    )


def log_in(client: Client, password: str, **values: str):  # type: ignore[no-untyped-def]
    form = {"company_code": "acme", "employee_id": "a001", "password": password, **values}
    return client.post("/login/", form)


def test_first_login_leads_to_the_change_and_then_on(client: Client, newcomer: Employee) -> None:
    response = log_in(client, INITIAL, next="/employees/")

    assert response["Location"] == "/password/?next=%2Femployees%2F"

    form = {"new_password": NEW, "repeated": NEW, "next": "/employees/"}
    response = client.post("/password/", form)

    assert response["Location"] == "/employees/"
    newcomer.refresh_from_db()
    assert (newcomer.must_change_password, newcomer.is_initial_password) == (False, False)
    assert newcomer.check_password(NEW)


def test_the_change_leads_on_to_what_is_no_name_of_a_view(
    client: Client, newcomer: Employee
) -> None:
    response = log_in(client, INITIAL, next="foo")

    assert response["Location"] == "/password/?next=foo"

    response = client.post("/password/", {"new_password": NEW, "repeated": NEW, "next": "foo"})

    assert response["Location"] == "foo"


@pytest.mark.parametrize("path", ["/", "/employees/", "/settings/smarthr/", "/nothing/"])
def test_initial_password_opens_no_other_page(
    client: Client, newcomer: Employee, path: str
) -> None:
    client.force_login(newcomer)

    assert client.get(path)["Location"] == "/password/"


def test_forced_change_asks_no_present_password(client: Client, newcomer: Employee) -> None:
    client.force_login(newcomer)

    page = client.get("/password/")

    assert list(page.context["form"].fields) == ["new_password", "repeated"]
    assert "はじめてのログインのため" in page.content.decode()
    assert "メインメニュー" not in page.content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"new_password": INITIAL}, "new_password"),
        ({"new_password": "x1990-04-01x"}, "new_password"),
        ({"repeated": "something else here"}, "repeated"),
        ({"new_password": ""}, "new_password"),
    ],
)
def test_refused_password_changes_nothing(
    client: Client, newcomer: Employee, values: dict[str, str], field: str
) -> None:
    client.force_login(newcomer)

    response = client.post("/password/", {"new_password": NEW, "repeated": NEW, **values})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    newcomer.refresh_from_db()
    assert newcomer.must_change_password
    assert newcomer.check_password(INITIAL)
    assert NEW not in response.content.decode()


def test_change_keeps_this_session_and_ends_the_others(client: Client) -> None:
    person = EmployeeFactory(company=CompanyFactory(code="acme"), employee_id="a001")
    other_device = Client()
    log_in(client, PASSWORD)
    log_in(other_device, PASSWORD)

    form = {"current_password": PASSWORD, "new_password": NEW, "repeated": NEW}
    response = client.post("/password/", form, follow=True)

    assert "パスワードを変更しました。" in response.content.decode()
    assert client.get("/").status_code == 200
    assert other_device.get("/")["Location"] == "/login/?next=/"
    entry = AuditEntry.objects.for_company(person.company).latest("pk")
    assert (entry.action, entry.changes) == (AuditAction.PASSWORD_CHANGED, {})


def test_own_change_asks_for_the_present_password(client: Client) -> None:
    person = EmployeeFactory()
    client.force_login(person)

    form = {"current_password": "wrong", "new_password": NEW, "repeated": NEW}
    response = client.post("/password/", form)

    assert list(response.context["form"].errors) == ["current_password"]
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
