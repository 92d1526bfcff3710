"""C3, X5: through whichever door a password, a role or a state changes, sessions end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from companies import audit
from employees.choices import Role
from employees.models import Employee
from employees.reset_keys import reset_key
from employees.services.letters import issue_letters
from employees.services.logins import issue_one_time_password, resume_login, stop_login
from employees.services.passwords import change_own_password
from employees.services.records import change_employee, change_employees
from employees.services.resets import reset_password
from employees.wanted import Wanted
from tests.factories import AdministratorFactory, ApproverFactory

pytestmark = pytest.mark.django_db
ACTOR = audit.command("test")
NEW = "an entirely new one"
Door = Callable[[Employee], object]


def edit(**wanted: object) -> Door:
    def act(person: Employee) -> None:
        change_employee(employee=person, wanted=Wanted(**wanted), actor=ACTOR)  # type: ignore[arg-type]

    return act


def edit_in_bulk(**wanted: object) -> Door:
    def act(person: Employee) -> None:
        change_employees(
            company=person.company,
            wanted={person.pk: Wanted(**wanted)},  # type: ignore[arg-type]
            actor=ACTOR,
        )

    return act


def issue(person: Employee) -> None:
    issue_one_time_password(employee=person, actor=ACTOR)


def issue_a_letter(person: Employee) -> None:
    soon = timezone.now() + timedelta(days=3)
    Employee.objects.for_company(person.company).filter(pk=person.pk).update(
        password_expires_at=soon
    )
    made = issue_letters(
        company=person.company, keys=[person.pk], asked_at=timezone.now(), actor=ACTOR
    )
    assert len(made) == 1


def reset_by_mail(person: Employee) -> None:
    person.refresh_from_db()
    assert reset_password(employee=person, key=reset_key(person), new_password=NEW)


def stop(person: Employee) -> None:
    stop_login(employee=person, actor=ACTOR)


def stop_and_resume(person: Employee) -> None:
    stop(person)
    resume_login(employee=person, actor=ACTOR)


def change_elsewhere(person: Employee) -> None:
    person.refresh_from_db()
    assert change_own_password(employee=person, new_password=NEW)


ENDING: dict[str, Door] = {
    "edit: password": edit(password=NEW),
    "edit: role": edit(role=Role.APPLICANT),
    "edit: role raised": edit(role=Role.ADMINISTRATOR),
    "bulk: password": edit_in_bulk(password=NEW),
    "bulk: role": edit_in_bulk(role=Role.APPLICANT),
    "one-time password": issue,
    "letter": issue_a_letter,
    "e-mail": reset_by_mail,
    "stop": stop,
    "stop and resume": stop_and_resume,
    "own change on another device": change_elsewhere,
}
KEEPING: dict[str, Door] = {
    "edit: name": edit(last_name="新姓"),
    "edit: 社員ID": edit(employee_id="a009"),
    "bulk: e-mail": edit_in_bulk(email="new@example.com"),
}


@pytest.fixture
def person(administrator: Employee) -> Employee:
    AdministratorFactory(company=administrator.company)  # C6
    return ApproverFactory(company=administrator.company)


@pytest.mark.parametrize(
    ("act", "status"),
    [
        *(pytest.param(act, 302, id=name) for name, act in ENDING.items()),
        *(pytest.param(act, 200, id=name) for name, act in KEEPING.items()),
    ],
)
def test_C3_X5_sessions_end_with_rights_and_with_nothing_else(
    person: Employee, act: Door, status: int
) -> None:
    browser = Client()
    browser.force_login(person)
    assert browser.get("/").status_code == 200

    act(person)

    assert browser.get("/").status_code == status


def test_X5_the_own_change_says_that_other_devices_are_logged_out(person: Employee) -> None:
    browser = Client()
    browser.force_login(person)

    page = browser.get("/password/").content.decode()

    assert "変更すると、ほかの端末ではログアウトします。" in page


def test_X5_a_change_that_comes_too_late_changes_nothing(person: Employee) -> None:
    browser = Client()
    browser.force_login(person)
    stale = Employee.objects.for_company(person.company).get(pk=person.pk)
    issue(person)

    assert not change_own_password(employee=stale, new_password=NEW)

    person.refresh_from_db()
    assert person.must_change_password
    assert not person.check_password(NEW)
