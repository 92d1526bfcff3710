"""X3: what the hourly look finds at SmartHR, what closes it, and who looks."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection
from django.utils import timezone

from integrations import tasks
from integrations.choices import RunKind, RunStatus, Trigger, WebhookMode
from integrations.health_causes import Cause
from integrations.models import HealthIssue
from integrations.reasons import Reason
from integrations.services.check import check_connection
from integrations.services.health import close_disproved, learn_from_run, report_issue
from integrations.services.health_checks import check_company, due_checks
from simulator.account import Account
from tests.factories import ActiveRunFactory, DeliveryFactory, IntegrationFactory, RunFactory
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.looks import issues, look, make_automatic, set_columns

CREWS = "crews:read"


@pytest.fixture
def automatic(customer: Customer) -> Customer:
    return make_automatic(customer)


def test_X3_a_connection_that_works_opens_nothing_and_costs_little(
    customer: Customer, account: Account
) -> None:
    account.requests.clear()

    assert look(customer) == {}
    assert [(record.path, record.query.get("per_page")) for record in account.requests] == [
        ("/crews", "1")
    ]


@pytest.mark.parametrize("cause", ["token_rejected", "subdomain_renamed", "ip_not_permitted"])
def test_X3_what_stops_the_connection_is_noticed_and_closed_by_a_later_look(
    customer: Customer, account: Account, cause: str
) -> None:
    if cause == "token_rejected":
        account.remove_token(TOKEN)
    elif cause == "subdomain_renamed":
        account.inactive = True
    else:
        account.fail("ip_not_permitted", times=None)

    first = look(customer)
    again = look(customer)
    account.add_token(TOKEN)
    account.inactive = False
    account.clear_faults()

    assert list(first) == list(again) == [cause]
    assert HealthIssue.objects.for_company(customer.company).count() == 1
    assert look(customer) == {}


def test_X3_a_token_that_cannot_be_decrypted(customer: Customer, settings: Any) -> None:
    kept = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert look(customer) == {"token_undecryptable": {}}

    settings.FIELD_ENCRYPTION_KEYS = kept

    assert look(customer) == {}


def test_X3_missing_permissions_are_named_where_they_are_needed(
    customer: Customer, account: Account
) -> None:
    account.add_token(TOKEN, scopes=())
    without_slot = look(customer)
    set_columns(customer, department_slot=1)
    with_slot = look(customer)
    account.add_token(TOKEN, scopes=[CREWS])
    one_left = look(customer)
    set_columns(customer, department_slot=None)

    assert without_slot == {"permission_missing": {"permissions": ["従業員情報:参照"]}}
    assert with_slot == {"permission_missing": {"permissions": ["従業員情報:参照", "部署:参照"]}}
    assert one_left == {"permission_missing": {"permissions": ["部署:参照"]}}
    assert look(customer) == {}


@pytest.mark.parametrize("trouble", ["maintenance", "drop", "limit"])
def test_X3_what_passes_by_itself_opens_nothing_but_is_looked_at_soon(
    customer: Customer, account: Account, trouble: str
) -> None:
    if trouble == "maintenance":
        account.maintenance = True
    elif trouble == "drop":
        account.fail("drop_connection", times=None)
    else:
        account.rate_limit_per_second = 0

    assert look(customer) == {}
    soon = timezone.now() + timedelta(minutes=10)
    assert due_checks() == []
    with time_machine.travel(soon, tick=False):
        assert due_checks() == [customer.company.pk]


def test_X3_a_day_without_a_good_reading_is_noticed_and_over_with_one(
    automatic: Customer, account: Account
) -> None:
    account.maintenance = True
    set_columns(automatic, last_success_at=timezone.now() - timedelta(hours=23))
    within_a_day = look(automatic)
    long_ago = timezone.now() - timedelta(hours=25)
    set_columns(automatic, last_success_at=long_ago)
    after_a_day = look(automatic)
    set_columns(automatic, last_success_at=timezone.now())
    close_disproved()

    assert within_a_day == {}
    assert after_a_day == {"no_success": {"since": long_ago.isoformat()}}
    assert issues(automatic) == {}


@pytest.mark.parametrize(
    ("columns", "is_noticed"),
    [
        ({"hourly_sync": True}, True),
        ({"hourly_sync": False}, False),  # the nightly comparison is not due yet
        ({"hourly_sync": False, "nightly_sync": False}, False),  # only deliveries read
        ({"webhook_mode": WebhookMode.OFF}, False),
        ({"people_imported_at": None}, False),
        ({"held_since": timezone.now(), "held_until": timezone.localdate()}, False),
    ],
)
def test_X3_silence_counts_only_where_something_has_to_read(
    automatic: Customer, columns: dict[str, Any], is_noticed: bool
) -> None:
    set_columns(automatic, last_success_at=timezone.now() - timedelta(hours=25), **columns)

    assert look(automatic) == ({"no_success": mock.ANY} if is_noticed else {})


@pytest.mark.parametrize(("hours", "is_noticed"), [(None, False), (23, False), (25, True)])
def test_X3_without_schedules_only_a_delivery_that_waits_breaks_the_silence(
    automatic: Customer, account: Account, hours: int | None, is_noticed: bool
) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    set_columns(automatic, last_success_at=long_ago, hourly_sync=False, nightly_sync=False)
    if hours is not None:
        at = timezone.now() - timedelta(hours=hours)
        DeliveryFactory(company=automatic.company, received_at=at)
    account.maintenance = True

    assert look(automatic) == ({"no_success": mock.ANY} if is_noticed else {})


def test_X3_after_a_rest_the_syncs_have_an_hour_before_silence_counts(
    automatic: Customer,
) -> None:
    set_columns(automatic, last_success_at=timezone.now() - timedelta(days=15), next_health_at=None)
    check_company(automatic.company.pk)
    first = issues(automatic)
    set_columns(automatic, next_health_at=timezone.now() - timedelta(hours=3))
    check_company(automatic.company.pk)

    assert first == issues(automatic) == {}
    assert list(look(automatic)) == ["no_success"]


def test_X3_a_sync_that_reads_right_now_is_not_silent(automatic: Customer) -> None:
    set_columns(automatic, last_success_at=timezone.now() - timedelta(hours=25))
    ActiveRunFactory(company=automatic.company)

    assert look(automatic) == {}


def test_X3_a_company_is_looked_at_once_an_hour_however_often_the_beat_comes(
    customer: Customer, account: Account
) -> None:
    account.requests.clear()
    start = timezone.now()
    set_columns(customer, next_health_at=None)

    for minutes in range(0, 125, 5):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            for company_id in due_checks() * 2:  # two beats
                check_company(company_id)

    assert len(account.logged("/crews")) == 3


def test_X3_two_looks_at_once_are_one(customer: Customer, account: Account) -> None:
    set_columns(customer, next_health_at=None)
    account.requests.clear()

    def run() -> None:
        try:
            check_company(customer.company.pk)
        finally:
            connection.close()

    both = [threading.Thread(target=run) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)

    assert len(account.logged("/crews")) == 1


@pytest.mark.django_db
def test_X3_only_connected_companies_whose_plan_allows_it_are_looked_at() -> None:
    today = timezone.localdate()
    looked_at = IntegrationFactory()
    IntegrationFactory(plan_started_on=None)
    IntegrationFactory(plan_started_on=today + timedelta(days=1))
    IntegrationFactory(plan_started_on=today - timedelta(days=500))  # paused
    IntegrationFactory(plan_stopped_at=timezone.now())
    IntegrationFactory(subdomain="")
    IntegrationFactory(next_health_at=timezone.now() + timedelta(minutes=1))

    assert due_checks() == [looked_at.company_id]


@pytest.mark.django_db
def test_X3_each_company_has_a_task_of_its_own() -> None:
    """So that what fails for one stops no other."""
    companies = [IntegrationFactory().company_id for _ in range(3)]

    with mock.patch.object(tasks.check_company_health, "delay") as delay:
        tasks.check_health()

    assert sorted(call.args[0] for call in delay.call_args_list) == companies


def test_X3_the_connection_test_of_a_person_closes_and_opens_nothing(
    customer: Customer, account: Account
) -> None:
    account.remove_token(TOKEN)
    look(customer)
    account.add_token(TOKEN)
    check_connection(company=customer.company)
    closed = issues(customer)
    account.remove_token(TOKEN)
    check_connection(company=customer.company)

    assert closed == issues(customer) == {}


def test_X3_another_token_is_looked_at_at_once(customer: Customer, account: Account) -> None:
    account.remove_token(TOKEN)
    look(customer)

    account.add_token("another-token-1234567")
    customer.configure(token="another-token-1234567")

    assert due_checks() == [customer.company.pk]


@pytest.mark.parametrize("trigger", Trigger)
def test_X3_a_sync_that_nobody_watched_opens_what_stopped_it(
    customer: Customer, trigger: Trigger
) -> None:
    def ended(status: RunStatus, code: str, **values: Any) -> dict[str, dict[str, Any]]:
        run = RunFactory(
            company=customer.company, trigger=trigger, status=status, error_code=code, **values
        )
        learn_from_run(run.company_id, run.pk)
        return issues(customer)

    found = [
        ended(RunStatus.FAILED, Reason.TOKEN_REJECTED),
        ended(RunStatus.NEEDS_CONFIRMATION, Reason.OTHER_ACCOUNT),
        ended(RunStatus.FAILED, Reason.UNEXPECTED_ANSWER),
        ended(RunStatus.FAILED, Reason.MAINTENANCE),
        ended(RunStatus.CANCELLED, ""),
    ]
    is_alone = trigger in (Trigger.SCHEDULE, Trigger.WEBHOOK)

    all_open = {"token_rejected", "other_account", "sync_failed"}
    assert set(found[-1]) == (all_open if is_alone else set())
    assert ended(RunStatus.SUCCEEDED, "", kind=RunKind.PREVIEW).keys() == found[-1].keys()
    assert ended(RunStatus.SUCCEEDED, "") == {}


def test_X3_a_good_sync_over_HTTP_closes_what_it_disproves(
    customer: Customer, account: Account
) -> None:
    for cause in (Reason.TOKEN_REJECTED, Cause.NO_SUCCESS, Cause.SYNC_FAILED):
        report_issue(customer.company, cause)
    report_issue(customer.company, Reason.PERMISSION_MISSING, {"permissions": ["従業員情報:参照"]})
    report_issue(customer.company, Cause.DELIVERIES_PARKED, {"count": 2})

    assert customer.sync().code == 0

    assert list(issues(customer)) == ["deliveries_parked"]


def test_X3_many_reports_at_once_are_one_issue(customer: Customer) -> None:
    together = threading.Barrier(4, timeout=30)

    def report(number: int) -> None:
        try:
            together.wait()
            report_issue(customer.company, Cause.DELIVERIES_PARKED, {"count": number})
        finally:
            connection.close()

    threads = [threading.Thread(target=report, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert HealthIssue.objects.for_company(customer.company).count() == 1


def test_X3_the_beat_comes_by_often_enough_for_an_hour() -> None:
    names = {tasks.check_health.name, tasks.send_health_mails.name, tasks.end_holds.name}
    entries = settings.CELERY_BEAT_SCHEDULE.values()

    assert {e["task"]: e["schedule"] for e in entries if e["task"] in names} == dict.fromkeys(
        names, 300.0
    )
