"""X2, S5: syncs that start by themselves, and what they hold back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.choices import RunKind, RunStatus, Trigger, WebhookMode
from integrations.models import HeldLogin, SmartHRIntegration, SyncRun
from integrations.services.receipts import want_changes
from integrations.services.schedules import next_night, start_due_syncs
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.lives import work
from tests.integrations.sync.people import counted, crew_id
from tests.integrations.unattended import synced_unattended

HOUR = timedelta(hours=1)


def set_up(customer: Customer, **columns: Any) -> None:
    """Automatic, imported once, and nothing due but what `columns` say."""
    later = timezone.now() + timedelta(days=1)
    values = {
        "webhook_mode": WebhookMode.MANUAL,
        "people_imported_at": timezone.now(),
        "next_changed_at": later,
        "next_full_at": later,
        **columns,
    }
    SmartHRIntegration.objects.for_company(customer.company).update(**values)


def runs(customer: Customer) -> list[tuple[str, str]]:
    rows = SyncRun.objects.for_company(customer.company).order_by("pk")
    return list(rows.values_list("kind", "trigger"))


def due() -> datetime:
    return timezone.now() - timedelta(seconds=1)


def test_X2_what_changed_is_read_hourly(customer: Customer) -> None:
    set_up(customer, next_changed_at=due())

    start_due_syncs()
    start_due_syncs()

    assert runs(customer) == [(RunKind.CHANGED, Trigger.SCHEDULE)]
    next_at = customer.integration.next_changed_at
    assert next_at is not None
    assert abs(next_at - timezone.now() - HOUR) < timedelta(minutes=1)


def test_X2_everything_is_compared_at_night(customer: Customer, account: Account) -> None:
    department = account.add_department("営業部")
    crews = [account.add_crew(id=crew_id(number), emp_code=f"N{number:05d}") for number in (1, 2)]
    customer.sync("departments")
    customer.sync()
    set_up(customer, next_full_at=due())
    account.change_department(department, name="営業一部")
    account.change_crew(crews[0], last_name="変更", updated_at="2020-01-01T00:00:00.000Z")

    start_due_syncs()
    run: SyncRun = SyncRun.objects.for_company(customer.company).latest("pk")
    work(run)

    assert (run.kind, run.trigger) == (RunKind.EMPLOYEES, Trigger.SCHEDULE)
    assert run.status == RunStatus.SUCCEEDED
    assert run.counts["departments"] == counted(updated=1)
    # Whatever its own time says: what drifted is repaired.
    assert customer.group(department).name == "営業一部"
    assert customer.integration.next_full_at == next_night(customer.company.pk, timezone.now())


def test_X2_the_hourly_one_waits_for_one_that_runs(customer: Customer) -> None:
    set_up(customer, next_changed_at=due(), next_full_at=due())

    start_due_syncs()
    start_due_syncs()

    assert runs(customer) == [(RunKind.EMPLOYEES, Trigger.SCHEDULE)]
    next_at = customer.integration.next_changed_at
    assert next_at is not None
    assert next_at - timezone.now() < timedelta(minutes=6)


@pytest.mark.parametrize(
    "columns",
    [
        {"webhook_mode": WebhookMode.OFF},
        {"people_imported_at": None},
        {"preview_due": True},
        {"hourly_sync": False, "nightly_sync": False},
        {"plan_started_on": None},
        {"plan_stopped_at": timezone.now()},
        {"token_ciphertext": ""},
        {"held_since": timezone.now(), "held_until": timezone.localdate() + timedelta(days=1)},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_X2_nothing_starts_where_it_may_not(customer: Customer, columns: dict[str, Any]) -> None:
    set_up(customer, next_changed_at=due(), next_full_at=due())
    SmartHRIntegration.objects.for_company(customer.company).update(**columns)

    start_due_syncs()

    assert runs(customer) == []


def test_S6_the_day_after_the_last_one_it_goes_on(customer: Customer) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    set_up(customer, next_changed_at=due(), held_since=timezone.now(), held_until=yesterday)

    start_due_syncs()

    assert runs(customer) == [(RunKind.CHANGED, Trigger.SCHEDULE)]


def test_X2_the_first_times_are_laid_down_before_anything_starts(customer: Customer) -> None:
    set_up(customer, next_changed_at=None, next_full_at=None)

    start_due_syncs()

    assert runs(customer) == []
    integration = customer.integration
    assert integration.next_changed_at is not None
    assert integration.next_full_at == next_night(customer.company.pk, timezone.now())


def long_ago(customer: Customer) -> None:
    SyncRun.objects.for_company(customer.company).update(
        started_at=timezone.now() - timedelta(minutes=20)
    )


def test_X2_what_a_delivery_asks_for_starts_once(customer: Customer, account: Account) -> None:
    account.add_crew()
    customer.sync()
    long_ago(customer)
    set_up(customer)
    want_changes(company=customer.company)

    start_due_syncs()
    start_due_syncs()
    run: SyncRun = SyncRun.objects.for_company(customer.company).latest("pk")
    work(run)
    start_due_syncs()

    assert runs(customer)[1:] == [(RunKind.CHANGED, Trigger.WEBHOOK)]
    assert customer.integration.changes_wanted_at is None


def test_X2_what_is_asked_for_is_tried_again_while_syncs_fail(
    customer: Customer, account: Account
) -> None:
    account.add_crew()
    customer.sync()
    long_ago(customer)
    set_up(customer)
    want_changes(company=customer.company)
    account.fail("status", path="/crews", status=418)
    start_due_syncs()
    run: SyncRun = SyncRun.objects.for_company(customer.company).latest("pk")
    work(run)

    start_due_syncs()
    long_ago(customer)
    start_due_syncs()

    assert run.status == RunStatus.FAILED
    assert len(runs(customer)) == 3
    assert customer.integration.changes_wanted_at is not None


@pytest.mark.parametrize("company", [1, 2, 77, 5_000])
def test_X2_a_night_is_between_half_past_one_and_half_past_four(company: int) -> None:
    now = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)  # noon in Japan

    night = timezone.localtime(next_night(company, now))

    assert night.date() == datetime(2026, 3, 2, tzinfo=UTC).date()
    assert 90 <= night.hour * 60 + night.minute < 270


# --- S5 ------------------------------------------------------------------------------------
def renumbered(customer: Customer, account: Account, count: int) -> list[str]:
    crews = [
        account.add_crew(id=crew_id(number), emp_code=f"N{number:05d}") for number in range(1, 13)
    ]
    customer.sync()
    for number, crew in enumerate(crews[:count], start=1):
        account.change_crew(crew, emp_code=f"M{number:05d}", last_name="変更")
    return crews


@pytest.mark.parametrize("kind", [RunKind.EMPLOYEES, RunKind.CHANGED])
def test_S5_an_unattended_run_holds_a_mass_change_of_numbers(
    customer: Customer, account: Account, kind: RunKind
) -> None:
    crews = renumbered(customer, account, 11)

    run = synced_unattended(customer, kind)

    assert run.status == RunStatus.NEEDS_CONFIRMATION
    assert run.progress["brakes"]["logins"] == {"count": 11, "limit": 10}
    assert {customer.person(crew).employee_id[0] for crew in crews} == {"N"}
    assert customer.person(crews[0]).last_name == "変更"
    assert HeldLogin.objects.for_company(customer.company).count() == 11


def test_S5_few_changes_go_on(customer: Customer, account: Account) -> None:
    crews = renumbered(customer, account, 10)

    run = synced_unattended(customer)

    assert run.status == RunStatus.SUCCEEDED
    assert [customer.person(crew).employee_id[0] for crew in crews].count("M") == 10


@pytest.mark.parametrize("arguments", [(), ("--changed",)])
def test_S5_a_run_of_a_person_gives_what_was_held(
    customer: Customer, account: Account, arguments: tuple[str, ...]
) -> None:
    crews = renumbered(customer, account, 11)
    synced_unattended(customer)

    answer = customer.sync(*arguments)

    assert answer.code == 0
    assert [customer.person(crew).employee_id[0] for crew in crews].count("M") == 11
    assert not HeldLogin.objects.for_company(customer.company).exists()


def test_S5_a_number_that_changes_back_is_held_no_more(
    customer: Customer, account: Account
) -> None:
    crews = renumbered(customer, account, 11)
    synced_unattended(customer)
    for number, crew in enumerate(crews[:11], start=1):
        account.change_crew(crew, emp_code=f"N{number:05d}")

    run = synced_unattended(customer)

    assert run.status == RunStatus.SUCCEEDED
    assert not HeldLogin.objects.for_company(customer.company).exists()


def test_S5_new_people_get_their_numbers_meanwhile(customer: Customer, account: Account) -> None:
    renumbered(customer, account, 11)
    new = account.add_crew(emp_code="NEW001")
    blocked = account.add_crew(emp_code="N00001")

    synced_unattended(customer)

    assert customer.person(new).employee_id == "NEW001"
    assert customer.person(blocked).employee_id != "N00001"


# --- what a good run leaves ------------------------------------------------------------------
def test_X2_a_run_of_a_person_opens_the_schedules(customer: Customer, account: Account) -> None:
    account.add_crew()
    synced_unattended(customer)
    assert customer.integration.people_imported_at is None

    customer.sync()

    assert customer.integration.people_imported_at is not None


def test_X3_a_failed_run_is_no_success(customer: Customer, account: Account) -> None:
    account.add_crew()
    account.fail("not_found_html", path="/crews")

    customer.sync()

    assert customer.integration.last_success_at is None
    assert customer.integration.people_imported_at is None


def test_S6_a_hold_that_nobody_ended_is_followed_by_a_full_comparison(
    customer: Customer, account: Account
) -> None:
    """Also where the company wants none at night."""
    account.add_crew()
    customer.sync()
    long_ago(customer)
    set_up(customer, nightly_sync=False, hourly_sync=False, full_wanted_at=timezone.now())
    want_changes(company=customer.company)

    start_due_syncs()
    run: SyncRun = SyncRun.objects.for_company(customer.company).latest("pk")
    work(run)
    start_due_syncs()

    assert runs(customer)[1:] == [(RunKind.EMPLOYEES, Trigger.SCHEDULE)]
    assert customer.integration.full_wanted_at is None
    assert customer.integration.changes_wanted_at is None
