"""連携の解除 of one person whose crew is gone: nothing is deleted (X12)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from cards.models import BusinessCard
from companies import audit
from companies.models import AuditAction, AuditEntry
from companies.refusals import Refused
from employees.models import Employee
from integrations.models import DeletionCandidate, SmartHRIntegration
from integrations.services.crew_batches import sync_crews
from integrations.services.person_unlinking import unlink_person
from integrations.sync import batch_steps
from simulator.account import Account
from tests.factories import BusinessCardFactory
from tests.integrations.conftest import Customer
from tests.integrations.lives import administrator
from tests.integrations.unattended import WEBHOOK, add_people


def unlinked_lines(customer: Customer) -> int:
    rows = AuditEntry.objects.for_company(customer.company).filter(action=AuditAction.UNLINKED)
    return int(rows.filter(object_type="employee").count())


@pytest.fixture
def gone(customer: Customer, account: Account) -> Employee:
    """One whose crew was deleted in SmartHR, and who waits for a word."""
    crew, *_ = add_people(account, 3)
    customer.sync()
    account.delete_crew(crew)
    customer.sync()
    return customer.person(crew)


def unlink_one(customer: Customer, person: Employee) -> None:
    unlink_person(employee=person, actor=audit.person(administrator(customer)))


def test_X12_one_person_whose_crew_is_gone(customer: Customer, gone: Employee) -> None:
    card = BusinessCardFactory(employee=gone)

    unlink_one(customer, gone)

    gone.refresh_from_db()
    assert (gone.is_linked, gone.source, gone.source_read_at) == (False, {}, None)
    assert BusinessCard.objects.filter(pk=card.pk).exists()
    assert not DeletionCandidate.objects.for_company(customer.company).exists()
    assert unlinked_lines(customer) == 1
    assert customer.sync()["employees"]["deleted"] == 0


def test_X12_one_person_whose_crew_is_there_stays_linked(
    customer: Customer, account: Account, gone: Employee
) -> None:
    account.add_crew(id=str(gone.smarthr_id))

    with pytest.raises(Refused, match="従業員がいることを確認した"):
        unlink_one(customer, gone)

    gone.refresh_from_db()
    assert gone.is_linked


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("maintenance", "メンテナンス中"),
        ("not_found_html", "想定しない回答"),
        ("ip_not_permitted", "アクセス制限"),
    ],
)
def test_X12_an_answer_that_says_nothing_unlinks_nobody(
    customer: Customer, account: Account, gone: Employee, fault: str, text: str
) -> None:
    account.fail(fault, times=None)

    with pytest.raises(Refused, match=text):
        unlink_one(customer, gone)

    gone.refresh_from_db()
    assert gone.is_linked


def test_X12_T5_another_account_unlinks_nobody(
    customer: Customer, account: Account, gone: Employee
) -> None:
    for crew in list(account.crews):
        account.delete_crew(crew)
    add_people(account, 1, start=700)
    SmartHRIntegration.objects.for_company(customer.company).update(account_unchecked=True)

    with pytest.raises(Refused, match="別の会社に接続した可能性"):
        unlink_one(customer, gone)


def test_X12_G8_an_empty_account_unlinks_nobody(
    customer: Customer, account: Account, gone: Employee
) -> None:
    for crew in list(account.crews):
        account.delete_crew(crew)

    with pytest.raises(Refused, match="SmartHRの回答が空"):
        unlink_one(customer, gone)


def test_X12_P2_one_person_while_the_plan_is_paused(customer: Customer, gone: Employee) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(
        plan_started_on=date(2020, 1, 1)
    )

    unlink_one(customer, gone)

    gone.refresh_from_db()
    assert not gone.is_linked


def test_X12_E13_a_login_that_the_sync_stopped_is_stopped_by_hand_from_now_on(
    customer: Customer, gone: Employee
) -> None:
    gone.is_active, gone.suspended_by_sync = False, True
    gone.save()

    unlink_one(customer, gone)

    gone.refresh_from_db()
    assert (gone.is_active, gone.suspended_by_sync) == (False, False)


def test_X12_E12a_what_was_read_before_brings_nobody_back(
    customer: Customer, account: Account, gone: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery has read the crew, which is deleted and unlinked before it is applied."""
    crew = account.add_crew(id=str(gone.smarthr_id), emp_code="N00001")
    original = batch_steps._find_gone

    def find_gone(batch: Any) -> None:
        original(batch)
        account.delete_crew(crew)
        unlink_one(customer, gone)

    monkeypatch.setattr(batch_steps, "_find_gone", find_gone)
    sync_crews(
        company=customer.company,
        crews={UUID(crew): False},
        actor=WEBHOOK,
        guard=lambda: None,
        finish=lambda results: None,
    )

    assert not customer.has_person(crew)
