"""Rights follow at once (C3): what changes about a person takes effect on the next request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from companies.audit import command
from companies.set_based import update_rows
from employees.choices import Role
from employees.initial_password import InitialPasswordHasher
from employees.models import Employee
from employees.services.companies import appoint_administrator
from employees.services.passwords import change_own_password
from employees.suspensions import count_suspensions, stop_counting_suspensions
from tests.factories import PASSWORD, AdministratorFactory, CompanyFactory, EmployeeFactory

pytestmark = pytest.mark.django_db
ACTOR = command("test")
PAGE = "/employees/"
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}"}


@pytest.fixture
def person() -> Employee:
    company = CompanyFactory(code="acme")
    AdministratorFactory(company=company)  # C6: another one who can log in
    return AdministratorFactory(company=company, employee_id="a001")


def log_in(client: Client, password: str = PASSWORD) -> Any:
    form = {"company_code": "acme", "employee_id": "a001", "password": password}
    return client.post("/login/", form)


def rows(person: Employee) -> Any:
    return Employee.objects.for_company(person.company).filter(pk=person.pk)


def demote(person: Employee) -> None:
    rows(person).update(role=Role.APPROVER)


def suspend(person: Employee) -> None:
    rows(person).update(is_active=False)


def delete(person: Employee) -> None:
    rows(person).delete()


def change_password(person: Employee) -> None:
    change_own_password(employee=rows(person).get(), new_password="an entirely new one")


CHANGES: list[Callable[[Employee], None]] = [demote, suspend, delete, change_password]


@pytest.mark.parametrize("change", CHANGES)
def test_C3_the_next_request_asks_for_a_login(
    client: Client, person: Employee, change: Callable[[Employee], None]
) -> None:
    log_in(client)
    assert client.get(PAGE).status_code == 200

    change(person)

    response = client.get(PAGE)
    assert (response.status_code, response["Location"]) == (302, f"/login/?next={PAGE}")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("change", CHANGES)
def test_C3_a_part_of_a_page_sends_the_whole_page_to_the_login(
    client: Client, person: Employee, change: Callable[[Employee], None], method: str
) -> None:
    log_in(client)
    change(person)

    path = PAGE if method == "get" else "/settings/smarthr/save/slot/"
    # The browser follows the redirect by itself, with the same headers.
    response = getattr(client, method)(path, headers=HTMX, follow=True)

    assert response.status_code == 200
    assert response["HX-Redirect"] == "/login/?next=http%3A%2F%2Ftestserver%2Femployees%2F"
    assert response.content == b""


def test_C3_whoever_was_appointed_logs_in_again(client: Client) -> None:
    person = EmployeeFactory(
        company=CompanyFactory(code="acme"), employee_id="a001", email="a@example.com"
    )
    log_in(client)

    appoint_administrator(employee=person, reason="後任", actor=ACTOR)

    assert client.get(PAGE).status_code == 302
    assert log_in(client).status_code == 302
    assert client.get(PAGE).status_code == 200


def test_C3_a_role_that_came_back_brings_no_session_back(client: Client, person: Employee) -> None:
    log_in(client)
    demote(person)
    client.get(PAGE)
    rows(person).update(role=Role.ADMINISTRATOR)

    assert client.get(PAGE).status_code == 302


def resume(person: Employee) -> None:
    rows(person).update(is_active=True)


def suspend_in_a_form(person: Employee) -> None:
    stored = rows(person).get()
    stored.is_active = False
    stored.save()


def suspend_as_a_sync(person: Employee) -> None:
    fields = ("is_active", "suspended_by_sync")
    assert update_rows(Employee, fields, {person.pk: (False, False)}) == 1


@pytest.mark.parametrize("asked_meanwhile", [True, False])
@pytest.mark.parametrize("stop", [suspend, suspend_in_a_form, suspend_as_a_sync])
def test_C3_a_resumed_person_logs_in_anew_each_time(
    client: Client, person: Employee, stop: Callable[[Employee], None], asked_meanwhile: bool
) -> None:
    for _ in range(2):
        assert log_in(client).status_code == 302
        assert client.get(PAGE).status_code == 200
        stop(person)
        if asked_meanwhile:
            assert client.get(PAGE).status_code == 302

        resume(person)

        assert client.get(PAGE).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_C3_the_counting_of_suspensions_can_be_dropped_and_added_again(person: Employee) -> None:
    state: Any = MigrationLoader(connection).project_state().apps
    for step, counted in ((stop_counting_suspensions, None), (count_suspensions, 1)):
        with connection.schema_editor(atomic=True) as editor:
            step(state, editor)
        suspend(person)
        assert rows(person).get().suspensions == counted
        resume(person)


@pytest.mark.parametrize(
    "change",
    [
        {"last_name": "新姓"},
        {"employee_id": "a009"},
        {"email": "new@example.com"},
        {"is_active": True},
    ],
)
def test_other_changes_end_no_session(
    client: Client, person: Employee, change: dict[str, Any]
) -> None:
    log_in(client)

    rows(person).update(**change)

    assert client.get(PAGE).status_code == 200


def test_the_first_login_keeps_its_session_though_it_replaces_the_hash(client: Client) -> None:
    hasher = InitialPasswordHasher()
    company = CompanyFactory(code="acme")
    encoded = hasher.encode("acme-1990-04-01", hasher.salt())
    EmployeeFactory(company=company, employee_id="a001", password=encoded)

    log_in(client, "acme-1990-04-01")

    assert client.get("/").status_code == 200


@pytest.mark.parametrize("change", [None, demote])
def test_a_session_made_under_an_older_key_lives_on_but_not_with_an_older_role(
    client: Client, person: Employee, settings: Any, change: Callable[[Employee], None] | None
) -> None:
    # The session itself is in the database; its mark is made with the key.
    log_in(client)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, as after a change 0123456789abcdefgh"
    if change:
        change(person)

    assert client.get(PAGE).status_code == (302 if change else 200)
