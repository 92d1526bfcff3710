"""E12, T6: approved deletions are a run: asked for one by one, deleted all at once, or nobody."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from celery import current_app
from django.db import connection

from cards.models import CardArchive
from companies.audit import command
from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from integrations import tasks
from integrations.choices import CandidateStatus, Phase, RunKind, RunStatus, Subject, Trigger
from integrations.models import CrewTombstone, RunPage, RunRecord
from integrations.reasons import Reason
from integrations.services.deletions import approve, dismiss
from integrations.services.runs import NotReady, start_run
from integrations.sync.plan_deletions import held_administrators
from simulator.account import Account
from tests.factories import BusinessCardFactory, PersonCandidateFactory
from tests.integrations.approvals import (
    GONE,
    approved,
    asked,
    audited,
    candidates,
    keys,
    killed_after,
    let_go,
    missing,
)
from tests.integrations.conftest import Customer
from tests.integrations.lives import administrator, claimed, work
from tests.integrations.sync.people import counted

ACTOR = command("test")


@pytest.fixture(autouse=True)
def messages(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What workers were asked; there are none."""
    sent: list[Any] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, args=None, **_: sent.append((name, args))
    )
    monkeypatch.setattr(tasks.work_on_run, "delay", sent.append)
    return sent


@pytest.fixture
def gone(customer: Customer, account: Account) -> list[str]:
    return let_go(customer, account)


# --- what it does --------------------------------------------------------------------------


def test_E12_a_run_asks_for_each_and_deletes_them(
    customer: Customer, account: Account, gone: list[str], messages: list[Any]
) -> None:
    BusinessCardFactory(employee=customer.person(gone[0]), title="部長")
    person = administrator(customer)

    run = approved(customer, gone[:3])

    assert messages == [("integrations.work_on_run", [run.pk])]
    assert set(candidates(customer).filter(approval=run).values_list("smarthr_id", flat=True))
    work(run)
    assert (run.kind, run.status, run.phase) == (
        RunKind.DELETIONS,
        RunStatus.SUCCEEDED,
        Phase.REMOVALS,
    )
    assert asked(account) == gone[:3]
    assert run.counts["employees"] == counted(deleted=3)
    assert (missing(customer, gone), candidates(customer).count()) == (3, GONE - 3)
    assert CardArchive.objects.for_company(customer.company).count() == 3
    assert CrewTombstone.objects.for_company(customer.company).count() == 3
    words = {(entry.actor_kind, entry.actor_id) for entry in audited(customer, "approved")}
    deeds = {(entry.actor_label, entry.actor_id) for entry in audited(customer, "deleted")}
    assert words == {("person", person.pk)}
    assert deeds == {(f"承認した削除 #{run.pk}", run.pk)}
    assert len(audited(customer, "approved")) == len(audited(customer, "deleted")) == 3
    assert RunPage.objects.filter(run=run).count() == 0


def test_E12_who_is_there_after_all_stays_and_is_reported(
    customer: Customer, account: Account, gone: list[str]
) -> None:
    account.add_crew(id=gone[1])

    run = approved(customer, gone[:3])
    work(run)

    assert run.status == RunStatus.SUCCEEDED
    assert run.counts["employees"] == counted(deleted=2, unchanged=1)
    assert customer.has_person(gone[1])
    record = RunRecord.objects.for_company(customer.company).get(
        run=run, reason=Reason.STILL_EXISTS
    )
    assert (record.smarthr_id, record.label) == (gone[1], customer.person(gone[1]).label)
    assert not candidates(customer).filter(smarthr_id=gone[1]).exists()
    assert len(audited(customer, "approved")) == 2


def test_E12_approved_deletions_do_not_count_for_the_brake(
    customer: Customer, gone: list[str]
) -> None:
    run = approved(customer)
    work(run)

    assert (run.status, run.error_code, run.progress["brakes"]) == (RunStatus.SUCCEEDED, "", {})
    assert missing(customer, gone) == GONE


def test_E12_a_dismissed_one_can_still_be_deleted(customer: Customer, gone: list[str]) -> None:
    dismiss(company=customer.company, candidates=keys(customer), actor=ACTOR)
    assert customer.sync()["deletion_candidates"] == []

    run = approved(customer, gone[:1])
    work(run)

    assert (run.status, missing(customer, gone)) == (RunStatus.SUCCEEDED, 1)
    assert set(candidates(customer).values_list("status", flat=True)) == {CandidateStatus.DISMISSED}


def test_G4_groups_are_looked_up_and_dissolved_after_the_people(
    customer: Customer, account: Account
) -> None:
    departments = [account.add_department(f"部署{number}") for number in range(5)]
    crews = [account.add_crew(department_ids=[departments[0]]) for _ in range(3)]
    customer.configure("--department-slot", "1")
    customer.sync()
    records = dict(account.departments)
    account.delete_crew(crews[0])
    for key in departments[:4]:
        account.delete_department(key)
    assert customer.sync().code == 3
    account.departments[departments[3]] = records[departments[3]]
    account.touched(departments=True)

    run = approved(customer)
    work(run)

    assert run.status == RunStatus.SUCCEEDED
    assert run.counts == {
        "employees": counted(deleted=1),
        "departments": counted(deleted=3, unchanged=1),
    }
    assert customer.person(crews[1]).group == customer.default_group
    names = Group.objects.for_company(customer.company).linked().values_list("name", flat=True)
    assert sorted(names) == ["部署3", "部署4"]
    moved = audited(customer, "updated")
    assert customer.has_person(crews[0]) is False
    assert {entry.object_label for entry in moved if "グループ1" in str(entry.changes)} == {
        customer.person(crew).label for crew in crews[1:]
    }
    assert not candidates(customer).exists()


# --- the last administrator ----------------------------------------------------------------


