"""S6: 自動反映の一時停止, from its first day to its end."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from companies import audit
from companies.models import AuditEntry
from employees.models import Employee
from integrations import tasks
from integrations.choices import RunKind, RunStatus
from integrations.holding import is_held
from integrations.models import SmartHRIntegration
from integrations.services.connection import integration_of
from integrations.services.holds import RefusedHold, hold, last_day, resume
from integrations.services.previews import start_preview
from tests.factories import AdministratorFactory, IntegrationFactory, RunFactory
from tests.integrations.conftest import Customer
from tests.integrations.lives import work

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # in Japan
TODAY = date(2026, 4, 1)


@pytest.fixture
def person() -> Employee:
    integration = IntegrationFactory(plan_started_on=TODAY)
    return AdministratorFactory(company=integration.company)


def of(person: Employee) -> SmartHRIntegration:
    return integration_of(person.company)


def held(person: Employee, days: int, *, now: datetime = NOON) -> SmartHRIntegration:
    with time_machine.travel(now, tick=False):
        until = timezone.localdate() + timedelta(days=days)
        hold(company=person.company, until=until, actor=audit.person(person))
    return of(person)


def test_S6_it_is_held_to_the_end_of_its_last_day(person: Employee) -> None:
    integration = held(person, 3)

    days = [TODAY + timedelta(days=number) for number in range(5)]
    assert [is_held(integration, today=day) for day in days] == [True, True, True, True, False]
    assert is_held(SmartHRIntegration()) is False
    with time_machine.travel(datetime(2026, 4, 4, 14, 59, tzinfo=UTC), tick=False):
        assert is_held(integration) is True
    with time_machine.travel(datetime(2026, 4, 4, 15, 0, tzinfo=UTC), tick=False):
        assert is_held(integration) is False  # 5 April in Japan


@pytest.mark.parametrize(("days", "is_fine"), [(-1, False), (0, True), (14, True), (15, False)])
def test_S6_at_most_14_days_ahead(person: Employee, days: int, is_fine: bool) -> None:
    if is_fine:
        assert held(person, days).held_until == TODAY + timedelta(days=days)
        return
    with pytest.raises(RefusedHold) as refusal:
        held(person, days)

    assert refusal.value.message == "2026/04/01〜2026/04/15の日付で指定してください。"
    assert of(person).held_since is None


def test_S6_moving_the_last_day_makes_no_hold_longer_than_14_days(person: Employee) -> None:
    held(person, 3)
    integration = held(person, 12, now=NOON + timedelta(days=2))

    assert integration.held_since == NOON
    assert last_day(integration) == integration.held_until == date(2026, 4, 15)
    with pytest.raises(RefusedHold):
        held(person, 13, now=NOON + timedelta(days=2))


def test_S6_X6_every_act_is_in_the_audit_log(person: Employee) -> None:
    held(person, 3)
    held(person, 3)  # nothing changes
    held(person, 5)
    with time_machine.travel(NOON + timedelta(days=6), tick=False):
        tasks.end_holds()

    entries = AuditEntry.objects.for_company(person.company).order_by("pk")
    assert [(entry.actor_label, entry.changes) for entry in entries] == [
        (person.label, {"held_until": [None, "2026-04-04"]}),
        (person.label, {"held_until": ["2026-04-04", "2026-04-06"]}),
        ("自動反映の一時停止の期限", {"held_until": ["2026-04-06", None]}),
    ]


def test_S6_without_the_integration_nothing_is_held() -> None:
    integration = IntegrationFactory(plan_started_on=None)
    person = AdministratorFactory(company=integration.company)

    with pytest.raises(RefusedHold):
        held(person, 1)


def test_S6_it_ends_by_itself_with_a_full_comparison(person: Employee) -> None:
    held(person, 3)
    with time_machine.travel(datetime(2026, 4, 4, 14, 59, tzinfo=UTC), tick=False):
        tasks.end_holds()
        before = of(person)
    end = datetime(2026, 4, 4, 15, 1, tzinfo=UTC)
    with time_machine.travel(end, tick=False):
        tasks.end_holds()
    with time_machine.travel(end + timedelta(hours=1), tick=False):
        tasks.end_holds()
    after = of(person)

    assert (before.held_since, before.full_wanted_at) == (NOON, None)
    assert (after.held_since, after.held_until) == (None, None)
    assert (after.full_wanted_at, after.changes_wanted_at) == (end, end)  # once


@pytest.mark.django_db(transaction=True)
def test_S6_two_that_end_it_at_once_ask_for_one_comparison(person: Employee) -> None:
    held(person, 3)

    def run() -> None:
        try:
            tasks.end_holds()
        finally:
            connection.close()

    with time_machine.travel(NOON + timedelta(days=4), tick=True):
        both = [threading.Thread(target=run) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(60)

    assert of(person).full_wanted_at is not None
    assert AuditEntry.objects.for_company(person.company).count() == 2


def preview(person: Employee, **values: Any) -> None:
    values = {"settings_version": of(person).settings_version} | values
    RunFactory(company=person.company, kind=RunKind.PREVIEW, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": RunKind.EMPLOYEES},
        {"status": RunStatus.FAILED},
        {"status": RunStatus.RUNNING, "finished_at": None},
        {"options": {"slot": 2}},  # of a slot that is not saved
        {"settings_version": 99},  # of other settings
    ],
)
def test_S6_a_person_ends_it_after_a_preview_of_what_was_kept_back(
    person: Employee, values: dict[str, Any]
) -> None:
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        preview(person)  # before it was held
    held(person, 3)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        preview(person, **values) if "kind" not in values else RunFactory(company=person.company)
        with pytest.raises(RefusedHold):
            resume(company=person.company, actor=audit.person(person))

    assert of(person).held_since == NOON


def test_S6_resumed_after_a_preview_it_catches_up_without_a_full_comparison(
    customer: Customer,
) -> None:
    person = Employee.objects.for_company(customer.company).get(employee_id="admin")
    actor = audit.person(person)
    hold(company=customer.company, until=timezone.localdate(), actor=actor)
    run, _ = start_preview(company=customer.company, actor=person)
    work(run)

    assert resume(company=customer.company, actor=actor) is True
    assert resume(company=customer.company, actor=actor) is False
    integration = customer.integration
    assert (integration.held_since, integration.held_until) == (None, None)
    assert integration.changes_wanted_at is not None
    assert integration.full_wanted_at is None


def test_C1_only_the_own_company_is_held(person: Employee) -> None:
    other = IntegrationFactory()
    held(person, 3)

    assert integration_of(other.company).held_since is None
