"""Syncs, batches of deliveries and people at the same time: nothing is lost, nobody comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from employees.models import Employee
from groups.models import Group
from groups.services import dissolve_groups
from integrations.choices import RunKind, RunStatus
from integrations.models import DeletionCandidate, HeldLogin, SmartHRIntegration, SyncRun
from integrations.services import schedules
from integrations.services.receipts import want_changes
from integrations.services.runs import request_cancel
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import UnexpectedAnswer
from integrations.smarthr.records import Crew, Page
from integrations.sync import batch_steps
from integrations.sync.database import DatabaseLedger
from simulator.account import Account
from tests.factories import EmployeeFactory
from tests.integrations.conftest import Customer
from tests.integrations.lives import administrator, started, work
from tests.integrations.sync.people import crew_id
from tests.integrations.unattended import (
    WEBHOOK,
    add_people,
    delivered,
    reasons,
    synced_unattended,
)


def with_a_page_in_hand(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Does something once, when a run has read its first page and not applied it."""
    original = DatabaseLedger.hold_page
    done: list[int] = []

    def hold_page(ledger: DatabaseLedger, page: Page[Crew]) -> None:
        original(ledger, page)
        if not done:
            done.append(page.number)
            act()

    monkeypatch.setattr(DatabaseLedger, "hold_page", hold_page)


