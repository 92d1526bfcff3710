"""連携の解除 of a whole company: nothing is deleted (X12)."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from cards.models import BusinessCard
from companies import audit
from companies.models import AuditAction, AuditEntry
from companies.refusals import Refused
from employees.models import Employee
from employees.services.records import change_employee
from employees.wanted import Wanted
from groups.models import Group
from integrations import tasks
from integrations.choices import RunKind, RunStatus, TieStatus
from integrations.models import (
    DeletionCandidate,
    HeldLogin,
    SmartHRIntegration,
    Tie,
    WebhookRemoval,
)
from integrations.services import record_unlinking, unlinking
from integrations.services.connection import (
    ConnectionChanges,
    RefusedValue,
    configure,
)
from integrations.services.crew_batches import sync_crews
from integrations.services.runs import NotReady
from integrations.services.surveys import asks_first
from integrations.services.unlinking import Links, due_unlinkings, links_of, unlink_company
from integrations.sync import account_step, batch_steps
from integrations.sync.batch_ledger import BatchLedger
from simulator.account import Account
from tests.factories import (
    BusinessCardFactory,
    CompanyFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    RunFactory,
)
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.lives import administrator, between_pages, started, work
from tests.integrations.unattended import WEBHOOK, add_people
from tests.integrations.webhooks import ours, turn_on


@pytest.fixture
def linked(customer: Customer, account: Account) -> Customer:
    """Three people in two groups, all linked."""
    customer.configure("--department-slot", "1")
    parent = account.add_department("本社")
    child = account.add_department("営業部", parent=parent)
    for number in range(3):
        account.add_crew(emp_code=f"N0000{number}", email="a@example.com", department_ids=[child])
    customer.sync()
    return customer


def unlink(customer: Customer) -> bool:
    return unlink_company(company=customer.company, actor=administrator(customer))


def people(customer: Customer) -> list[dict[str, Any]]:
    """All of everybody that an unlinking has to leave."""
    kept = ("pk", "employee_id", "last_name", "first_name", "email", "role", "group_id")
    columns = (*kept, "password", "is_active", "is_initial_password", "must_change_password")
    return list(Employee.objects.for_company(customer.company).order_by("pk").values(*columns))


def unlinked_lines(customer: Customer, kind: str) -> int:
    rows = AuditEntry.objects.for_company(customer.company).filter(action=AuditAction.UNLINKED)
    return int(rows.filter(object_type=kind).count())


# --- the company ------------------------------------------------------------------------------
def test_X12_everything_stays_but_the_links(linked: Customer, account: Account) -> None:
    card = BusinessCardFactory(
        employee=Employee.objects.for_company(linked.company).linked().first()
    )
    before = people(linked)
    tree = list(Group.objects.for_company(linked.company).order_by("pk").values("name", "parent"))

    assert unlink(linked)

    assert people(linked) == before
    groups = Group.objects.for_company(linked.company).order_by("pk")
    assert list(groups.values("name", "parent")) == tree
    assert BusinessCard.objects.filter(pk=card.pk).exists()
    assert links_of(linked.company) == Links(0, 0)
    sources = Employee.objects.for_company(linked.company).exclude(source={})
    assert not sources.exists()


def test_X12_the_connection_is_gone(linked: Customer, account: Account) -> None:
    turn_on(linked)
    unlink(linked)

    row = linked.integration
    assert (row.subdomain, row.token_ciphertext, row.token_ending, row.webhook_mode) == (
        *("", "", ""),
        "off",
    )
    assert row.people_imported_at is None
    assert row.crews_watermark is None
    assert row.unlinking_since is None
    assert row.plan_started_on is not None
    assert ours(linked) == []
    assert not WebhookRemoval.objects.for_company(linked.company).exists()


def test_X12_a_webhook_that_cannot_be_removed_is_tried_again(
    linked: Customer, account: Account
) -> None:
    turn_on(linked)
    fault = account.fail("maintenance", path="/webhooks/*", times=None)

    assert unlink(linked)

    assert len(ours(linked)) == 1
    fault.cancel()
    WebhookRemoval.objects.for_company(linked.company).update(
        not_before="2020-01-01T00:00:00+09:00"
    )
    tasks.remove_webhooks()
    assert ours(linked) == []
    assert not WebhookRemoval.objects.for_company(linked.company).exists()


def test_X12_audited_for_the_company_and_each_record(linked: Customer) -> None:
    unlink(linked)

    assert unlinked_lines(linked, "employee") == 3
    assert unlinked_lines(linked, "group") == 2
    lines = AuditEntry.objects.for_company(linked.company).filter(action=AuditAction.UNLINKED)
    people = Employee.objects.for_company(linked.company).exclude(employee_id="admin")
    told = dict(lines.filter(object_type="employee").values_list("object_id", "object_label"))
    assert told == {person.pk: person.label for person in people}
    assert lines.filter(object_type="group").values("changes").distinct().get()["changes"] == {
        "smarthr": ["SmartHRと連携", None]
    }
    rows = AuditEntry.objects.for_company(linked.company).filter(action=AuditAction.UNLINKED)
    whole = rows.get(object_type="integration")
    assert (whole.changes["people"], whole.changes["groups"]) == ([3, 0], [2, 0])
    assert set(rows.values_list("actor_kind", "actor_id")) == {("person", administrator(linked).pk)}


def test_X12_what_waits_is_closed(linked: Customer) -> None:
    person = Employee.objects.for_company(linked.company).linked().first()
    assert person is not None
    company = linked.company
    DeletionCandidate.objects.create(
        company=company, subject="employee", employee=person, smarthr_id=person.smarthr_id
    )
    HeldLogin.objects.create(company=company, employee=person, wanted="X0001")
    tie = Tie.objects.create(
        company=company,
        run=RunFactory(company=company, kind=RunKind.RELINK),
        subject="employee",
        employee=person,
        smarthr_id=person.smarthr_id,
        label="",
        status=TieStatus.TIED,
    )

    unlink(linked)

    assert not DeletionCandidate.objects.for_company(company).exists()
    assert not HeldLogin.objects.for_company(company).exists()
    tie.refresh_from_db()
    assert tie.status == TieStatus.UNDONE


def test_X12_P2_also_while_the_plan_is_paused(linked: Customer) -> None:
    SmartHRIntegration.objects.for_company(linked.company).update(plan_started_on=date(2020, 1, 1))

    assert unlink(linked)

    assert links_of(linked.company) == Links(0, 0)


def test_X12_a_running_sync_is_cancelled(linked: Customer) -> None:
    run = started(linked)

    unlink(linked)

    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
    assert run.cancelled_by_label == administrator(linked).label


def test_X12_a_sync_at_work_writes_nothing_afterwards(linked: Customer, account: Account) -> None:
    add_people(account, 150, start=100)
    run = started(linked)
    account.before_page = between_pages(lambda page: unlink(linked) if page == 2 else None)

    work(run)

    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
    assert links_of(linked.company) == Links(0, 0)


def test_C1_X12_another_company_keeps_its_links(linked: Customer) -> None:
    other = CompanyFactory()
    LinkedEmployeeFactory(company=other)
    LinkedGroupFactory(company=other)

    unlink(linked)

    assert links_of(other) == Links(1, 1)


def test_X12_with_nothing_to_unlink_it_is_refused(customer: Customer) -> None:
    unlink(customer)  # only a connection

    with pytest.raises(Refused, match="解除する連携はありません。"):
        unlink(customer)


# --- afterwards -------------------------------------------------------------------------------
def test_X12_E12a_a_late_delivery_ties_and_creates_nobody(
    linked: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read, and waits for the company's lock while the links are cut."""
    known = next(iter(account.crews))
    (fresh,) = add_people(account, 1, start=500)
    original = BatchLedger.lock_company
    done: list[int] = []

    def lock_company(ledger: BatchLedger) -> None:
        if not done:
            done.append(1)
            thread = threading.Thread(target=_unlink_beside, args=(linked,))
            thread.start()
            thread.join()
        original(ledger)

    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time: the step begins after it or before it")
    monkeypatch.setattr(BatchLedger, "lock_company", lock_company)
    with pytest.raises(NotReady):
        sync_crews(
            company=linked.company,
            crews={UUID(known): False, UUID(fresh): False},
            actor=WEBHOOK,
            guard=lambda: None,
            finish=lambda results: None,
        )

    assert done == [1]
    assert links_of(linked.company) == Links(0, 0)
    assert Employee.objects.for_company(linked.company).count() == 4


