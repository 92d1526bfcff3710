"""Login with a 社員ID that the person left (S5): told the present one, not let in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from companies.models import AuditEntry
from config.celery import app
from employees.models import Employee, FormerEmployeeId, LoginGuard
from employees.services.former_ids import remember_former_ids
from employees.tasks import forget_former_ids
from tests.employees.logins import (
    INITIAL,
    fail,
    fail_at_newcomers,
    fail_elsewhere,
    is_let_in,
    is_told,
    newcomer,
    post,
    rename,
)
from tests.factories import PASSWORD, CompanyFactory, EmployeeFactory

pytestmark = pytest.mark.django_db
OTHERS = "another right password"


def colleague(person: Employee, employee_id: str) -> Employee:
    """With a password of their own."""
    made = EmployeeFactory(company=person.company, employee_id=employee_id)
    made.set_password(OTHERS)
    made.save()
    return made


def remembered() -> list[tuple[str, int]]:
    rows = FormerEmployeeId.objects.across_companies().order_by("former_id")
    return list(rows.values_list("former_id", "employee__pk"))


# --- told, and not let in ------------------------------------------------------------------


def test_S5_the_screen_tells_the_new_id(person: Employee) -> None:
    rename(person, "a009")

    response = post()

    text = response.content.decode()
    assert response.status_code == 422
    assert (
        "<p>社員IDが「a009」に変わりました。新しい社員IDでログインしてください。"
        "パスワードは変わっていません。</p>"
    ) in text
    assert "ログインできませんでした" not in text
    assert PASSWORD not in text


def test_S5_nobody_is_let_in_with_the_old_id(person: Employee) -> None:
    rename(person, "a009")
    before = Employee.objects.for_company(person.company).filter(pk=person.pk).values().get()
    client = Client()

    client.post("/login/", {"company_code": "acme", "employee_id": "a001", "password": PASSWORD})

    assert settings.SESSION_COOKIE_NAME not in client.cookies
    assert client.get("/password/").status_code == 302
    assert Employee.objects.for_company(person.company).values().get() == before
    assert not AuditEntry.objects.for_company(person.company).exists()
    assert is_let_in(employee_id="a009")


def test_S5_an_initial_password_is_told_too_and_stays_as_it_is(person: Employee) -> None:
    made = newcomer(person, "new-x")
    rename(made, "new-y")

    assert is_told("new-y", employee_id="new-x", password=INITIAL)

    stored = Employee.objects.for_company(person.company).get(pk=made.pk)
    assert (stored.password, stored.last_login) == (made.password, None)


def test_S5_each_old_id_leads_to_the_present_one(person: Employee) -> None:
    rename(person, "a002")
    rename(person, "a003")

    assert is_told("a003", employee_id="a001")
    assert is_told("a003", employee_id="a002")


def test_S5_an_id_that_came_back_is_an_ordinary_one(person: Employee) -> None:
    rename(person, "a002")
    rename(person, "a001")

    assert is_let_in()
    assert is_told("a001", employee_id="a002")


# --- whose it was, whose it is -------------------------------------------------------------


def test_S5_after_a_swap_each_id_is_that_of_its_present_holder(person: Employee) -> None:
    other = colleague(person, "a002")
    remember_former_ids(company=person.company, left={person.pk: "a001", other.pk: "a002"})
    for pk, employee_id in ((person.pk, "~1"), (other.pk, "a001"), (person.pk, "a002")):
        people = Employee.objects.for_company(person.company)
        people.filter(pk=pk).update(employee_id=employee_id)

    assert not is_told("a002", employee_id="a001")
    assert not is_told("a001", employee_id="a002", password=OTHERS)
    assert is_let_in(employee_id="a002")
    assert is_let_in(employee_id="a001", password=OTHERS)


def test_S5_an_id_that_another_person_has_now_is_not_told(person: Employee) -> None:
    rename(person, "a009")
    colleague(person, "a001")

    assert not is_told("a009")
    assert is_let_in(employee_id="a001", password=OTHERS)


def test_S5_an_id_that_several_left_leads_to_the_last(person: Employee) -> None:
    rename(person, "a009")
    other = colleague(person, "a001")
    rename(other, "a008")

    assert remembered() == [("a001", other.pk)]
    assert is_told("a008", password=OTHERS)
    assert not is_told("a009")


def test_S5_another_company_is_told_nothing(person: Employee) -> None:
    stranger = EmployeeFactory(company=CompanyFactory(code="other"), employee_id="b001")
    rename(stranger, "b002")
    rename(person, "a009")

    assert not is_told("b002", employee_id="b001")
    assert not is_told("a009", company_code="other")
    assert is_told("b002", company_code="other", employee_id="b001")


def test_S5_the_same_id_of_two_companies_leads_to_each_ones_own_person(person: Employee) -> None:
    stranger = EmployeeFactory(company=CompanyFactory(code="other"), employee_id="a001")
    rename(stranger, "b002")
    rename(person, "a009")

    assert is_told("a009")
    assert is_told("b002", company_code="other")


@pytest.mark.django_db(transaction=True)
def test_S5_C1_an_old_id_cannot_lead_into_another_company(person: Employee) -> None:
    stranger = EmployeeFactory(company=CompanyFactory(code="other"))

    with pytest.raises(IntegrityError), transaction.atomic():
        remember_former_ids(company=person.company, left={stranger.pk: "a001"})

    assert remembered() == []


def test_S5_old_ids_go_with_their_person(person: Employee) -> None:
    rename(person, "a009")

    person.delete()

    assert remembered() == []


# --- guesses -------------------------------------------------------------------------------


@pytest.mark.parametrize(("tried", "then"), [("a001", "a009"), ("a009", "a001"), ("a001", "a001")])
def test_S5_old_and_new_id_share_their_five_guesses(
    person: Employee, tried: str, then: str
) -> None:
    rename(person, "a009")
    fail(3, employee_id="a001")
    fail(2, "198.51.100.1", employee_id=tried)

    assert not is_told("a009", employee_id="a001")
    assert not is_let_in("198.51.100.2", employee_id=then)


def test_S5_a_new_id_gives_no_new_guesses(person: Employee) -> None:
    fail(5)

    rename(person, "a009")

    assert not is_let_in(employee_id="a009")
    assert not is_told("a009")


def test_S5_the_wait_ends_by_itself(person: Employee, clock: Any) -> None:
    rename(person, "a009")
    fail(5)

    clock.shift(timedelta(minutes=15))

    assert is_told("a009")
    assert is_let_in(employee_id="a009")


def test_S5_being_told_uses_up_no_guess(person: Employee) -> None:
    rename(person, "a009")
    for _ in range(7):
        assert is_told("a009")

    assert [row.failures for row in LoginGuard.objects.all()] == [[], [], []]


@pytest.mark.parametrize("second", ["a009", "nobody"])
def test_S5_what_tries_cost_does_not_tell_which_ids_belong_together(
    person: Employee, second: str
) -> None:
    rename(person, "a009")
    EmployeeFactory(company=person.company, employee_id="a002")

    fail(5)
    fail(5, employee_id=second)
    fail_elsewhere(89)

    assert is_let_in(employee_id="a002")
    fail_elsewhere(1, prefix="last")
    assert not is_let_in(employee_id="a002")


def test_S5_X5_initial_passwords_are_paused_by_their_old_id_too(person: Employee) -> None:
    rename(newcomer(person, "new-x"), "new-y")
    fail_at_newcomers(person)

    assert not is_told("new-y", employee_id="new-x", password=INITIAL)


# --- thirty days ---------------------------------------------------------------------------


def test_S5_the_31st_day_tells_nothing_any_more(person: Employee, clock: Any) -> None:
    rename(person, "a009")

    clock.shift(timedelta(days=30, seconds=-1))
    assert is_told("a009")

    clock.shift(timedelta(seconds=1))
    assert not is_told("a009")


def test_S5_the_days_count_from_the_last_time_it_was_left(person: Employee, clock: Any) -> None:
    rename(person, "a002")
    rename(person, "a001")
    clock.shift(timedelta(days=20))
    rename(person, "a002")

    clock.shift(timedelta(days=29))

    assert is_told("a002")


def test_S5_old_ids_are_forgotten_after_their_days(person: Employee, clock: Any) -> None:
    rename(person, "a002")
    clock.shift(timedelta(days=10))
    rename(person, "a003")
    clock.shift(timedelta(days=20))

    forget_former_ids()

    assert remembered() == [("a002", person.pk)]


def test_S5_forgetting_is_on_the_schedule() -> None:
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    entries = {entry["task"]: entry["schedule"] for entry in schedule.values()}

    hours = entries["employees.forget_former_ids"]
    assert (hours.hour, hours.minute) == ({4}, {10})
    assert "employees.forget_former_ids" in app.tasks