def test_C6_the_last_administrator_is_held_and_waits_on(
    customer: Customer, gone: list[str]
) -> None:
    person, other = customer.person(gone[0]), customer.person(gone[1]).label
    run = approved(customer, gone[:2])
    Employee.objects.for_company(customer.company).update(role=Role.APPLICANT)
    Employee.objects.for_company(customer.company).filter(pk=person.pk).update(
        role=Role.ADMINISTRATOR, email="last@example.com"
    )

    work(run)

    assert run.status == RunStatus.NEEDS_CONFIRMATION
    assert run.counts["employees"] == counted(deleted=1, skipped=1)
    assert customer.has_person(gone[0])
    row = candidates(customer).get(smarthr_id=gone[0])
    assert (row.status, row.approval) == (CandidateStatus.PENDING, None)
    record = RunRecord.objects.for_company(customer.company).exclude(reason="").get(run=run)
    assert (record.reason, record.label) == (Reason.LAST_ADMINISTRATOR, person.label)
    assert [entry.object_label for entry in audited(customer, "approved")] == [other]


@pytest.mark.parametrize(
    ("going", "able", "held"),
    [
        ([], set(), set()),
        ([1, 2], set(), set()),
        ([1, 2], {3}, set()),
        ([1, 2], {2, 3}, set()),
        ([1, 2], {2}, {2}),
        ([2, 1, 3], {3, 1}, {1}),
    ],
)
def test_C6_who_is_held(going: list[int], able: set[int], held: set[int]) -> None:
    assert held_administrators(going, able) == held


# --- several at once -----------------------------------------------------------------------


def test_T6_two_approvals_at_once_are_one_run(customer: Customer, gone: list[str]) -> None:
    chosen, person = keys(customer), administrator(customer)
    results: list[tuple[int, bool]] = []
    barrier = threading.Barrier(4)

    def click() -> None:
        barrier.wait()
        try:
            run, is_new = approve(
                company=customer.company, candidates=chosen, trigger=Trigger.SCREEN, actor=person
            )
            results.append((run.pk, is_new))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({pk for pk, _ in results}) == 1
    assert sorted(is_new for _, is_new in results) == [False, False, False, True]
    assert candidates(customer).filter(approval=results[0][0]).count() == GONE


def test_T6_beside_a_run_nobody_is_marked(customer: Customer, gone: list[str]) -> None:
    first = approved(customer, gone[:1])

    run, is_new = approve(
        company=customer.company,
        candidates=keys(customer),
        trigger=Trigger.SCREEN,
        actor=administrator(customer),
    )

    assert (run.pk, is_new) == (first.pk, False)
    assert candidates(customer).exclude(approval=None).count() == 1


def test_T6_a_sync_beside_it_is_refused(customer: Customer, gone: list[str]) -> None:
    run = approved(customer)
    claimed(run)

    shown, is_new = start_run(
        company=customer.company,
        kind=RunKind.EMPLOYEES,
        trigger=Trigger.SCREEN,
        actor=administrator(customer),
    )
    answer = customer.sync()

    assert (shown.pk, is_new) == (run.pk, False)
    assert (answer.code, answer["run"]) == (1, run.pk)
    assert "すでに同期を実行中" in answer["error"]


def test_T6_the_next_sync_takes_a_dead_one_over_and_then_syncs(
    customer: Customer, gone: list[str]
) -> None:
    run = approved(customer)
    killed_after(1, run)

    answer = customer.sync()

    run.refresh_from_db()
    assert run.status == RunStatus.SUCCEEDED
    assert (answer.code, answer["employees"]) == (0, counted(unchanged=5))
    assert missing(customer, gone) == GONE


def test_E12_nobody_is_dismissed_while_being_deleted(customer: Customer, gone: list[str]) -> None:
    run = approved(customer, gone[:20])
    killed_after(1, run)

    done = dismiss(company=customer.company, candidates=keys(customer), actor=ACTOR)
    work(run)

    assert sorted(str(candidate.smarthr_id) for candidate in done) == gone[20:]
    assert run.counts["employees"] == counted(deleted=20)
    assert missing(customer, gone) == 20


def test_E12_a_candidate_that_was_dropped_meanwhile_is_left_alone(
    customer: Customer, account: Account, gone: list[str]
) -> None:
    run = approved(customer, gone[:15])
    killed_after(1, run)
    candidates(customer).filter(smarthr_id__in=[gone[0], gone[12]]).delete()
    account.requests.clear()

    work(run)

    assert run.counts["employees"] == counted(deleted=13)
    assert customer.has_person(gone[0])
    assert customer.has_person(gone[12])
    assert gone[12] not in asked(account)


def test_C1_candidates_of_another_company_are_nobody(customer: Customer, gone: list[str]) -> None:
    foreign = PersonCandidateFactory()

    with pytest.raises(NotReady) as refused:
        approve(
            company=customer.company,
            candidates=[foreign.pk],
            trigger=Trigger.SCREEN,
            actor=administrator(customer),
        )
    run, _ = approve(
        company=customer.company,
        candidates=[foreign.pk, *keys(customer, gone[:1])],
        trigger=Trigger.SCREEN,
        actor=administrator(customer),
    )
    dismissed = dismiss(company=customer.company, candidates=[foreign.pk], actor=ACTOR)
    work(run)

    foreign.refresh_from_db()
    assert (refused.value.reason, dismissed) == (Reason.NOTHING_APPROVED, [])
    assert (foreign.status, foreign.approval, foreign.subject) == (
        CandidateStatus.PENDING,
        None,
        Subject.EMPLOYEE,
    )
    assert run.counts["employees"] == counted(deleted=1)
    assert Employee.objects.for_company(foreign.company).filter(pk=foreign.employee_id).exists()
