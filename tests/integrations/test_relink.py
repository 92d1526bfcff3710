"""X12, T5: linked records follow their people to another account, and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from celery import current_app

from cards.models import BusinessCard
from companies.models import AuditEntry
from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from integrations.choices import (
    RunStatus,
)
from integrations.models import DeletionCandidate, RunRecord
from integrations.reasons import Reason
from integrations.services.connection import ConnectionChanges, configure
from integrations.services.ties import tie, untie
from simulator.account import Account
from simulator.server import Simulator, start_simulator
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.sync.people import counted
from tests.integrations.ties import (
    ACTOR,
    OTHER_TOKEN,
    RELINK,
    add_account,
    candidate,
    crew_of,
    keys,
    pairs,
    survey,
)


@pytest.fixture(autouse=True)
def queue() -> Iterator[mock.Mock]:
    """The tests themselves are the workers."""
    with mock.patch.object(current_app, "send_task") as send_task:
        yield send_task


@pytest.fixture
def simulator(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    monkeypatch.setattr("integrations.pacing._SPACING", 0.001)
    with start_simulator() as running:
        settings.SMARTHR_API_URL = running.api_url_template
        yield running


@pytest.fixture
def account(simulator: Simulator) -> Account:
    return add_account(simulator, "acme", TOKEN)


@pytest.fixture
def other(simulator: Simulator) -> Account:
    """Another company's account."""
    return add_account(simulator, "other", OTHER_TOKEN)


@pytest.fixture
def moved(customer: Customer, account: Account, other: Account) -> list[Employee]:
    """Three linked people with their groups, whose company has moved to another account."""
    for one, place in ((account, ""), (other, "新")):
        top = one.add_department("本社")
        sales = one.add_department("営業部", parent=top)
        one.add_department(f"{place}総務部", parent=top)
        for number in range(3):
            one.add_crew(
                emp_code=f"0000{number}",
                last_name="佐藤",
                first_name=f"{place}{number}",
                email=f"{place and 'new'}{number}@example.com",
                department_ids=[sales],
            )
    account.add_crew(emp_code="LEFT", last_name="退社", first_name="予定")
    for _ in range(2):
        account.add_crew(emp_code=None, last_name="同番", first_name="不明")
    customer.configure("--department-slot", "1")
    assert customer.sync().code == 0
    people = list(
        Employee.objects.for_company(customer.company)
        .filter(last_name="佐藤")
        .order_by("employee_id")
    )
    BusinessCard.objects.create(company=customer.company, employee=people[0], title="課長")
    Employee.objects.for_company(customer.company).filter(pk=people[0].pk).update(
        role=Role.APPROVER
    )
    customer.configure("--subdomain", "other", token=OTHER_TOKEN)
    stopped = customer.sync()
    assert (stopped.code, stopped["status"]) == (3, "needs_confirmation")
    return people


def test_X12_linked_people_and_groups_are_offered_for_the_new_ids(
    customer: Customer, other: Account, moved: list[Employee]
) -> None:
    run = survey(customer, RELINK)

    assert run.status == RunStatus.SUCCEEDED
    assert pairs(run) == {
        ("佐藤 0（00000）", "佐藤 新0（00000）"): ["emp_code"],
        ("佐藤 1（00001）", "佐藤 新1（00001）"): ["emp_code"],
        ("佐藤 2（00002）", "佐藤 新2（00002）"): ["emp_code"],
        ("本社", "本社"): ["path"],
        ("営業部", "本社/営業部"): ["path"],
    }
    found = run.progress["survey"]
    assert (found["proposed"], found["ambiguous"], found["unmatched"]) == (3, 0, 3)
    assert (found["groups_proposed"], found["groups_unmatched"]) == (2, 1)
    left = RunRecord.objects.for_company(customer.company).filter(run=run)
    assert sorted({(row.label.split("（")[0], row.reason) for row in left}) == [
        ("同番 不明", "tie_unmatched"),
        ("本社/総務部", "tie_unmatched"),
        ("退社 予定", "tie_unmatched"),
    ]
    assert customer.integration.account_unchecked


def test_X12_a_number_that_two_have_is_named_and_not_offered(
    customer: Customer, other: Account, moved: list[Employee]
) -> None:
    other.add_crew(emp_code="00001", last_name="別人")

    run = survey(customer, RELINK)

    assert ("佐藤 1（00001）", "佐藤 新1（00001）") not in pairs(run)
    assert run.progress["survey"]["ambiguous"] == 1
    named = RunRecord.objects.for_company(customer.company).get(reason=Reason.TIE_AMBIGUOUS)
    assert named.label == "佐藤 1（00001）"


def test_X12_the_number_is_the_one_that_smarthr_last_said(
    customer: Customer, other: Account, moved: list[Employee]
) -> None:
    person = moved[0]
    # As where the number could not become the 社員ID (E3).
    Employee.objects.for_company(customer.company).filter(pk=person.pk).update(
        source={"emp_code": "番号1"}
    )
    other.add_crew(emp_code="番号1", last_name="佐藤", first_name="番号")

    assert pairs(survey(customer, RELINK))[str(person), "佐藤 番号（番号1）"] == ["emp_code"]


