"""X5: who still has the initial password, or a one-time password that was not used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from employees.accounts.choices import Kind
from employees.accounts.queries import Counts, counts_by_group, of_kind, unused_passwords
from employees.models import Employee
from tests.employees.accounts.steps import ISSUE, OVERVIEW, new_person, once_issued
from tests.employees.logins import is_let_in
from tests.factories import (
    PASSWORD,
    ApproverFactory,
    EmployeeFactory,
    GroupFactory,
    default_group_of,
)

pytestmark = pytest.mark.django_db


def age(person: Employee, days: float, field: str = "created_at") -> None:
    moment = timezone.now() - timedelta(days=days)
    Employee.objects.for_company(person.company).filter(pk=person.pk).update(**{field: moment})


@pytest.mark.parametrize("days", [None, 0, 30])
def test_X5_what_counts_as_expired_is_what_the_login_refuses(
    administrator: Employee, days: int | None
) -> None:
    company = administrator.company
    company.initial_password_days = days
    company.save()
    hers = {"password": administrator.password}
    people = [
        new_person(company),
        once_issued(company, days_left=1),
        once_issued(company, days_left=-1),
        new_person(company, last_login=timezone.now()),
        new_person(company, last_login=timezone.now() - timedelta(days=31)),
        new_person(company),
        EmployeeFactory(company=company),
    ]
    for person in (*people[3:],):
        age(person, 40)
    for person in people:  # so that all know the password
        Employee.objects.for_company(company).filter(pk=person.pk).update(**hers)

    found = of_kind(company, Kind.EXPIRED)

    refused = {
        person.pk
        for person in people
        if not is_let_in(employee_id=person.employee_id, password=PASSWORD)
    }
    assert set(found.values_list("pk", flat=True)) == refused
    assert len(refused) == (3 if days else 1)


def test_X5_counts_by_group(administrator: Employee) -> None:
    company = administrator.company
    company.initial_password_days = 30
    company.save()
    group = GroupFactory(company=company)
    age(new_person(company, group=group), 40)
    new_person(company, group=group)
    once_issued(company, days_left=-1, group=group)
    once_issued(company, days_left=3)
    new_person(company, is_active=False)
    EmployeeFactory(company=company, must_change_password=True)
    new_person(EmployeeFactory().company)

    counts = counts_by_group(company)

    default = default_group_of(company)
    assert counts == {group.pk: Counts(2, 1, 2), default.pk: Counts(0, 1, 0)}
    assert unused_passwords(company).count() == 4


@pytest.mark.parametrize(
    ("kind", "count"), [(Kind.ALL, 3), (Kind.INITIAL, 1), (Kind.ONE_TIME, 2), (Kind.EXPIRED, 1)]
)
def test_X5_kinds(administrator: Employee, kind: Kind, count: int) -> None:
    company = administrator.company
    new_person(company)
    once_issued(company, days_left=3)
    once_issued(company, days_left=-3)

    assert of_kind(company, kind).count() == count


@pytest.mark.parametrize(
    ("make", "verdict"),
    [
        (lambda company: None, "対応が必要なものはありません。"),
        (new_person, "まだ変更していない社員が1名います。期限が切れた社員はいません。"),
        (lambda company: once_issued(company, days_left=-1), "ログインできない社員が1名います。"),
    ],
)
def test_X5_the_first_line_says_whether_to_act(
    desk: Client, administrator: Employee, make: Callable[[Any], object], verdict: str
) -> None:
    make(administrator.company)

    assert verdict in desk.get(OVERVIEW).content.decode()


def shown(page: Any) -> list[str]:
    return [person.employee_id for person, _ in page.context["rows"]]


def test_X5_people_are_found_by_group_and_kind(desk: Client, administrator: Employee) -> None:
    company = administrator.company
    top = GroupFactory(company=company)
    below = GroupFactory(company=company, parent=top)
    new_person(company, employee_id="in-top", last_name="1", group=top)
    new_person(company, employee_id="in-below", last_name="2", group=below)
    once_issued(company, days_left=3, employee_id="once", last_name="3", group=below)
    new_person(company, employee_id="outside", last_name="4")

    def found(query: str) -> list[str]:
        return shown(desk.get(f"{OVERVIEW}?tab=people&{query}"))

    assert found("") == ["in-top", "in-below", "once", "outside"]
    assert found(f"group={top.pk}") == ["in-top"]
    assert found(f"group={top.pk}&below=on") == ["in-top", "in-below", "once"]
    assert found(f"group={top.pk}&below=on&kind=one_time") == ["once"]
    assert found("kind=initial") == ["in-top", "in-below", "outside"]
    assert found("kind=expired") == []


@pytest.mark.parametrize("query", ["group=0", "group=x", "group=999999", "kind=x", "group=%00"])
def test_what_does_not_exist_is_nobodys(desk: Client, administrator: Employee, query: str) -> None:
    new_person(administrator.company)
    foreign = GroupFactory()

    for address in (f"{OVERVIEW}?tab=people&{query}", f"{OVERVIEW}?tab=people&group={foreign.pk}"):
        assert shown(desk.get(address)) == []
    assert desk.get(f"{ISSUE}?{query}").context["chosen"] == ""


@pytest.mark.parametrize("query", ["", "?tab=people"])
def test_the_number_of_queries_does_not_grow(
    desk: Client, administrator: Employee, query: str
) -> None:
    company = administrator.company
    new_person(company)
    with CaptureQueriesContext(connection) as few:
        desk.get(f"{OVERVIEW}{query}")
    for _ in range(30):
        new_person(company, group=GroupFactory(company=company))

    with CaptureQueriesContext(connection) as many:
        page = desk.get(f"{OVERVIEW}{query}")

    assert len(page.context["rows"]) == 31
    assert len(many) == len(few)


@pytest.mark.parametrize("address", [OVERVIEW, ISSUE])
@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_C3_only_administrators_see_it(
    client: Client, administrator: Employee, address: str, factory: type[EmployeeFactory]
) -> None:
    client.force_login(factory(company=administrator.company))

    assert client.get(address).status_code == 403
    assert client.post(ISSUE, {"chosen": administrator.pk}).status_code == 403
