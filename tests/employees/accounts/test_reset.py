"""X5: setting a new password with the key from a mail."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.utils import timezone

from companies.models import AuditAction, AuditEntry
from employees.choices import Role
from employees.models import Employee
from employees.passwords import COMMON, HOLDS_BIRTH_DATE, HOLDS_COMPANY_CODE, TOO_SHORT
from employees.reset_keys import reset_key
from employees.services.resets import reset_password, send_reset_mail
from tests.employees.accounts.steps import (
    INITIAL,
    NEW,
    TWICE,
    knows,
    log_in,
    mailed_link,
    new_person,
    once_issued,
)
from tests.factories import PASSWORD, EmployeeFactory

pytestmark = pytest.mark.django_db
Outbox = list[EmailMessage]


def opened(client: Client, link: str) -> str:
    """Opens the link of a mail; the address of the page it leads to."""
    response = client.get(link)
    assert response.status_code == 302
    return str(response["Location"])


def test_X5_the_whole_way(client: Client, forgetful: Employee, mailoutbox: Outbox) -> None:
    page = opened(client, mailed_link(forgetful, mailoutbox))

    assert page == f"/password/reset/{forgetful.login_key}/"  # without the key
    assert client.get(page).status_code == 200
    response = client.post(page, TWICE, follow=True)

    assert response.redirect_chain == [("/login/", 302)]
    assert "新しいパスワードでログインしてください" in response.content.decode()
    assert response.context["form"].initial == {"company_code": "acme"}
    assert log_in(client, NEW)["Location"] == "/"
    entries = AuditEntry.objects.for_company(forgetful.company).order_by("pk")
    actions = [(entry.action, entry.object_id, entry.changes) for entry in entries]
    assert actions[0] == (AuditAction.PASSWORD_RESET, forgetful.pk, {})


def test_X5_a_key_works_once(client: Client, forgetful: Employee, mailoutbox: Outbox) -> None:
    link = mailed_link(forgetful, mailoutbox)
    other = Client()
    page, same = opened(client, link), opened(other, link)
    client.post(page, TWICE)

    response = other.post(same, {"new_password": "a third one 123", "repeated": "a third one 123"})

    assert response.status_code == 410
    assert "このリンクは使えません" in response.content.decode()
    assert knows(forgetful, NEW)
    assert Client().get(link).status_code == 410


@pytest.mark.parametrize(("minutes", "status"), [(59, 302), (61, 410)])
def test_X5_a_key_is_good_for_an_hour(
    client: Client, forgetful: Employee, mailoutbox: Outbox, minutes: int, status: int
) -> None:
    link = mailed_link(forgetful, mailoutbox)

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert client.get(link).status_code == status


def change(**values: Any) -> Callable[[Employee], None]:
    def write(person: Employee) -> None:
        Employee.objects.for_company(person.company).filter(pk=person.pk).update(**values)

    return write


def stop_and_resume(person: Employee) -> None:
    change(is_active=False)(person)
    change(is_active=True)(person)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(change(email="new@example.com"), id="e-mail"),
        pytest.param(change(role=Role.APPROVER), id="role"),
        pytest.param(change(is_active=False), id="stopped"),
        pytest.param(stop_and_resume, id="stopped and resumed"),
        pytest.param(change(password="another"), id="password"),
        pytest.param(lambda person: log_in(Client(), PASSWORD), id="login"),
        pytest.param(lambda person: person.delete(), id="deleted"),
    ],
)
@pytest.mark.parametrize("is_open", [False, True])
def test_X5_a_key_dies_with_what_it_was_made_of(
    client: Client,
    forgetful: Employee,
    mailoutbox: Outbox,
    act: Callable[[Employee], None],
    is_open: bool,
) -> None:
    link = mailed_link(forgetful, mailoutbox)
    page = opened(client, link) if is_open else ""
    act(forgetful)

    response = client.post(page, TWICE) if is_open else client.get(link)

    assert response.status_code == 410
    rest = Employee.objects.for_company(forgetful.company_id).filter(last_name=forgetful.last_name)
    assert [person for person in rest if person.check_password(NEW)] == []


def test_X5_a_key_that_died_while_the_form_was_read_sets_nothing(
    forgetful: Employee, mailoutbox: Outbox
) -> None:
    link = mailed_link(forgetful, mailoutbox)
    key = link.partition("?key=")[2]
    change(email="new@example.com")(forgetful)

    assert not reset_password(employee=forgetful, key=key, new_password=NEW)
    assert knows(forgetful, PASSWORD)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link, other: link[:-1] + ("A" if link[-1] != "A" else "B"),
        lambda link, other: link.replace(link.split("/")[3], other.login_key),
        lambda link, other: link.replace(link.split("/")[3], "f" * 32),
        lambda link, other: f"/password/reset/{other.login_key}/",
        lambda link, other: f"/password/reset/{other.login_key}/?key=",
        lambda link, other: f"/password/reset/{other.login_key}/?key=%00",
        lambda link, other: "/password/reset/%00/?key=x",
        lambda link, other: "/password/reset/" + "x" * 5000 + "/",
    ],
)
def test_X5_C1_a_key_opens_nothing_else(
    client: Client, forgetful: Employee, mailoutbox: Outbox, spoil: Callable[[str, Employee], str]
) -> None:
    other = EmployeeFactory(company=forgetful.company, email="other@example.com")
    elsewhere = EmployeeFactory(email="x@example.com")
    link = mailed_link(forgetful, mailoutbox)

    for person in (other, elsewhere):
        assert client.get(spoil(link, person)).status_code in {404, 410}


def test_X5_a_key_in_the_session_is_of_one_person(
    client: Client, forgetful: Employee, mailoutbox: Outbox
) -> None:
    other = EmployeeFactory(company=forgetful.company, email="other@example.com")
    opened(client, mailed_link(forgetful, mailoutbox))

    response = client.post(f"/password/reset/{other.login_key}/", TWICE)

    assert response.status_code == 410
    assert knows(other, PASSWORD)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", TOO_SHORT),
        ("my-ACME-password", HOLDS_COMPANY_CODE),
        ("password1234", COMMON),
        (INITIAL, HOLDS_COMPANY_CODE),
        ("born-1990-04-01-yes", HOLDS_BIRTH_DATE),
    ],
)
def test_X5_the_rules_for_passwords_hold(
    client: Client, administrator: Employee, mailoutbox: Outbox, password: str, problem: str
) -> None:
    person = new_person(administrator.company, email="hanako@example.com")
    page = opened(client, mailed_link(person, mailoutbox))

    response = client.post(page, {"new_password": password, "repeated": password})

    assert response.status_code == 422
    assert response.context["form"].errors["new_password"] == [problem]
    assert knows(person, INITIAL)


@pytest.mark.parametrize("kind", ["initial", "one-time"])
def test_X5_an_expired_password_is_replaced(
    client: Client, administrator: Employee, mailoutbox: Outbox, kind: str
) -> None:
    company = administrator.company
    company.initial_password_days = 30
    company.save()
    values = {"employee_id": "a001", "email": "hanako@example.com"}
    person = (
        new_person(company, **values)
        if kind == "initial"
        else once_issued(company, days_left=-1, **values)
    )
    long_ago = timezone.now() - timedelta(days=100)
    change(created_at=long_ago)(person)
    assert log_in(Client(), INITIAL if kind == "initial" else PASSWORD).status_code == 422

    client.post(opened(client, mailed_link(person, mailoutbox)), TWICE)

    assert log_in(client, NEW)["Location"] == "/"  # no further change is asked for
    person.refresh_from_db()
    assert (person.is_initial_password, person.must_change_password) == (False, False)
    assert person.password_expires_at is None


def test_X5_whoever_failed_five_times_gets_in_with_the_new_one(
    client: Client, forgetful: Employee, mailoutbox: Outbox
) -> None:
    for _ in range(5):
        log_in(Client(), "wrong")
    assert log_in(Client(), PASSWORD).status_code == 422

    client.post(opened(client, mailed_link(forgetful, mailoutbox)), TWICE)

    assert log_in(client, NEW).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_X5_two_who_use_a_key_at_once_set_one_password(forgetful: Employee) -> None:
    key = reset_key(forgetful)

    def use(new_password: str) -> bool:
        try:
            return reset_password(employee=forgetful, key=key, new_password=new_password)
        finally:
            connection.close()

    wanted = ["the first of two", "the second of two"]
    with ThreadPoolExecutor(2) as pool:
        done = dict(zip(wanted, pool.map(use, wanted), strict=True))

    [password] = [text for text, worked in done.items() if worked]
    assert knows(forgetful, password)


def test_X5_whoever_was_logged_in_in_the_browser_is_not_any_more(
    desk: Client, forgetful: Employee, mailoutbox: Outbox
) -> None:
    page = opened(desk, mailed_link(forgetful, mailoutbox))

    desk.post(page, TWICE)

    assert desk.get("/employees/").status_code == 302
    assert not Session.objects.exists()


def test_X5_the_key_is_in_no_log(
    client: Client,
    forgetful: Employee,
    mailoutbox: Outbox,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level("DEBUG")
    link = mailed_link(forgetful, mailoutbox)
    key = link.partition("?key=")[2]
    client.raise_request_exception = False
    monkeypatch.setattr("employees.accounts.views.resets.who_resets", lambda **_: 1 / 0)

    response = client.get(link)

    assert response.status_code == 500
    assert f"/password/reset/{forgetful.login_key}/" in caplog.text
    assert key not in caplog.text


def test_a_scanner_that_opens_the_link_uses_nothing_up(
    client: Client, forgetful: Employee, mailoutbox: Outbox
) -> None:
    link = mailed_link(forgetful, mailoutbox)
    for _ in range(3):
        Client().get(link, follow=True)
        Client().head(link)

    assert client.post(opened(client, link), TWICE).status_code == 302
    assert send_reset_mail(forgetful.pk)