def test_X12_re_linked_people_are_not_doubled_and_keep_what_is_theirs(
    customer: Customer, other: Account, moved: list[Employee]
) -> None:
    former = {person.pk: crew_of(person) for person in moved}
    run = survey(customer, RELINK)

    verdict = tie(company=customer.company, ties=keys(run), actor=ACTOR)

    assert (len(verdict.done), verdict.left_out) == (5, [])
    assert not customer.integration.account_unchecked
    answer = customer.sync()
    assert (answer.code, answer["status"]) == (3, "needs_confirmation")  # about those left over
    assert answer["employees"] == counted(updated=3)
    assert answer["departments"] == counted(created=1, unchanged=2)
    assert len(answer["deletion_candidates"]) == 3
    for number, person in enumerate(moved):
        new = crew_of(person)
        assert new in other.crews
        assert new != former[person.pk]
        assert (person.employee_id, person.first_name) == (f"0000{number}", f"新{number}")
        assert person.email == f"new{number}@example.com"
        assert person.group.name == "営業部"
    assert moved[0].role == Role.APPROVER
    assert [card.title for card in moved[0].cards.all()] == ["課長"]
    assert Employee.objects.for_company(customer.company).count() == 7
    assert Group.objects.for_company(customer.company).filter(name="営業部").count() == 1
    confirmed = AuditEntry.objects.for_company(customer.company).filter(action="configured").last()
    assert confirmed is not None
    assert confirmed.changes == {"account": [None, "確認済み"]}


def test_X12_undone_it_is_as_before_and_the_account_is_asked_about_again(
    customer: Customer, moved: list[Employee]
) -> None:
    former = {person.pk: crew_of(person) for person in moved}
    run = survey(customer, RELINK)
    tie(company=customer.company, ties=keys(run), actor=ACTOR)

    undone = untie(company=customer.company, ties=keys(run), actor=ACTOR)

    assert (len(undone.done), undone.left_out) == (5, [])
    assert {person.pk: crew_of(person) for person in moved} == former
    assert customer.integration.account_unchecked
    stopped = customer.sync()
    assert (stopped.code, stopped["employees"]) == (3, counted())
    # And once more, from the same proposals.
    assert len(tie(company=customer.company, ties=keys(run), actor=ACTOR).done) == 5


def test_X12_undoing_works_after_the_account_was_changed_back(
    customer: Customer, moved: list[Employee]
) -> None:
    run = survey(customer, RELINK)
    tie(company=customer.company, ties=keys(run), actor=ACTOR)
    customer.configure("--subdomain", "acme", token=TOKEN)

    untie(company=customer.company, ties=keys(run), actor=ACTOR)

    answer = customer.sync()
    assert (answer.code, answer["employees"]) == (0, counted(unchanged=6))
    assert answer["departments"] == counted(unchanged=3)
    assert all(
        Employee.objects.for_company(customer.company).linked().values_list("source", flat=True)
    )


def test_X12_waiting_deletions_of_the_re_linked_are_dropped(
    customer: Customer, moved: list[Employee]
) -> None:
    candidate(customer, moved[0])
    kept = candidate(
        customer, Employee.objects.for_company(customer.company).get(employee_id="LEFT")
    )
    run = survey(customer, RELINK)

    tie(company=customer.company, ties=keys(run), actor=ACTOR)

    left = DeletionCandidate.objects.for_company(customer.company)
    assert [row.pk for row in left] == [kept.pk]


def test_X12_without_the_permission_for_departments_people_are_offered_alone(
    customer: Customer, other: Account, moved: list[Employee]
) -> None:
    other.add_token("token-for-crews-only-1234", scopes=["crews:read"])
    customer.configure(token="token-for-crews-only-1234")

    run = survey(customer, RELINK)

    assert run.status == RunStatus.SUCCEEDED
    assert run.progress["survey"]["departments_unreadable"] == 1
    assert "groups_proposed" not in run.progress["survey"]
    assert {label for label, _ in pairs(run)} == {str(person) for person in moved}


def test_X12_departments_are_not_read_where_no_group_is_linked(
    customer: Customer, account: Account
) -> None:
    account.add_crew()
    customer.sync()

    survey(customer, RELINK)

    assert account.logged("/departments") == []


def test_X12_confirming_the_account_later_does_not_need_a_tie(
    customer: Customer, moved: list[Employee]
) -> None:
    """A tie after the account was confirmed leaves it confirmed."""
    run = survey(customer, RELINK)
    configure(company=customer.company, actor=ACTOR, changes=ConnectionChanges(accept_account=True))

    tie(company=customer.company, ties=keys(run, str(moved[0])), actor=ACTOR)

    assert not customer.integration.account_unchecked
    assert customer.sync()["employees"] == counted(created=2, updated=1)
