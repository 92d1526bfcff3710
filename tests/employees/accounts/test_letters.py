"""X5: one-time passwords for many people, one letter each, shown once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies import audit
from companies.models import AuditAction, AuditEntry
from companies.refusals import Refused
from employees.models import Employee
from employees.services import letters
from employees.services.letters import issue_letters
from employees.services.passwords import change_own_password
from tests.employees.accounts.steps import (
    INITIAL,
    ISSUE,
    TWICE,
    asked,
    knows,
    letters_in,
    log_in,
    new_person,
    once_issued,
)
from tests.factories import (
    PASSWORD,
    AdministratorFactory,
    EmployeeFactory,
    GroupFactory,
)

pytestmark = pytest.mark.django_db


def press(desk: Client, query: str = "", **values: str) -> Any:
    return desk.post(f"{ISSUE}{query}", {**asked(desk, query), **values})


def test_X5_one_letter_each_group_by_group(desk: Client, administrator: Employee) -> None:
    company = administrator.company
    top = GroupFactory(company=company, name="営業部")
    below = GroupFactory(company=company, name="一課", parent=top)
    new_person(company, employee_id="p-3", group=below, last_name="あ")
    new_person(company, employee_id="p-2", group=top, last_name="い")
    new_person(company, employee_id="p-1", group=top, last_name="あ")
    new_person(company, employee_id="p-4", last_name="あ")

    response = press(desk)

    page = response.content.decode()
    made = letters_in(page)
    assert list(made) == ["p-1", "p-2", "p-3", "p-4"]
    assert len(set(made.values())) == 4
    assert "営業部/一課" in page
    assert "no-store" in response["Cache-Control"]
    for code, password in made.items():
        assert log_in(Client(), INITIAL, code).status_code == 422
        browser = Client()
        assert log_in(browser, password, code)["Location"] == "/password/?next=%2F"
        assert browser.post("/password/", TWICE)["Location"] == "/"
    audited = AuditEntry.objects.for_company(company).filter(action=AuditAction.PASSWORD_ISSUED)
    assert audited.count() == 4
    texts = str(list(AuditEntry.objects.for_company(company).values()))
    assert not any(password in texts for password in made.values())


def test_X5_only_those_who_were_asked_about(desk: Client, administrator: Employee) -> None:
    company = administrator.company
    group = GroupFactory(company=company)
    inside = new_person(company, employee_id="inside", group=group)
    outside = new_person(company, employee_id="outside")
    own_password = EmployeeFactory(company=company, group=group)
    stopped = new_person(company, group=group, is_active=False)
    elsewhere = new_person(EmployeeFactory().company)
    everybody = [inside, outside, own_password, stopped, elsewhere, administrator]

    # Also where somebody writes the form by hand.
    query = f"?group={group.pk}"
    chosen = ",".join(str(p.pk) for p in everybody if p is not outside) + ",x,-1,9" + "9" * 30
    response = press(desk, query, chosen=chosen)

    assert list(letters_in(response.content.decode())) == ["inside"]
    assert knows(outside, INITIAL)
    assert knows(own_password, PASSWORD)
    assert knows(stopped, INITIAL)
    assert knows(elsewhere, INITIAL)
    assert knows(administrator, PASSWORD)


def test_X5_with_or_without_the_groups_below(desk: Client, administrator: Employee) -> None:
    company = administrator.company
    top = GroupFactory(company=company)
    new_person(company, employee_id="in-top", group=top)
    new_person(company, employee_id="in-below", group=GroupFactory(company=company, parent=top))

    page = desk.get(f"{ISSUE}?group={top.pk}").content.decode()
    alone = letters_in(press(desk, f"?group={top.pk}").content.decode())
    both = letters_in(press(desk, f"?group={top.pk}&below=on&kind=initial").content.decode())

    assert "下位のグループを含める（2名）" in page
    assert list(alone) == ["in-top"]
    assert list(both) == ["in-below"]  # the other has a one-time password by now


def test_X5_loading_the_page_again_issues_nothing(desk: Client, administrator: Employee) -> None:
    new_person(administrator.company, employee_id="a001")
    form = asked(desk)
    made = letters_in(desk.post(ISSUE, form).content.decode())

    again = desk.post(ISSUE, form)

    assert again.status_code == 422
    assert "すでに再発行されている" in again.content.decode()
    assert log_in(Client(), made["a001"]).status_code == 302


def test_X5_a_lost_page_is_made_good_by_another(desk: Client, administrator: Employee) -> None:
    person = new_person(administrator.company, employee_id="a001")
    press(desk)
    issued = timezone.now() - timedelta(minutes=1)
    Employee.objects.for_company(person.company).filter(pk=person.pk).update(
        password_expires_at=issued + timedelta(days=14)
    )

    made = letters_in(press(desk).content.decode())

    assert log_in(Client(), made["a001"]).status_code == 302


def test_X5_many_go_out_one_page_after_the_other(
    desk: Client, administrator: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "MOST", 2)
    for number in range(5):
        new_person(administrator.company, employee_id=f"p-{number}", last_name=str(number))
    seen, query = [], ""
    for remaining in (3, 1, 0):
        asking = desk.get(f"{ISSUE}{query}")
        response = press(desk, query)
        seen += list(letters_in(response.content.decode()))
        assert asking.context["later"] == remaining
        assert response.context["remaining"] == remaining
        query = f"?{response.context['more']}"

    assert seen == [f"p-{number}" for number in range(5)]
    assert desk.get(f"{ISSUE}{query}").context["batch"] == 0


def test_X5_without_a_page_nobodys_password_changes(
    desk: Client, administrator: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = new_person(administrator.company)
    form = asked(desk)
    monkeypatch.setattr("employees.accounts.views.unused.login_address", lambda: 1 / 0)
    desk.raise_request_exception = False

    assert desk.post(ISSUE, form).status_code == 500

    assert knows(person, INITIAL)
    assert not AuditEntry.objects.for_company(person.company).exists()


def test_X5_who_chose_a_password_meanwhile_keeps_it(desk: Client, administrator: Employee) -> None:
    company = administrator.company
    new_person(company, employee_id="a001")
    slow = new_person(company, employee_id="a002")
    form = asked(desk)
    browser = Client()
    log_in(browser, INITIAL)
    browser.post("/password/", TWICE)

    response = desk.post(ISSUE, form)

    assert list(letters_in(response.content.decode())) == ["a002"]
    assert "ほかの1名は、この間に" in response.content.decode()
    assert not knows(slow, INITIAL)


def test_X5_an_own_change_that_comes_too_late_is_refused(
    desk: Client, administrator: Employee
) -> None:
    """The letter counts: it was issued because somebody else may know the password."""
    person = new_person(administrator.company, employee_id="a001")
    stale = Employee.objects.for_company(person.company).get(pk=person.pk)
    made = letters_in(press(desk).content.decode())

    assert not change_own_password(employee=stale, new_password=TWICE["new_password"])
    assert log_in(Client(), made["a001"]).status_code == 302


def test_X5_oneself_is_not_among_them(administrator: Employee) -> None:
    company = administrator.company
    other = AdministratorFactory(company=company)
    for person in (administrator, other):
        once = once_issued(company, days_left=3)
        Employee.objects.for_company(company).filter(pk=person.pk).update(
            password_expires_at=once.password_expires_at
        )

    made = issue_letters(
        company=company,
        keys=[administrator.pk, other.pk],
        asked_at=timezone.now(),
        actor=audit.person(administrator),
    )

    assert [letter.employee.pk for letter in made] == [other.pk]
    with pytest.raises(Refused):
        issue_letters(
            company=company,
            keys=[administrator.pk],
            asked_at=timezone.now(),
            actor=audit.person(administrator),
        )


def test_the_number_of_queries_does_not_grow(desk: Client, administrator: Employee) -> None:
    counts = []
    for people in (1, 30):
        for _ in range(people):
            new_person(administrator.company)
        form = asked(desk, "?kind=initial")
        with CaptureQueriesContext(connection) as queries:
            desk.post(f"{ISSUE}?kind=initial", form)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_X5_two_who_press_at_once_make_one_letter(administrator: Employee) -> None:
    company = administrator.company
    other = AdministratorFactory(company=company)
    person = new_person(company)
    asked_at = timezone.now()

    def press(actor: Employee) -> list[str]:
        try:
            made = issue_letters(
                company=company, keys=[person.pk], asked_at=asked_at, actor=audit.person(actor)
            )
        except Refused:
            return []
        finally:
            connection.close()
        return [letter.password for letter in made]

    with ThreadPoolExecutor(2) as pool:
        [password] = chain.from_iterable(pool.map(press, [administrator, other]))

    assert knows(person, password)


def test_X5_five_hundred_take_no_slow_hash(administrator: Employee) -> None:
    people = [new_person(administrator.company) for _ in range(20)]

    made = issue_letters(
        company=administrator.company,
        keys=[person.pk for person in people],
        asked_at=timezone.now(),
        actor=audit.person(administrator),
    )

    stored = Employee.objects.for_company(administrator.company).filter(
        pk__in=[letter.employee.pk for letter in made]
    )
    assert {row.password.partition("$")[0] for row in stored} == {"initial_hmac"}
