"""Crews that were announced as deleted, and deliveries in every order (W5a, W6, W7, W10)."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cards.models import BusinessCard, CardArchive
from companies.models import AuditAction
from employees.models import Employee
from integrations.choices import Outcome, UnattendedKind
from integrations.models import (
    CrewTombstone,
    DeletionCandidate,
    UnattendedAct,
)
from integrations.smarthr.errors import PermissionMissing, SmartHRError
from integrations.smarthr.records import Crew, Page
from integrations.sync.database import DatabaseLedger
from integrations.sync.outcomes import StopRun
from simulator.account import Account
from simulator.tokens import ALL_SCOPES
from tests.factories import BusinessCardFactory
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.sync.people import crew_id
from tests.integrations.unattended import add_people, audited, delivered, reasons

STRANGER = "99999999-0000-4000-8000-000000000000"


def people_of_whom_one_left(customer: Customer, account: Account, count: int) -> list[str]:
    """All are linked here, and SmartHR has lost the first of them."""
    crews = add_people(account, count)
    customer.sync()
    account.delete_crew(crews[0])
    return crews


def candidates(customer: Customer) -> list[str]:
    rows = DeletionCandidate.objects.for_company(customer.company).pending()
    return sorted(str(crew) for crew in rows.values_list("smarthr_id", flat=True))


# --- deleted -------------------------------------------------------------------------------
@pytest.mark.parametrize("policy", ["confirm", "auto"])
def test_W7_a_deleted_crew_is_deleted_with_the_cards(
    customer: Customer, account: Account, policy: str
) -> None:
    customer.configure("--deletion", policy)
    crews = add_people(account, 20)
    customer.sync()
    BusinessCardFactory(employee=customer.person(crews[0]))
    account.delete_crew(crews[0])

    results = delivered(customer, deleted=(crews[0],))

    assert not customer.has_person(crews[0])
    assert results[crews[0]].outcome == Outcome.DELETED
    assert not BusinessCard.objects.for_company(customer.company).exists()
    assert CardArchive.objects.for_company(customer.company).count() == 1
    assert CrewTombstone.objects.for_company(customer.company).count() == 1
    assert audited(customer, AuditAction.DELETED) == 1


def test_W5a_who_is_still_there_is_not_deleted(customer: Customer, account: Account) -> None:
    crews = add_people(account, 2)
    customer.sync()

    results = delivered(customer, deleted=(crews[0],))

    assert results[crews[0]].outcome == Outcome.UNCHANGED
    assert customer.has_person(crews[0])
    assert candidates(customer) == []


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("not_found_html", {}),
        ("status", {"status": 500, "times": None}),
        ("html200", {}),
        ("redirect", {}),
    ],
)
def test_W5a_only_smarthrs_own_404_deletes(
    customer: Customer, account: Account, fault: str, options: dict[str, Any]
) -> None:
    crews = people_of_whom_one_left(customer, account, 2)
    account.fail(fault, path="/crews/*", **options)

    with pytest.raises(SmartHRError):
        delivered(customer, deleted=(crews[0],))

    assert customer.has_person(crews[0])


def test_W5a_a_token_that_lost_its_permission_deletes_nobody(
    customer: Customer, account: Account
) -> None:
    crews = people_of_whom_one_left(customer, account, 2)
    account.add_token(TOKEN, scopes=ALL_SCOPES - {"crews:read"})

    with pytest.raises(PermissionMissing):
        delivered(customer, deleted=(crews[0],))

    assert customer.has_person(crews[0])


def test_W5a_an_account_that_shows_nobody_deletes_nobody(
    customer: Customer, account: Account
) -> None:
    crews = add_people(account, 2)
    customer.sync()
    account.clear()

    with pytest.raises(StopRun, match="empty_answer"):
        delivered(customer, deleted=(crews[0],))

    assert customer.has_person(crews[0])


def test_W10_a_404_on_another_event_is_put_to_a_person(
    customer: Customer, account: Account
) -> None:
    crews = people_of_whom_one_left(customer, account, 3)

    results = delivered(customer, crews[0])

    assert customer.has_person(crews[0])
    assert candidates(customer) == [crews[0]]
    assert reasons(results[crews[0]]) == ["waits_for_word"]


def test_W7_whom_a_person_is_asked_about_or_has_kept_is_theirs_to_decide(
    customer: Customer, account: Account
) -> None:
    crews = people_of_whom_one_left(customer, account, 40)
    customer.sync()
    customer.deletions("--dismiss")
    account.delete_crew(crews[1])
    customer.sync()

    delivered(customer, deleted=(crews[0], crews[1]))

    assert [customer.has_person(crew) for crew in crews[:2]] == [True, True]


def test_W7_the_brake_counts_a_rolling_hour(customer: Customer, account: Account) -> None:
    """5 % of 60 people are 3."""
    crews = add_people(account, 60)
    customer.sync()
    for crew in crews[:5]:
        account.delete_crew(crew)

    delivered(customer, deleted=(crews[0],))
    delivered(customer, deleted=(crews[1],))
    results = delivered(customer, deleted=(crews[2], crews[3]))

    assert [customer.has_person(crew) for crew in crews[:4]] == [False, False, False, True]
    assert candidates(customer) == [crews[3]]
    assert reasons(results[crews[3]]) == ["deletion_brake", "waits_for_word"]

    acts = UnattendedAct.objects.for_company(customer.company)
    acts.filter(kind=UnattendedKind.DELETION).update(at=timezone.now() - timedelta(hours=1))
    delivered(customer, deleted=(crews[4],))
    assert not customer.has_person(crews[4])


def test_W7_a_held_one_is_not_deleted_when_it_is_announced_again(
    customer: Customer, account: Account
) -> None:
    crews = add_people(account, 20)
    customer.sync()
    for crew in crews[:2]:
        account.delete_crew(crew)
    delivered(customer, deleted=(crews[0], crews[1]))
    UnattendedAct.objects.for_company(customer.company).delete()

    delivered(customer, deleted=(crews[1],))

    assert customer.has_person(crews[1])


def test_C6_W7_the_last_administrator_stays(customer: Customer, account: Account) -> None:
    crews = add_people(account, 20)
    customer.sync()
    people = Employee.objects.for_company(customer.company)
    people.filter(employee_id="admin").update(is_active=False)
    people.filter(smarthr_id=crews[0]).update(role="administrator")
    account.delete_crew(crews[0])

    results = delivered(customer, deleted=(crews[0],))

    assert customer.has_person(crews[0])
    assert reasons(results[crews[0]]) == ["last_administrator", "waits_for_word"]


def test_T5_whom_this_account_never_showed_is_put_to_a_person(
    customer: Customer, account: Account
) -> None:
    crews = add_people(account, 20)
    customer.sync()
    people = Employee.objects.for_company(customer.company)
    people.filter(smarthr_id=crews[0]).update(source_read_at=None)
    account.delete_crew(crews[0])

    delivered(customer, deleted=(crews[0],))

    assert candidates(customer) == [crews[0]]


# --- order ---------------------------------------------------------------------------------
EVENTS = ("created", "updated", "updated again", "deleted")


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_W6_every_order_of_deliveries_ends_in_the_newest_state(
    customer: Customer, account: Account, order: tuple[int, ...]
) -> None:
    """They arrive when all has happened: created, updated, updated, deleted."""
    add_people(account, 20)
    customer.sync()
    crew = account.add_crew(id=crew_id(500), emp_code="N00500")
    delivered(customer, crew)
    account.change_crew(crew, last_name="変更")
    account.delete_crew(crew)

    for event in order:
        if EVENTS[event] == "deleted":
            delivered(customer, deleted=(crew,))
        else:
            delivered(customer, crew)

    # W10: an update of somebody who is gone comes first: then a person is asked.
    is_asked_first = order.index(3) != 0
    assert customer.has_person(crew) is is_asked_first
    assert candidates(customer) == ([crew] if is_asked_first else [])


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_W6_deliveries_that_wait_together_are_taken_as_one(
    customer: Customer, account: Account, order: tuple[int, ...]
) -> None:
    add_people(account, 20)
    customer.sync()
    crew = account.add_crew(id=crew_id(500), emp_code="N00500")
    delivered(customer, crew)
    account.delete_crew(crew)
    names = [EVENTS[event] for event in order]

    delivered(customer, *([] if "deleted" in names else [crew]), deleted=(crew,))

    assert not customer.has_person(crew)


def test_E12a_a_deleted_crew_is_not_brought_back_by_what_was_read_before(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full sync has the page in hand when the deletion is announced and applied."""
    crews = add_people(account, 130)
    original = DatabaseLedger.hold_page

    def hold_and_delete(ledger: DatabaseLedger, page: Page[Crew]) -> None:
        original(ledger, page)
        if page.number == 1:
            account.delete_crew(crews[0])
            delivered(customer, deleted=(crews[0],))

    monkeypatch.setattr(DatabaseLedger, "hold_page", hold_and_delete)

    customer.sync()

    assert not customer.has_person(crews[0])
    assert customer.has_person(crews[1])


def test_E12a_an_older_read_overwrites_nothing(customer: Customer, account: Account) -> None:
    (crew,) = add_people(account, 1)
    customer.sync()
    later = timezone.now() + timedelta(days=1)
    people = Employee.objects.for_company(customer.company).filter(smarthr_id=crew)
    people.update(last_name="新しい", source_updated_at=later, source_read_at=later)
    account.change_crew(crew, last_name="古い")

    delivered(customer, crew)

    assert customer.person(crew).last_name == "新しい"
