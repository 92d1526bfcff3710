"""X8: people made by hand are tied to crews by a person's word, and untied again."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from cards.models import BusinessCard
from companies.models import AuditAction, AuditEntry
from employees.choices import Role
from employees.models import Employee
from employees.services.removal import remove_employee
from groups.models import Group
from integrations.choices import (
    CandidateStatus,
    NotTied,
    Subject,
    TieStatus,
)
from integrations.models import DeletionCandidate, Tie
from integrations.services.ties import AccountChanged, judge, tie, untie
from integrations.sync.database import DatabaseLedger
from simulator.account import Account
from tests.factories import EmployeeFactory, IntegrationFactory, LinkedEmployeeFactory
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import counted, everything_stored
from tests.integrations.ties import (
    ACTOR,
    by_hand,
    candidate,
    crew_of,
    keys,
    survey,
    told,
)


@pytest.fixture(autouse=True)
def queue() -> Iterator[mock.Mock]:
    """The tests themselves are the workers."""
    with mock.patch.object(current_app, "send_task") as send_task:
        yield send_task


@pytest.fixture
def hanako(customer: Customer) -> Employee:
    group = Group.objects.create(company=customer.company, name="営業部")
    person = by_hand(
        customer,
        employee_id="hanako",
        last_name="佐藤",
        first_name="花子",
        email="hanako@example.com",
        role=Role.APPROVER,
        group=group,
    )
    BusinessCard.objects.create(company=customer.company, employee=person, title="課長")
    return person


def test_X8_a_tied_person_is_updated_and_not_doubled(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    crew = account.add_crew(
        emp_code="00027", last_name="佐藤", first_name="華子", email="hanako@example.com"
    )
    run = survey(customer)
    password = hanako.password

    done = tie(company=customer.company, ties=keys(run), actor=ACTOR)

    assert ([row.employee_id for row in done.done], done.left_out) == ([hanako.pk], [])
    assert crew_of(hanako) == crew
    assert (hanako.employee_id, hanako.first_name) == ("hanako", "花子")  # not before the sync
    answer = customer.sync()
    assert (answer.code, answer["employees"]) == (0, counted(updated=1))
    assert answer["login_changes"] == [{"from": "hanako", "to": "00027"}]
    hanako.refresh_from_db()
    assert (hanako.employee_id, hanako.first_name) == ("00027", "華子")
    assert (hanako.role, hanako.group.name, hanako.password) == (Role.APPROVER, "営業部", password)
    assert hanako.is_initial_password is False
    assert [card.title for card in hanako.cards.all()] == ["課長"]
    assert Employee.objects.for_company(customer.company).count() == 2


def test_X8_the_audit_log_tells_it_without_ids(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    account.add_crew(emp_code="00027", last_name="佐藤", first_name="花子")
    run = survey(customer)

    tie(company=customer.company, ties=keys(run), actor=ACTOR)
    untie(company=customer.company, ties=keys(run), actor=ACTOR)

    entries = AuditEntry.objects.for_company(customer.company).filter(
        action__in=[AuditAction.TIED, AuditAction.UNTIED]
    )
    assert [(e.action, e.object_id, e.object_label, e.changes) for e in entries.order_by("pk")] == [
        ("tied", hanako.pk, "佐藤 花子（hanako）", {"smarthr": [None, "佐藤 花子（00027）"]}),
        ("untied", hanako.pk, "佐藤 花子（hanako）", {"smarthr": ["佐藤 花子（00027）", None]}),
    ]


def test_X8_an_undone_tie_leaves_an_ordinary_employee(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    crew = account.add_crew(emp_code="00027", email="hanako@example.com")
    run = survey(customer)
    tie(company=customer.company, ties=keys(run), actor=ACTOR)
    customer.sync()

    undone = untie(company=customer.company, ties=keys(run), actor=ACTOR)

    assert (len(undone.done), undone.left_out) == (1, [])
    assert crew_of(hanako) is None
    assert (hanako.source, hanako.source_read_at, hanako.source_updated_at) == ({}, None, None)
    assert hanako.employee_id == "00027"  # what the sync wrote stays
    answer = customer.sync()
    assert answer["employees"] == counted(created=1)
    assert answer.reasons(crew) == ["employee_id_taken"]
    # And the tie can be made no more: the crew has an employee of its own.
    again = tie(company=customer.company, ties=keys(run), actor=ACTOR)
    assert told(again.left_out) == [(str(hanako), NotTied.TAKEN)]


def test_X8_a_second_click_does_nothing(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    account.add_crew(email="hanako@example.com")
    run = survey(customer)
    tie(company=customer.company, ties=keys(run), actor=ACTOR)
    before = everything_stored()

    again = tie(company=customer.company, ties=keys(run), actor=ACTOR)

    assert (again.done, told(again.left_out)) == ([], [(str(hanako), NotTied.ALREADY)])
    assert everything_stored() == before


def test_X8_many_clicks_at_once_tie_once(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    account.add_crew(email="hanako@example.com")
    run = survey(customer)
    chosen = keys(run)

    results = at_once(5, lambda: len(tie(company=customer.company, ties=chosen, actor=ACTOR).done))

    assert sorted(results) == [0, 0, 0, 0, 1]
    assert AuditEntry.objects.for_company(customer.company).filter(action="tied").count() == 1


def at_once(times: int, act: Callable[[], int]) -> list[int]:
    results: list[int] = []
    barrier = threading.Barrier(times)

    def click() -> None:
        barrier.wait()
        try:
            results.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_X8_two_crews_for_one_and_one_crew_for_two_are_refused_by_name(
    customer: Customer, account: Account
) -> None:
    both = by_hand(customer, employee_id="a01", last_name="佐藤", first_name="一")
    first = by_hand(customer, employee_id="b01", last_name="鈴木", first_name="二")
    second = by_hand(customer, employee_id="c01", last_name="鈴木", first_name="二")
    fine = by_hand(customer, employee_id="d01", last_name="田中", first_name="三")
    for name in (("佐藤", "一"), ("佐藤", "一"), ("鈴木", "二"), ("田中", "三")):
        account.add_crew(last_name=name[0], first_name=name[1])
    run = survey(customer)

    verdict = tie(company=customer.company, ties=keys(run), actor=ACTOR)

    assert [row.employee_id for row in verdict.done] == [fine.pk]
    assert told(verdict.left_out) == [
        (str(both), NotTied.TWO_THERE),
        (str(first), NotTied.TWO_HERE),
        (str(second), NotTied.TWO_HERE),
    ]
    assert crew_of(both) is crew_of(first) is crew_of(second) is None


def test_X8_whoever_is_linked_otherwise_meanwhile_is_refused_by_name(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    crew = account.add_crew(email="hanako@example.com")
    run = survey(customer)
    stranger = uuid.uuid4()
    Employee.objects.for_company(customer.company).filter(pk=hanako.pk).update(smarthr_id=stranger)

    linked = tie(company=customer.company, ties=keys(run), actor=ACTOR)
    Employee.objects.for_company(customer.company).filter(pk=hanako.pk).update(smarthr_id=None)
    LinkedEmployeeFactory(company=customer.company, smarthr_id=crew)
    taken = tie(company=customer.company, ties=keys(run), actor=ACTOR)

    assert told(linked.left_out) == [(str(hanako), NotTied.LINKED)]
    assert told(taken.left_out) == [(str(hanako), NotTied.TAKEN)]
    assert linked.done == taken.done == []


def test_X8_a_deleted_person_is_said_to_be_gone(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    account.add_crew(email="hanako@example.com")
    chosen = keys(survey(customer))
    with transaction.atomic():
        remove_employee(employee=hanako, actor=ACTOR)

    verdict = tie(company=customer.company, ties=chosen, actor=ACTOR)

    assert (verdict.done, told(verdict.left_out)) == ([], [("", NotTied.GONE)])


def test_C1_ties_of_another_company_do_not_exist(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    account.add_crew(email="hanako@example.com")
    chosen = keys(survey(customer))
    stranger = EmployeeFactory().company
    IntegrationFactory(company=stranger)

    for act in (tie, untie):
        verdict = act(company=stranger, ties=chosen, actor=ACTOR)
        assert (verdict.done, told(verdict.left_out)) == ([], [("", NotTied.GONE)])
    assert crew_of(hanako) is None


def test_T5_ids_of_another_account_are_tied_to_nobody(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    account.add_crew(email="hanako@example.com")
    run = survey(customer)
    # Another setting changes nothing; another account does.
    customer.configure("--retired", "skip")
    assert len(judge(company=customer.company, ties=keys(run)).done) == 1
    customer.configure("--subdomain", "elsewhere")

    with pytest.raises(AccountChanged):
        judge(company=customer.company, ties=keys(run))
    with pytest.raises(AccountChanged):
        tie(company=customer.company, ties=keys(run), actor=ACTOR)
    assert crew_of(hanako) is None


def test_X8_a_question_about_the_former_link_goes_with_it(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    account.add_crew(email="hanako@example.com")
    run = survey(customer)
    tie(company=customer.company, ties=keys(run), actor=ACTOR)
    hanako.refresh_from_db()
    candidate(customer, hanako, status=CandidateStatus.DISMISSED)

    untie(company=customer.company, ties=keys(run), actor=ACTOR)

    assert not DeletionCandidate.objects.for_company(customer.company).exists()


def test_X8_untying_is_refused_where_the_link_is_another_by_now(
    customer: Customer, account: Account, hanako: Employee
) -> None:
    account.add_crew(email="hanako@example.com")
    run = survey(customer)
    never = untie(company=customer.company, ties=keys(run), actor=ACTOR)
    tie(company=customer.company, ties=keys(run), actor=ACTOR)
    Employee.objects.for_company(customer.company).filter(pk=hanako.pk).update(
        smarthr_id=uuid.uuid4()
    )

    changed = untie(company=customer.company, ties=keys(run), actor=ACTOR)

    for verdict in (never, changed):
        assert (verdict.done, told(verdict.left_out)) == ([], [(str(hanako), NotTied.LINKED)])


def test_X8_tying_thousands_takes_few_queries(
    customer: Customer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run = survey(customer)
    people = [
        Employee(
            company=customer.company,
            employee_id=f"p{number:05d}",
            last_name="姓",
            group=customer.default_group,
            login_key=uuid.uuid4().hex,
        )
        for number in range(2000)
    ]
    Employee.objects.bulk_create(people)
    Tie.objects.bulk_create(
        [
            Tie(
                company=customer.company,
                run=run,
                subject=Subject.EMPLOYEE,
                employee=person,
                smarthr_id=uuid.uuid4(),
                matched=["emp_code"],
            )
            for person in people
        ]
    )
    chosen = keys(run)

    # Of these 25 are SQLite's inserts of 2,000 lines of the audit log, 83 at once.
    with django_assert_max_num_queries(64):
        done = tie(company=customer.company, ties=chosen, actor=ACTOR)

    assert len(done.done) == 2000
    statuses = Tie.objects.for_company(customer.company).values_list("status", flat=True)
    assert set(statuses) == {TieStatus.TIED}


def on_each_page(when: str, act: Callable[[int], None]) -> Any:
    """Acts before a page is applied, between two steps; or while it is: within one, a tie waits."""
    name = {"before": "hold_page", "after": "save_page"}[when]
    original = getattr(DatabaseLedger, name)

    def call(ledger: DatabaseLedger, page: Any) -> None:
        original(ledger, page)
        act(page.number)

    return mock.patch.object(DatabaseLedger, name, call)


@pytest.mark.parametrize("when", ["before", "after"])
def test_X8_a_tie_while_a_sync_goes_on_neither_breaks_nor_doubles(
    customer: Customer, account: Account, hanako: Employee, when: str
) -> None:
    for _ in range(120):
        account.add_crew()
    crew = account.add_crew(last_name="佐藤", first_name="花子", email=None)
    run = survey(customer)
    page = {"before": 1, "after": 2}[when]  # the crew stands on the second one
    verdicts: list[Any] = []

    def act(number: int) -> None:
        if number == page and not verdicts:
            # In its own connection where there is one, so that the sync sees it appear.
            verdicts.append(None)
            threads.append(threading.Thread(target=click))
            threads[0].start()
            if when == "before":
                threads[0].join()

    threads: list[threading.Thread] = []

    def click() -> None:
        try:
            verdicts[0] = tie(company=customer.company, ties=keys(run), actor=ACTOR)
        finally:
            connection.close()

    if connection.vendor == "sqlite" and when == "before":
        pytest.skip("SQLite has one writer at a time")
    with on_each_page(when, act):
        answer = customer.sync()
    for thread in threads:
        thread.join()

    assert answer.code == 0
    people = Employee.objects.for_company(customer.company)
    assert people.filter(smarthr_id=crew).count() == 1
    if verdicts[0].done:
        assert crew_of(hanako) == crew
        assert people.linked().count() == 121
    else:
        assert told(verdicts[0].left_out) == [(str(hanako), NotTied.TAKEN)]
    assert customer.sync()["employees"]["created"] == 0
