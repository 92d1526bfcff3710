"""Login guessing (C2, X5): three limits in rolling 15 minutes."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.celery import app
from employees.forms import WAIT
from employees.models import Employee, LoginGuard
from employees.services import guesses
from employees.tasks import forget_old_failures
from tests.employees.logins import (
    HOME,
    INITIAL,
    fail,
    fail_at_newcomers,
    fail_elsewhere,
    is_let_in,
    newcomer,
)
from tests.factories import PASSWORD, CompanyFactory, EmployeeFactory

pytestmark = pytest.mark.django_db


# --- five failures an account --------------------------------------------------------------


def test_C2_the_sixth_try_at_an_account_is_not_looked_at(person: Employee) -> None:
    fail(4)
    assert is_let_in()  # the fifth, given back
    fail(1)

    assert not is_let_in()
    assert not is_let_in("198.51.100.1")
    assert person.company_id  # others are let in as always
    EmployeeFactory(company=person.company, employee_id="a002")
    assert is_let_in(employee_id="a002")


@pytest.mark.parametrize(
    "values",
    [
        {"employee_id": "nobody"},
        {"company_code": "nobody"},
        {"employee_id": "a" * 300},
        {"company_code": "acme\0"},
    ],
)
def test_an_account_that_does_not_exist_is_counted_too(values: dict[str, str]) -> None:
    fail(7, **values)

    assert sorted(len(row.failures) for row in LoginGuard.objects.all()) == [5, 5, 5]


def test_a_new_account_inherits_what_was_tried_before(person: Employee) -> None:
    fail(5, employee_id="a002")
    EmployeeFactory(company=person.company, employee_id="a002")

    assert not is_let_in(employee_id="a002")


def test_the_same_id_of_another_company_is_another_account(person: Employee) -> None:
    EmployeeFactory(company=CompanyFactory(code="other"), employee_id="a001")

    fail(5)

    assert is_let_in(company_code="other")


def test_the_quarter_of_an_hour_rolls(person: Employee, clock: Any) -> None:
    fail(1)
    clock.shift(timedelta(minutes=10))
    fail(4)
    clock.shift(timedelta(minutes=4, seconds=59))
    assert not is_let_in()

    clock.shift(timedelta(seconds=1))  # the first failure is out of it
    assert is_let_in()
    fail(1)
    assert not is_let_in()


def test_waiting_is_not_made_longer_by_trying(person: Employee, clock: Any) -> None:
    fail(5)
    clock.shift(timedelta(minutes=14))
    fail(20)

    clock.shift(timedelta(minutes=1))
    assert is_let_in()


def test_a_clock_that_was_set_back_locks_nobody_out(person: Employee, clock: Any) -> None:
    fail(5)

    clock.shift(timedelta(hours=-3))
    assert is_let_in()


# --- a hundred an address ------------------------------------------------------------------


def test_an_address_has_a_hundred_failures(person: Employee) -> None:
    fail_elsewhere(100)

    assert not is_let_in()
    assert is_let_in("198.51.100.1")


def test_tries_at_an_account_that_has_to_wait_do_not_count_for_the_office(
    person: Employee,
) -> None:
    fail(120)

    EmployeeFactory(company=person.company, employee_id="a002")
    assert is_let_in(employee_id="a002")


def test_the_addresses_of_one_ipv6_network_are_one(person: Employee) -> None:
    for number in range(100):
        fail(1, f"2001:db8:1:2::{number:x}", employee_id=f"nobody-{number}")

    assert not is_let_in("2001:db8:1:2:ffff::1")
    assert is_let_in("2001:db8:1:3::1")


def test_a_forged_header_is_no_other_address(person: Employee, settings: Any) -> None:
    settings.PROXY_COUNT = 1
    for number in range(101):
        Client().post(
            "/login/",
            {"company_code": "acme", "employee_id": f"nobody-{number}", "password": "x"},
            headers={"X-Forwarded-For": f"192.0.2.{number}, {HOME}"},
            REMOTE_ADDR="10.0.0.1",
        )

    form = {"company_code": "acme", "employee_id": "a001", "password": PASSWORD}
    headers = {"X-Forwarded-For": f"192.0.2.250, {HOME}"}
    response = Client().post("/login/", form, headers=headers, REMOTE_ADDR="10.0.0.1")

    assert response.status_code == 422


# --- a hundred a company on accounts with their initial password ---------------------------


def test_X5_initial_passwords_of_a_company_are_paused_and_nothing_else(person: Employee) -> None:
    newcomer(person, "new-x")
    other = EmployeeFactory(company=CompanyFactory(code="other"), employee_id="b001")
    stranger = newcomer(other, "new-y")
    fail_at_newcomers(person)

    assert guesses.initial_logins_paused(person.company)
    assert not guesses.initial_logins_paused(other.company)
    assert not is_let_in(employee_id="new-x", password=INITIAL)
    assert is_let_in()
    assert is_let_in(company_code="other", employee_id=stranger.employee_id, password=INITIAL)


def test_X5_the_pause_ends_by_itself(person: Employee, clock: Any) -> None:
    newcomer(person, "new-x")
    fail_at_newcomers(person)

    clock.shift(timedelta(minutes=15))

    assert not guesses.initial_logins_paused(person.company)
    assert is_let_in(employee_id="new-x", password=INITIAL)


@pytest.mark.parametrize("target", ["nobody", "new-x", "a001"])
def test_C2_the_pause_changes_nothing_about_what_a_try_costs(person: Employee, target: str) -> None:
    newcomer(person, "new-x")
    fail_at_newcomers(person)

    fail_elsewhere(95)
    fail(6, employee_id=target)  # the sixth is not counted

    EmployeeFactory(company=person.company, employee_id="a002")
    assert not is_let_in(employee_id="a002")
    assert is_let_in("198.51.100.1", employee_id="a002")


def test_X5_tries_in_the_pause_do_not_lengthen_it(person: Employee, clock: Any) -> None:
    newcomer(person, "new-x")
    fail_at_newcomers(person)
    clock.shift(timedelta(minutes=14))
    fail(4, employee_id="new-x")

    clock.shift(timedelta(minutes=1))

    row = LoginGuard.objects.get(key=guesses._initial_key(person.company_id))
    assert guesses._recent(row, time.time()) == []
    assert is_let_in(employee_id="new-x", password=INITIAL)


def test_X5_other_accounts_do_not_count_for_the_pause(person: Employee) -> None:
    fail(5)
    fail_elsewhere(30)
    newcomer(person, "new-x")
    assert is_let_in(employee_id="new-x", password=INITIAL)

    assert not guesses.initial_logins_paused(person.company)
    rows = LoginGuard.objects.filter(key=guesses._initial_key(person.company_id))
    assert [row.failures for row in rows] == [[]]  # that of the success, given back


# --- the present password at its change ----------------------------------------------------


def change(client: Client, current: str, new: str = "an entirely new one") -> Any:
    form = {"current_password": current, "new_password": new, "repeated": new}
    return client.post("/password/", form, REMOTE_ADDR=HOME)


def test_the_present_password_is_not_guessed_at_its_change_either(person: Employee) -> None:
    client = Client()
    client.force_login(person)
    for _ in range(5):
        response = change(client, "wrong")
        assert response.context["form"].errors == {
            "current_password": [f"今のパスワードが違います。もう一度入力してください。{WAIT}"]
        }

    assert change(client, PASSWORD).status_code == 422
    assert not is_let_in()


def test_the_new_password_says_nothing_about_the_present_one(person: Employee) -> None:
    client = Client()
    client.force_login(person)

    response = change(client, "wrong", new=PASSWORD)

    assert list(response.context["form"].errors) == ["current_password"]


def test_a_change_with_the_right_password_uses_up_nothing(person: Employee) -> None:
    client = Client()
    client.force_login(person)
    for _ in range(6):
        assert change(client, PASSWORD, new="short").status_code == 422

    assert change(client, PASSWORD).status_code == 302


# --- the rows ------------------------------------------------------------------------------


def test_rows_name_neither_address_nor_person(person: Employee) -> None:
    fail(1)

    stored = str(list(LoginGuard.objects.values()))
    assert HOME not in stored
    assert "a001" not in stored
    assert "acme" not in stored


def test_rows_that_say_nothing_any_more_are_deleted(person: Employee, clock: Any) -> None:
    fail(1)
    clock.shift(timedelta(minutes=10))
    fail(1, "198.51.100.1", employee_id="a002")
    clock.shift(timedelta(minutes=5))

    forget_old_failures()

    assert sorted(len(row.failures) for row in LoginGuard.objects.all()) == [1, 1, 1]
    clock.shift(timedelta(minutes=10))
    forget_old_failures()
    assert LoginGuard.objects.count() == 0


def test_many_rows_are_deleted_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "_FORGOTTEN_AT_ONCE", 10)
    LoginGuard.objects.bulk_create([LoginGuard(key=str(n)) for n in range(25)])

    forget_old_failures()

    assert LoginGuard.objects.count() == 0


def test_forgetting_is_on_the_schedule() -> None:
    tasks = [entry["task"] for entry in app.conf.beat_schedule.values()]

    assert "employees.forget_old_failures" in tasks
    assert "employees.forget_old_failures" in app.tasks


def test_the_program_may_ask_without_a_browser(person: Employee) -> None:
    client = Client()

    assert client.login(company_code="acme", employee_id="a001", password=PASSWORD)
    assert not client.login(company_code="acme", employee_id="a001", password="wrong")
    assert sorted(len(row.failures) for row in LoginGuard.objects.all()) == [1, 1]
