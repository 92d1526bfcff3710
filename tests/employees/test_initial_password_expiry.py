"""X5: initial passwords that lie unused expire where the company says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from employees.queries import unused_initial_passwords
from tests.employees.logins import INITIAL, is_let_in, newcomer
from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(person: Employee) -> Employee:
    """Someone with the initial password in the company of `person`."""
    return newcomer(person, "new-x")


def age(person: Employee, days: float) -> None:
    moment = timezone.now() - timedelta(days=days)
    Employee.objects.for_company(person.company).filter(pk=person.pk).update(created_at=moment)


def answer(company: Company, days: int | None) -> None:
    Company.objects.filter(pk=company.pk).update(initial_password_days=days)


def logs_in() -> bool:
    return is_let_in(employee_id="new-x", password=INITIAL)


@pytest.mark.parametrize(
    ("days", "old", "is_let_in"),
    [
        (None, 3650, True),
        (0, 3650, True),
        (30, 29.99, True),
        (30, 30, False),
        (90, 89.99, True),
        (90, 91, False),
    ],
)
def test_X5_an_unused_initial_password_expires(
    made: Employee, days: int | None, old: float, is_let_in: bool
) -> None:
    answer(made.company, days)
    age(made, old)

    assert logs_in() is is_let_in


def test_X5_turning_it_off_lets_people_in_again(made: Employee) -> None:
    age(made, 100)
    answer(made.company, 90)
    assert not logs_in()

    answer(made.company, 180)

    assert logs_in()


def test_X5_a_password_of_ones_own_never_expires(person: Employee) -> None:
    answer(person.company, 30)
    age(person, 1000)

    assert is_let_in()


def test_X5_whoever_uses_it_is_not_shut_out(made: Employee) -> None:
    """Where the company does not ask for a new password at the first login."""
    age(made, 100)
    assert logs_in()
    answer(made.company, 90)

    assert logs_in()
    used = timezone.now() - timedelta(days=90)
    Employee.objects.for_company(made.company).filter(pk=made.pk).update(last_login=used)
    assert not logs_in()


def test_X5_the_expiry_of_another_company_does_not_matter(made: Employee) -> None:
    answer(EmployeeFactory().company, 30)
    age(made, 100)

    assert logs_in()


def test_X5_the_number_of_people_shut_out_is_what_the_login_does(
    person: Employee, made: Employee
) -> None:
    age(made, 60)
    age(person, 60)
    age(newcomer(person, "suspended", is_active=False), 60)
    age(newcomer(EmployeeFactory(), "elsewhere"), 60)

    counts = unused_initial_passwords(person.company, [30, 60, 61])

    assert counts == {30: 1, 60: 1, 61: 0}
    answer(person.company, 60)
    assert not logs_in()
    answer(person.company, 61)
    assert logs_in()