def when_asked_alone(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Does something once, after SmartHR has answered for one crew alone."""
    original = SmartHRClient.crew_exists
    done: list[UUID] = []

    def crew_exists(client: SmartHRClient, crew: UUID) -> bool:
        exists = original(client, crew)
        if not done:
            done.append(crew)
            act()
        return exists

    monkeypatch.setattr(SmartHRClient, "crew_exists", crew_exists)


def pending(customer: Customer) -> set[str]:
    rows = DeletionCandidate.objects.for_company(customer.company).pending()
    return {str(crew) for crew in rows.values_list("smarthr_id", flat=True)}


def test_E12a_whom_a_run_makes_while_their_end_is_announced_does_not_stay(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not linked when SmartHR was asked, linked when the batch writes."""
    add_people(account, 20)
    customer.sync()
    new = account.add_crew(id=crew_id(500), emp_code="N00500")
    stale = account.crew(new)

    def make() -> None:
        account.add_crew(**stale)
        customer.sync()
        account.delete_crew(new)

    account.delete_crew(new)
    when_asked_alone(monkeypatch, make)

    delivered(customer, deleted=(new,))

    # Read after our 404, so asked for once more; then deleted on SmartHR's word.
    assert not customer.has_person(new)


def test_E12a_a_candidate_stays_one_whatever_was_read_before(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    crews = add_people(account, 20)
    customer.sync()

    def delete_two() -> None:
        for crew in crews[:2]:
            account.delete_crew(crew)
        delivered(customer, deleted=(crews[0], crews[1]))

    with_a_page_in_hand(monkeypatch, delete_two)

    customer.sync("--changed")

    assert not customer.has_person(crews[0])
    assert pending(customer) == {crews[1]}


def test_X2_what_is_asked_for_while_a_run_reads_is_not_forgotten(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_people(account, 2)
    customer.sync()
    want_changes(company=customer.company)
    with_a_page_in_hand(monkeypatch, lambda: want_changes(company=customer.company))

    customer.sync("--changed")

    assert customer.integration.changes_wanted_at is not None


def test_X2_a_cancelled_sync_is_not_the_last_one(customer: Customer, account: Account) -> None:
    holder = EmployeeFactory(company=customer.company, employee_id="E999")
    crews = add_people(account, 120)
    account.change_crew(crews[0], emp_code="E999", updated_at="2020-01-01T00:00:00.000Z")
    customer.sync()
    run = started(customer, RunKind.CHANGED)
    request_cancel(run=run, actor=administrator(customer))
    holder.delete()

    customer.sync("--changed")

    assert SyncRun.objects.for_company(customer.company).filter(status="cancelled").exists()
    assert customer.person(crews[0]).employee_id == "E999"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--name-source", "business"),
        ("--retired", "suspend"),
        ("--department-slot", "1"),
    ],
)
def test_X2_after_a_setting_about_people_all_are_read(
    customer: Customer, account: Account, arguments: tuple[str, ...]
) -> None:
    add_people(account, 120)
    customer.sync()
    customer.configure(*arguments)
    account.requests.clear()

    answer = customer.sync("--changed")

    assert [r.query.get("sort") for r in account.logged("/crews")] == [None, None]
    assert answer["employees"]["unchanged"] + answer["employees"]["updated"] == 120


# --- W5a: one by one -------------------------------------------------------------------------
@pytest.mark.parametrize("is_deleted", [False, True])
def test_W5a_a_list_that_hides_a_new_crew_is_no_answer(
    customer: Customer, account: Account, is_deleted: bool
) -> None:
    add_people(account, 2)
    customer.sync()
    new = account.add_crew()
    account.fail("empty_list200", path="/crews", query={"id": new})

    with pytest.raises(UnexpectedAnswer):
        delivered(customer, *([] if is_deleted else [new]), deleted=(new,) if is_deleted else ())

    delivered(customer, new)
    assert customer.has_person(new)


def test_E12a_who_was_read_again_meanwhile_is_asked_for_again(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    crews = add_people(account, 20)
    customer.sync()
    kept = account.crew(crews[0])

    def come_back() -> None:
        account.add_crew(**{**kept, "updated_at": account.clock.now()})
        people = Employee.objects.for_company(customer.company).filter(smarthr_id=crews[0])
        people.update(source_read_at=timezone.now())

    account.delete_crew(crews[0])
    when_asked_alone(monkeypatch, come_back)

    delivered(customer, deleted=(crews[0],))

    assert customer.has_person(crews[0])


def test_W7_who_waits_already_costs_no_request(customer: Customer, account: Account) -> None:
    crews = add_people(account, 5)
    customer.sync()
    account.delete_crew(crews[0])
    delivered(customer, crews[0])
    account.requests.clear()

    results = delivered(customer, deleted=(crews[0],))

    assert reasons(results[crews[0]]) == ["waits_for_word"]
    assert account.logged(f"/crews/{crews[0]}") == []


def test_S4_a_number_that_somebody_leaves_goes_to_the_new_one_at_once(
    customer: Customer, account: Account
) -> None:
    crews = add_people(account, 20)
    customer.sync()
    account.delete_crew(crews[0])
    new = account.add_crew(emp_code="N00001")

    results = delivered(customer, new, deleted=(crews[0],))

    assert customer.person(new).employee_id == "N00001"
    assert reasons(results[new]) == []


def test_S1_whoever_a_swap_gave_another_login_is_told_of(
    customer: Customer, account: Account
) -> None:
    first, second = add_people(account, 2)
    customer.sync()
    account.change_crew(first, emp_code="N00002")
    account.change_crew(second, emp_code="N00001")

    results = delivered(customer, first)

    assert results[second].changes["employee_id"] == ("N00002", "N00001")


def test_D6_a_group_that_goes_meanwhile_stops_nobody(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.configure("--department-slot", "1")
    sales = account.add_department("営業部")
    customer.sync()
    crew = account.add_crew(department_ids=[sales])

    def dissolve() -> None:
        groups = Group.objects.for_company(customer.company).filter(smarthr_id=sales)
        keys = list(groups.values_list("pk", flat=True))
        with transaction.atomic():
            dissolve_groups(company=customer.company, groups=keys, actor=WEBHOOK)

    tell = batch_steps._tell_emptied_from_unreadable

    def tell_and_dissolve(batch: Any) -> None:
        tell(batch)
        dissolve()

    monkeypatch.setattr(batch_steps, "_tell_emptied_from_unreadable", tell_and_dissolve)

    results = delivered(customer, crew)

    assert customer.person(crew).group == customer.default_group
    assert reasons(results[crew]) == ["department_unknown"]


# --- S5 -------------------------------------------------------------------------------------
def renumber(account: Account, crews: list[str], letter: str) -> None:
    for number, crew in enumerate(crews, start=1):
        account.change_crew(crew, emp_code=f"{letter}{number:05d}")


def letters(customer: Customer, crews: list[str]) -> str:
    return "".join(customer.person(crew).employee_id[0] for crew in crews)


def held(customer: Customer) -> int:
    return int(HeldLogin.objects.for_company(customer.company).count())


@pytest.mark.parametrize("kind", [RunKind.CHANGED, RunKind.EMPLOYEES])
def test_S5_what_webhooks_held_no_schedule_gives(
    customer: Customer, account: Account, kind: RunKind
) -> None:
    crews = add_people(account, 12)
    customer.sync()
    renumber(account, crews, "M")
    for crew in crews[:6]:
        delivered(customer, crew)
    delivered(customer, *crews[6:])

    run = synced_unattended(customer, kind)

    assert letters(customer, crews) == "MMMMMMNNNNNN"
    assert (run.status, held(customer)) == (RunStatus.NEEDS_CONFIRMATION, 6)


def test_S5_what_is_held_is_not_given_one_by_one(customer: Customer, account: Account) -> None:
    crews = add_people(account, 12)
    customer.sync()
    renumber(account, crews, "M")
    delivered(customer, *crews)

    for crew in crews:
        delivered(customer, crew)

    assert letters(customer, crews) == "N" * 12
    assert held(customer) == 12


def test_S5_schedules_and_webhooks_share_one_limit(customer: Customer, account: Account) -> None:
    crews = add_people(account, 12)
    customer.sync()
    renumber(account, crews[:8], "M")
    synced_unattended(customer)
    renumber(account, crews[8:], "L")

    delivered(customer, *crews[8:])

    assert letters(customer, crews) == "MMMMMMMMNNNN"


def test_S5_a_run_that_read_earlier_forgets_nobody(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    crews = add_people(account, 12)
    customer.sync()

    def hold() -> None:
        renumber(account, crews, "M")
        delivered(customer, *crews)

    with_a_page_in_hand(monkeypatch, hold)

    customer.sync()

    assert (letters(customer, crews), held(customer)) == ("N" * 12, 12)


@pytest.mark.parametrize("how", ["gone", "untied"])
def test_S5_who_cannot_get_it_any_more_is_held_no_more(
    customer: Customer, account: Account, how: str
) -> None:
    crews = add_people(account, 12)
    customer.sync()
    renumber(account, crews, "M")
    delivered(customer, *crews)
    if how == "gone":
        account.delete_crew(crews[0])
    else:
        people = Employee.objects.for_company(customer.company).filter(smarthr_id=crews[0])
        people.update(smarthr_id=None)

    customer.sync()

    assert held(customer) == 0


def test_X2_a_beat_that_looked_earlier_starts_nothing(customer: Customer) -> None:
    """Its look is of before the other one's start, and that run has ended already."""
    now = timezone.now()
    SmartHRIntegration.objects.for_company(customer.company).update(
        webhook_mode="manual",
        people_imported_at=now,
        next_changed_at=now - timedelta(seconds=1),
        next_full_at=now + timedelta(days=1),
    )
    stale = customer.integration
    schedules.start_due_syncs()
    run: SyncRun = SyncRun.objects.for_company(customer.company).get()
    work(run)
    moved = customer.integration.next_changed_at

    schedules._start_due(stale, now)

    assert SyncRun.objects.for_company(customer.company).count() == 1
    assert customer.integration.next_changed_at == moved
