"""X5: a 管理者 issues a one-time password to one person; it is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from companies import audit
from companies.models import AuditAction, AuditEntry
from companies.refusals import Refused
from employees.models import Employee
from employees.services.logins import OWN, issue_one_time_password
from tests.employees.accounts.steps import (
    NEW,
    TWICE,
    knows,
    log_in,
    new_person,
    password_in,
)
from tests.employees.logins import is_let_in
from tests.factories import (
    PASSWORD,
    AdministratorFactory,
    ApproverFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db


def address_of(person: Employee) -> str:
    return f"/employees/{person.pk}/password/"


def press(desk: Client, person: Employee, **values: Any) -> Any:
    page = desk.get(address_of(person))
    return desk.post(address_of(person), {"asked_at": page.context["asked_at"], **values})


def test_X5_the_whole_way(desk: Client, forgetful: Employee, client: Client) -> None:
    asking = desk.get(address_of(forgetful)).content.decode()
    assert forgetful.full_name in asking
    assert "ログイン中の端末ではログアウトします" in asking

    response = press(desk, forgetful)

    password = password_in(response.content.decode())
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert log_in(client, password)["Location"] == "/password/?next=%2F"
    assert client.get("/").status_code == 302  # nothing but the change
    assert "一時パスワードでログインしたため" in client.get("/password/").content.decode()
    assert client.post("/password/", {**TWICE}).status_code == 302
    assert log_in(Client(), password).status_code == 422
    assert log_in(Client(), NEW).status_code == 302


def test_X5_the_password_stands_nowhere_else(
    desk: Client, forgetful: Employee, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    password = password_in(press(desk, forgetful).content.decode())

    assert password not in caplog.text
    for session in Session.objects.all():
        assert password not in str(session.get_decoded())
    [entry] = AuditEntry.objects.for_company(forgetful.company)
    assert (entry.action, entry.changes, entry.reason) == (AuditAction.PASSWORD_ISSUED, {}, "")
    assert password not in str(entry.__dict__)
    assert password not in desk.get(address_of(forgetful)).content.decode()
    assert password not in str(desk.cookies)


def test_X5_loading_the_page_again_issues_nothing(desk: Client, forgetful: Employee) -> None:
    asked_at = desk.get(address_of(forgetful)).context["asked_at"]
    first = desk.post(address_of(forgetful), {"asked_at": asked_at})
    password = password_in(first.content.decode())

    again = desk.post(address_of(forgetful), {"asked_at": asked_at})

    assert again.status_code == 422
    assert "すでに再発行されています" in again.content.decode()
    assert password not in again.content.decode()
    assert knows(forgetful, password)


def test_X5_a_later_page_issues_another(desk: Client, forgetful: Employee) -> None:
    issued = timezone.now() - timedelta(minutes=1)
    Employee.objects.for_company(forgetful.company).filter(pk=forgetful.pk).update(
        password_expires_at=issued + timedelta(days=14)
    )

    assert press(desk, forgetful).status_code == 200


def test_X5_O3a_a_stopped_login_gets_none(desk: Client, forgetful: Employee) -> None:
    Employee.objects.for_company(forgetful.company).update(is_active=False)
    Employee.objects.for_company(forgetful.company).filter(employee_id="admin").update(
        is_active=True
    )
    desk.force_login(Employee.objects.for_company(forgetful.company).get(employee_id="admin"))

    page = desk.get(address_of(forgetful))
    response = desk.post(address_of(forgetful), {})

    assert "先にログインを再開してください" in page.content.decode()
    assert 'type="submit" class="btn btn-primary"' not in page.content.decode()
    assert response.status_code == 422
    assert knows(forgetful, PASSWORD)


def test_X5_another_administrator_gets_one_and_it_is_audited(
    desk: Client, administrator: Employee
) -> None:
    other = AdministratorFactory(company=administrator.company)
    assert "管理者です。本人の依頼" in desk.get(address_of(other)).content.decode()

    assert press(desk, other).status_code == 200

    [entry] = AuditEntry.objects.for_company(administrator.company)
    assert (entry.actor_id, entry.object_id) == (administrator.pk, other.pk)


def test_X5_for_oneself_there_is_the_password_change(desk: Client, administrator: Employee) -> None:
    page = desk.get(address_of(administrator)).content.decode()
    response = desk.post(address_of(administrator), {})

    assert OWN in page
    assert 'href="/password/"' in page
    assert response.status_code == 422
    assert knows(administrator, PASSWORD)
    with pytest.raises(Refused):
        issue_one_time_password(employee=administrator, actor=audit.person(administrator))


def test_X5_E9_linked_people_get_one_too(desk: Client, administrator: Employee) -> None:
    person = LinkedEmployeeFactory(company=administrator.company)

    assert press(desk, person).status_code == 200


def test_X5_the_initial_password_is_gone(desk: Client, administrator: Employee) -> None:
    person = new_person(administrator.company)

    press(desk, person)

    person.refresh_from_db()
    assert (person.is_initial_password, person.must_change_password) == (False, True)


def test_C2_whoever_failed_five_times_gets_in_with_it(desk: Client, forgetful: Employee) -> None:
    for _ in range(6):
        is_let_in(password="wrong")

    password = password_in(press(desk, forgetful).content.decode())

    assert is_let_in(password=password)


@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_C3_others_issue_nothing(
    client: Client, forgetful: Employee, factory: type[EmployeeFactory]
) -> None:
    client.force_login(factory(company=forgetful.company))

    assert client.get(address_of(forgetful)).status_code == 403
    assert client.post(address_of(forgetful)).status_code == 403
    assert knows(forgetful, PASSWORD)


def test_C1_a_person_of_another_company_does_not_exist(desk: Client) -> None:
    other = EmployeeFactory()

    assert desk.get(address_of(other)).status_code == 404
    assert desk.post(address_of(other)).status_code == 404
    assert knows(other, PASSWORD)


@pytest.mark.parametrize("asked_at", ["", "x", "-1", "9" * 30, "１"])
def test_what_the_page_carries_may_be_anything(
    desk: Client, forgetful: Employee, asked_at: str
) -> None:
    assert press(desk, forgetful, asked_at=asked_at).status_code == 200
