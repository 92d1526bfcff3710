"""Logins at the same time (C2): the limits hold, and nobody's change is undone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from employees.initial_password import InitialPasswordHasher
from employees.models import Employee, LoginGuard
from employees.services import guesses
from employees.tasks import forget_old_failures
from tests.employees.logins import (
    HOME,
    INITIAL,
    fail,
    is_let_in,
    newcomer,
    post,
    rename,
)

pytestmark = pytest.mark.django_db


THREADS = 10  # each has a connection, and other tests run beside


def at_once(act: Callable[[int], Any], times: int) -> list[Any]:
    """What `times` calls give, made by threads that start together."""
    threads = min(times, THREADS)
    start = threading.Barrier(threads)
    results: list[Any] = [None] * times

    def run(first: int) -> None:
        start.wait()
        try:
            for number in range(first, times, threads):
                results[number] = act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        for running in [pool.submit(run, first) for first in range(threads)]:
            running.result()
    return results


def places_taken(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One for each try from now on whose password is looked at."""
    places: list[object] = []
    take = guesses.take_place

    def taken(**values: Any) -> Any:
        place = take(**values)
        if place:
            places.append(place)
        return place

    monkeypatch.setattr(guesses, "take_place", taken)
    return places


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_fifty_guesses_at_once_get_five_checked(
    monkeypatch: pytest.MonkeyPatch, person: Employee, exists: bool, known: bool
) -> None:
    if known:  # the rows are there already
        assert is_let_in()
        fail(1, employee_id="nobody")
        LoginGuard.objects.update(failures=[])
    places = places_taken(monkeypatch)
    name = "a001" if exists else "nobody"

    results = at_once(lambda _: post(employee_id=name, password="wrong").status_code, 50)

    assert results == [422] * 50
    assert len(places) == 5
    rows = LoginGuard.objects.exclude(failures=[])
    assert sorted(len(row.failures) for row in rows) == [5, 5, 5]


@pytest.mark.django_db(transaction=True)
def test_S5_guesses_at_old_and_new_id_at_once_get_five_checked(
    monkeypatch: pytest.MonkeyPatch, person: Employee
) -> None:
    rename(person, "a009")
    places = places_taken(monkeypatch)

    results = at_once(
        lambda number: (
            post(
                f"198.51.100.{number}", employee_id=("a001", "a009")[number % 2], password="wrong"
            ).status_code
        ),
        30,
    )

    assert results == [422] * 30
    assert len(places) == 5


@pytest.mark.django_db(transaction=True)
def test_guesses_at_many_accounts_at_once_keep_the_limit_of_the_address() -> None:
    for number in range(90):
        guesses.take_place(
            company_code="acme", employee_id=f"x{number}", employee=None, address=HOME
        )

    def take(number: int) -> bool:
        place = guesses.take_place(
            company_code="acme", employee_id=f"y{number}", employee=None, address=HOME
        )
        return place is not None

    assert sorted(at_once(take, 30)) == [False] * 20 + [True] * 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("exists", [True, False])
def test_X5_thirty_who_ask_for_a_mail_at_once_get_three(person: Employee, exists: bool) -> None:
    def ask(number: int) -> bool:
        return guesses.may_ask_for_mail(
            company_code="acme",
            employee_id="a001" if exists else "nobody",
            employee=person if exists else None,
            address=f"198.51.100.{number}",
        )

    assert sorted(at_once(ask, 30)) == [False] * 27 + [True] * 3


@pytest.mark.django_db(transaction=True)
def test_right_passwords_at_once_are_all_given_back(person: Employee) -> None:
    results = at_once(lambda _: is_let_in(), 5)

    assert results == [True] * 5
    assert [row.failures for row in LoginGuard.objects.all()] == [[], [], []]


@pytest.mark.django_db(transaction=True)
def test_first_logins_at_once_all_keep_their_session(person: Employee) -> None:
    newcomer(person, "new-x")
    clients = [Client() for _ in range(5)]
    form = {"company_code": "acme", "employee_id": "new-x", "password": INITIAL}

    at_once(lambda number: clients[number].post("/login/", form), 5)

    assert [client.get("/password/").status_code for client in clients] == [200] * 5


@pytest.mark.django_db(transaction=True)
def test_a_first_login_does_not_undo_a_change_of_the_same_moment(
    monkeypatch: pytest.MonkeyPatch, person: Employee
) -> None:
    made = newcomer(person, "new-x")
    verify = InitialPasswordHasher.verify

    def verify_and_change(self: Any, password: str, encoded: str) -> bool:
        other = Employee.objects.for_company(person.company).get(pk=made.pk)
        other.set_password("an entirely new one")
        other.save()
        return verify(self, password, encoded)

    monkeypatch.setattr(InitialPasswordHasher, "verify", verify_and_change)

    assert not is_let_in(employee_id="new-x", password=INITIAL)
    made.refresh_from_db()
    assert made.check_password("an entirely new one")


@pytest.mark.django_db(transaction=True)
def test_logins_and_forgetting_at_once_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "WINDOW", -1.0)  # what is written says nothing any more at once

    def act(number: int) -> Any:
        if number % 3:
            return post(f"198.51.100.{number}", employee_id=f"x{number % 4}").status_code
        return forget_old_failures()

    assert set(at_once(act, 60)) == {None, 422}