def test_X12_E12a_a_delivery_that_has_read_before_is_refused(
    linked: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = next(iter(account.crews))
    original = account_step.check_account

    def check_account(work: Any) -> None:
        original(work)
        unlink(linked)

    monkeypatch.setattr(batch_steps, "check_account", check_account)
    with pytest.raises(NotReady):
        sync_crews(
            company=linked.company,
            crews={UUID(known): False},
            actor=WEBHOOK,
            guard=lambda: None,
            finish=lambda results: None,
        )

    assert links_of(linked.company) == Links(0, 0)


def test_X12_T7_a_new_connection_imports_as_new_after_the_question(
    linked: Customer, account: Account
) -> None:
    unlink(linked)
    configure(
        company=linked.company,
        actor=audit.person(administrator(linked)),
        changes=ConnectionChanges(subdomain="acme", token=TOKEN),
    )

    assert asks_first(linked.company)
    answer = linked.sync()

    assert (answer.code, answer["employees"]["created"]) == (0, 3)
    assert links_of(linked.company).people == 3
    assert Employee.objects.for_company(linked.company).count() == 7


def test_X12_unlinked_records_are_ordinary(linked: Customer) -> None:
    person = Employee.objects.for_company(linked.company).linked().select_related("company").first()
    assert person is not None
    unlink(linked)
    person.refresh_from_db()

    change_employee(
        employee=person,
        wanted=Wanted(last_name="変更"),
        actor=audit.person(administrator(linked)),
    )

    assert person.last_name == "変更"


# --- killed on the way ------------------------------------------------------------------------
class Killed(BaseException):
    pass


def test_X12_killed_on_the_way_another_goes_on(
    linked: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlinking, "CHUNK", 1)
    original, calls = record_unlinking.unlink_people, []

    def unlink_people(**values: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise Killed
        original(**values)

    with monkeypatch.context() as patch:
        patch.setattr(unlinking, "unlink_people", unlink_people)
        with pytest.raises(Killed):
            unlink(linked)

    assert links_of(linked.company) == Links(2, 2)
    assert due_unlinkings() == [linked.company.pk]
    with pytest.raises(RefusedValue, match="連携の解除を進めている"):
        linked_again(linked)
    tasks.unlink_company(linked.company.pk)
    assert links_of(linked.company) == Links(0, 0)
    assert due_unlinkings() == []
    assert unlinked_lines(linked, "employee") == 3
    assert set(
        AuditEntry.objects.for_company(linked.company)
        .filter(action=AuditAction.UNLINKED)
        .values_list("actor_kind", flat=True)
    ) == {"person"}


def linked_again(customer: Customer) -> SmartHRIntegration:
    return configure(
        company=customer.company,
        actor=audit.person(administrator(customer)),
        changes=ConnectionChanges(subdomain="acme", token=TOKEN),
    )


def test_X12_pressed_twice_it_is_one(linked: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlinking, "PATIENCE", 0.0)
    monkeypatch.setattr(unlinking, "CHUNK", 1)

    assert not unlink(linked)
    assert not unlink(linked)
    tasks.unlink_company(linked.company.pk)

    assert links_of(linked.company) == Links(0, 0)
    assert unlinked_lines(linked, "integration") == 1
    assert unlinked_lines(linked, "employee") == 3


def _unlink_beside(customer: Customer) -> None:
    try:
        unlink(customer)
    finally:
        connection.close()
