"""W8: a delivery's own failures, the account's trouble, and what closes by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from companies.audit import command
from companies.models import AuditEntry
from integrations.models import SmartHRIntegration
from integrations.smarthr import transport
from simulator.account import Account
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.lives import between_pages
from tests.webhooks.lives import (
    hold_of,
    hold_over,
    lapse,
    own_wait_over,
    poison,
    received,
    rest_over,
    rows,
    seconds_held,
    slice_of_work,
    taken_by_another,
)
from tests.webhooks.posts import counted, counts, deliveries, processed, send, send_bytes, stored
from webhooks.models import Delivery, DeliveryCrew, DeliveryTry
from webhooks.services import claims
from webhooks.services.claims import claim
from webhooks.services.covering import cover_by_sync
from webhooks.services.endings import settle
from webhooks.services.intake import take_in
from webhooks.services.processing import work
from webhooks.services.retries import retry_delivery, retry_parked
from webhooks.services.upkeep import companies_with_work, purge

BACK_OFF = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200]
PARKED = ("crew_updated", "failed", "attempts_exhausted")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """One try of each request."""
    monkeypatch.setattr(transport, "_PAUSES", ())


def waits(row: Delivery) -> int:
    assert row.not_before is not None
    return round((row.not_before - timezone.now()).total_seconds())


# --- its own -------------------------------------------------------------------------------
def test_W8_a_delivery_that_fails_is_tried_with_back_off_and_parked_after_ten(
    inbox: Customer, account: Account
) -> None:
    send(inbox, "crew_updated", poison(inbox, account))
    pauses = []
    for number in range(1, 10):
        slice_of_work(inbox)
        [row] = deliveries(inbox)
        assert (row.status, row.reason) == ("pending", "unexpected_answer")
        assert (row.attempts, row.failures) == (number, number)
        pauses.append(waits(row))
        assert not slice_of_work(inbox).tried
        own_wait_over(inbox)

    slice_of_work(inbox)

    assert pauses == BACK_OFF
    [row] = deliveries(inbox)
    assert (row.event, row.status, row.reason) == PARKED
    assert (row.attempts, row.failures, row.not_before) == (10, 10, None)
    detail = {"attempts": 10, "last": "unexpected_answer", "last_detail": {"subdomain": "acme"}}
    assert row.detail == detail
    tries = DeliveryTry.objects.for_company(inbox.company).order_by("pk")
    assert [a_try.reason for a_try in tries] == ["unexpected_answer"] * 10
    assert not slice_of_work(inbox).tried


def test_W8_one_poisoned_person_parks_only_their_own_delivery(
    inbox: Customer, account: Account
) -> None:
    bad = poison(inbox, account)
    good = [account.add_crew() for _ in range(5)]
    for crew in [*good[:3], bad, *good[3:]]:
        send(inbox, "crew_updated", crew)

    slice_of_work(inbox)

    assert [row[1] for row in stored(inbox)] == ["processed"] * 3 + ["pending"] + ["processed"] * 2
    assert [row.failures for row in deliveries(inbox)] == [0, 0, 0, 1, 0, 0]
    assert all(inbox.has_person(crew) for crew in good)
    assert all(row.attempts <= 2 for row in deliveries(inbox))


def test_W8_an_import_with_one_poisoned_person_does_all_the_others(
    inbox: Customer, account: Account
) -> None:
    bad = poison(inbox, account)
    good = [account.add_crew() for _ in range(250)]
    send(inbox, "crew_imported", *good[:120], bad, *good[120:])

    for _ in range(3):
        slice_of_work(inbox)
        own_wait_over(inbox)

    assert sum(inbox.has_person(crew) for crew in good) == 250
    [row] = deliveries(inbox)
    assert (row.status, row.failures, row.attempts) == ("pending", 3, 3)
    left = DeliveryCrew.objects.for_company(inbox.company).filter(done_at=None)
    assert [str(row.smarthr_id) for row in left] == [bad]


def test_W8_the_log_of_an_error_tells_nothing_of_people(
    inbox: Customer, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    crew = account.add_crew(last_name="佐藤花子")
    send(inbox, "crew_updated", crew)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("integrations.sync.batch_steps.check_account", explode)
        slice_of_work(inbox)

    assert stored(inbox) == [("crew_updated", "pending", "internal_error")]
    assert "ValueError" in caplog.text
    assert "佐藤" not in caplog.text


def explode(work: object) -> None:
    raise ValueError("佐藤花子 1990-01-02")


def test_W8_a_killed_worker_is_taken_over_after_its_lease(
    inbox: Customer, account: Account
) -> None:
    crew = account.add_crew()
    send(inbox, "crew_created", crew)
    slice_of_work_before = taken_by_another(inbox)
    assert not slice_of_work(inbox).tried
    lapse(inbox)
    assert companies_with_work() == [inbox.company.pk]

    slice_of_work(inbox)
    [row] = deliveries(inbox)
    assert (row.status, row.reason, row.failures) == ("pending", "worker_lost", 1)
    own_wait_over(inbox)
    slice_of_work(inbox)

    [row] = deliveries(inbox)
    assert (row.status, row.reason, row.attempts) == ("processed", "", 2)
    assert inbox.has_person(crew)
    assert slice_of_work_before.rows.count() == 0


def test_W6_a_worker_that_lost_its_lease_writes_nothing(inbox: Customer, account: Account) -> None:
    crew = account.add_crew()
    send(inbox, "crew_created", crew)
    late = taken_by_another(inbox)
    lapse(inbox)
    taken_over = claim(inbox.company)
    own_wait_over(inbox)
    taken_over = taken_over or claim(inbox.company)
    assert taken_over is not None

    assert work(late, should_pause=lambda: False) is None

    assert not inbox.has_person(crew)
    assert deliveries(inbox)[0].lease == taken_over.lease


def test_W8_a_worker_that_waits_for_smarthr_keeps_its_lease(
    inbox: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "BEAT", timedelta(0))
    crew = account.add_crew()
    send(inbox, "crew_created", crew)
    batch = taken_by_another(inbox)
    lapse(inbox)
    leases: list[bool] = []
    account.before_page = between_pages(
        lambda page: leases.append(not rows(inbox).lapsed(timezone.now()).exists())
    )

    assert work(batch, should_pause=lambda: False) is None

    assert leases == [True]  # renewed with the request
    assert inbox.has_person(crew)


# --- two workers ---------------------------------------------------------------------------
def test_W6_two_deliveries_of_one_person_never_run_at_once(
    inbox: Customer, account: Account
) -> None:
    first, second = account.add_crew(), account.add_crew()
    send(inbox, "crew_created", first)
    busy = taken_by_another(inbox)
    send(inbox, "crew_updated", first)
    send(inbox, "crew_imported", first, second)
    send(inbox, "crew_created", second)

    take_in(inbox.company)
    beside = claim(inbox.company)

    assert beside is not None
    assert [str(crew) for crew in beside.crews] == [second]
    assert {str(crew) for crew in busy.crews} == {first}
    assert claim(inbox.company) is None


def test_W6_at_most_two_batches_of_a_company_run_at_once(inbox: Customer, account: Account) -> None:
    for _ in range(250):
        send(inbox, "crew_created", uuid4())

    take_in(inbox.company)
    batches = [claim(inbox.company) for _ in range(3)]

    assert [batch and len(batch.crews) for batch in batches] == [100, 100, None]


def test_W6_somebody_read_a_moment_ago_rests(inbox: Customer, account: Account) -> None:
    crew = account.add_crew()
    send(inbox, "crew_created", crew)
    slice_of_work(inbox)
    send(inbox, "crew_updated", crew)

    assert not slice_of_work(inbox).tried
    rest_over(inbox)

    assert slice_of_work(inbox).tried == 1
    assert [row[1] for row in stored(inbox)] == ["processed"] * 2


# --- the account's -------------------------------------------------------------------------
TROUBLES: list[Any] = [
    ("status", {"status": 500}, "connection_failed"),
    ("drop_connection", {}, "connection_failed"),
    ("status", {"status": 401}, "token_rejected"),
    ("status", {"status": 403}, "permission_missing"),
    ("ip_not_permitted", {}, "ip_not_permitted"),
    ("maintenance", {}, "maintenance"),
    ("inactive", {}, "subdomain_renamed"),
]


@pytest.mark.parametrize(("kind", "options", "reason"), TROUBLES, ids=[t[2] for t in TROUBLES])
def test_W8_an_outage_of_the_account_parks_nothing_and_asks_seldom(
    inbox: Customer, account: Account, kind: str, options: dict[str, Any], reason: str
) -> None:
    crews = [account.add_crew() for _ in range(150)]
    for crew in crews:
        send(inbox, "crew_created", crew)
    account.fail(kind, times=None, **options)
    held = []
    for _ in range(12):
        slice_of_work(inbox)
        held.append(seconds_held(inbox))
        assert not slice_of_work(inbox).tried
        hold_over(inbox)
    asked = account.request_count

    assert asked == 12
    assert held == [30, 60, 120, 240, 480, *[900] * 7]
    assert {(row.status, row.failures) for row in deliveries(inbox)} == {("pending", 0)}
    assert {row[2] for row in stored(inbox)} == {reason}
    assert hold_of(inbox).hold_reason == reason
    account.clear_faults()
    slice_of_work(inbox)
    assert {row[1:] for row in stored(inbox)} == {("processed", "")}
    assert (hold_of(inbox).held_until, hold_of(inbox).holds) == (None, 0)
    assert all(inbox.has_person(crew) for crew in crews)


def test_W8_a_rate_limit_is_waited_for_as_long_as_smarthr_says(
    inbox: Customer, account: Account
) -> None:
    send(inbox, "crew_created", account.add_crew())
    account.fail("too_many", times=1, reset=77)

    slice_of_work(inbox)

    assert stored(inbox) == [("crew_created", "pending", "rate_limited")]
    assert 75 <= seconds_held(inbox) <= 79


def test_W8_a_token_that_cannot_be_read_is_the_accounts(inbox: Customer, account: Account) -> None:
    send(inbox, "crew_created", account.add_crew())
    SmartHRIntegration.objects.for_company(inbox.company).update(token_ciphertext="no ciphertext")

    slice_of_work(inbox)

    assert stored(inbox) == [("crew_created", "pending", "token_undecryptable")]
    assert deliveries(inbox)[0].failures == 0


def test_T5_another_account_waits_for_a_person(inbox: Customer, account: Account) -> None:
    crews = [account.add_crew() for _ in range(3)]
    inbox.sync()
    for crew in crews:
        account.delete_crew(crew)
    account.add_crew()
    inbox.configure("--subdomain", "acme", token=TOKEN)
    SmartHRIntegration.objects.for_company(inbox.company).update(account_unchecked=True)
    send(inbox, "crew_deleted", crews[0])

    answer = processed(inbox)

    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    assert stored(inbox) == [("crew_deleted", "pending", "other_account")]
    assert inbox.has_person(crews[0])


def test_W8_a_person_about_whom_smarthr_always_fails_holds_nobody_else_up(
    inbox: Customer, account: Account
) -> None:
    bad = poison(inbox, account, "status", status=500)
    send(inbox, "crew_updated", bad)
    slice_of_work(inbox)
    good = account.add_crew()
    send(inbox, "crew_created", good)

    hold_over(inbox)
    slice_of_work(inbox)

    assert inbox.has_person(good)
    first, second = deliveries(inbox)
    assert (first.status, first.reason, first.failures) == ("pending", "connection_failed", 1)
    assert second.status == "processed"
    assert hold_of(inbox).held_until is None
    own_wait_over(inbox)
    another = account.add_crew()
    send(inbox, "crew_created", another)
    for _ in range(2):
        slice_of_work(inbox)
        hold_over(inbox)
    assert inbox.has_person(another)
    assert [row.attempts for row in deliveries(inbox)] == [4, 1, 1]
    assert deliveries(inbox)[0].failures == 2


def test_W8_the_command_tries_an_account_that_was_put_right(
    inbox: Customer, account: Account
) -> None:
    send(inbox, "crew_created", account.add_crew())
    account.fail("status", times=None, status=401)

    during = processed(inbox)
    account.clear_faults()
    after = processed(inbox)

    assert (during.code, during["status"], counted(during)) == (1, "failed", counts(pending=1))
    assert "アクセストークンがSmartHRで認められませんでした" in during["error"]
    assert (after.code, counted(after)) == (0, counts(processed=1))


def test_W8_after_7_days_a_changed_only_sync_closes_it(inbox: Customer, account: Account) -> None:
    crew = account.add_crew()
    assert inbox.sync().code == 0
    account.change_crew(crew, last_name="新姓")
    send(inbox, "crew_updated", crew)
    received(inbox, timezone.now() - timedelta(days=7, seconds=1))

    assert not slice_of_work(inbox).tried
    assert inbox.integration.changes_wanted_at is not None
    answer = inbox.sync("--changed")

    assert answer.code == 0
    assert inbox.person(crew).last_name == "新姓"
    assert stored(inbox) == [("crew_updated", "processed", "covered_by_sync")]
    assert inbox.integration.changes_wanted_at is None


def test_W8_a_deletion_is_tried_however_old_it_is(inbox: Customer, account: Account) -> None:
    crew = account.add_crew()
    account.add_crew()
    inbox.sync()
    account.delete_crew(crew)
    send(inbox, "crew_deleted", crew)
    received(inbox, timezone.now() - timedelta(days=8))

    slice_of_work(inbox)

    assert not inbox.has_person(crew)


def test_W5_a_body_that_was_too_large_is_closed_by_a_changed_only_sync(
    inbox: Customer, account: Account
) -> None:
    crew = account.add_crew()
    inbox.sync()
    account.change_crew(crew, last_name="新姓")
    send_bytes(inbox, b" " * (5 * 1024 * 1024 + 1))

    answer = processed(inbox)

    assert (answer.code, counted(answer)) == (0, counts(processed=1))
    assert stored(inbox) == [("", "processed", "covered_by_sync")]
    assert inbox.person(crew).last_name == "新姓"


def test_W5_a_body_that_came_while_the_sync_ran_asks_for_another(
    inbox: Customer, account: Account
) -> None:
    send_bytes(inbox, b" " * (5 * 1024 * 1024 + 1))
    slice_of_work(inbox)
    SmartHRIntegration.objects.for_company(inbox.company).update(changes_wanted_at=None)

    assert companies_with_work() == [inbox.company.pk]
    slice_of_work(inbox)

    assert inbox.integration.changes_wanted_at is not None
    assert companies_with_work() == []


# --- what closes by itself -----------------------------------------------------------------
def parked(inbox: Customer, account: Account, event: str = "crew_updated") -> str:
    """A person whose delivery was parked; SmartHR is well again."""
    crew = account.add_crew()
    send(inbox, event, crew)
    rows(inbox).update(failures=9)
    fault = account.fail("html200", times=None)
    slice_of_work(inbox)
    fault.cancel()
    assert deliveries(inbox)[-1].status == "failed"
    return crew


def test_W8_a_parked_delivery_closes_when_its_person_is_read_for_another(
    inbox: Customer, account: Account
) -> None:
    crew = parked(inbox, account)
    send(inbox, "crew_updated", crew)

    slice_of_work(inbox)

    assert stored(inbox) == [
        ("crew_updated", "processed", "covered_by_sync"),
        ("crew_updated", "processed", ""),
    ]


def test_W8_a_parked_deletion_is_not_closed_by_a_reading_that_did_not_look_for_it(
    inbox: Customer, account: Account
) -> None:
    crew = parked(inbox, account, "crew_deleted")
    send(inbox, "crew_updated", crew)
    slice_of_work(inbox)

    kept = stored(inbox)
    send(inbox, "crew_deleted", crew)
    rest_over(inbox)
    slice_of_work(inbox)

    assert kept[0] == ("crew_deleted", "failed", "attempts_exhausted")
    assert stored(inbox)[0] == ("crew_deleted", "processed", "covered_by_sync")


def test_W8_one_that_came_after_the_reading_began_is_not_closed_by_it(
    inbox: Customer, account: Account
) -> None:
    crew = parked(inbox, account)
    send(inbox, "crew_updated", crew)
    batch = taken_by_another(inbox)
    before = timezone.now()
    send(inbox, "crew_updated", crew)
    slice_of_work(inbox)

    settle(batch, crews=list(batch.crews), results={}, read_from=before)

    assert [row[1] for row in stored(inbox)] == ["processed", "processed", "pending"]


@pytest.mark.parametrize(
    ("whole", "kept"),
    [
        (True, ["processed"] * 5),
        (False, ["processed", "processed", "pending", "failed", "processed"]),
    ],
)
def test_W8_a_good_sync_closes_what_had_come_before(
    inbox: Customer, account: Account, whole: bool, kept: list[str]
) -> None:
    parked(inbox, account)
    send_bytes(inbox, b"no JSON")
    rows(inbox).filter(status="pending").update(not_before=timezone.now() + timedelta(hours=1))
    send(inbox, "crew_deleted", uuid4())
    send(inbox, "crew_deleted", uuid4())
    rows(inbox).filter(pk=deliveries(inbox)[3].pk).update(
        status="failed", reason="attempts_exhausted"
    )
    send(inbox, "crew_updated", uuid4())
    since = timezone.now()
    send(inbox, "crew_updated", uuid4())

    cover_by_sync(inbox.company, since=since, whole=whole)

    assert [row[1] for row in stored(inbox)] == [*kept, "pending"]
    closed = {row[2] for row in stored(inbox) if row[1] == "processed"}
    assert closed == {"covered_by_sync"}


def test_W8_what_a_worker_has_at_this_moment_is_left_to_it(
    inbox: Customer, account: Account
) -> None:
    send(inbox, "crew_created", account.add_crew())
    taken_by_another(inbox)

    cover_by_sync(inbox.company, since=timezone.now(), whole=True)

    assert [row[1] for row in stored(inbox)] == ["pending"]


def test_W8_a_full_sync_closes_parked_deliveries(inbox: Customer, account: Account) -> None:
    parked(inbox, account)

    assert inbox.sync().code == 0

    assert stored(inbox) == [("crew_updated", "processed", "covered_by_sync")]


# --- a person's word -----------------------------------------------------------------------
def test_W8_a_parked_delivery_can_be_tried_again(inbox: Customer, account: Account) -> None:
    crew = parked(inbox, account)
    [row] = deliveries(inbox)

    assert retry_delivery(delivery=row, actor=command("test"))
    slice_of_work(inbox)

    [row] = deliveries(inbox)
    assert (row.status, row.reason, row.failures, row.attempts) == ("processed", "", 0, 2)
    assert inbox.has_person(crew)
    entry = AuditEntry.objects.for_company(inbox.company).get(object_type="delivery")
    assert (entry.action, entry.object_id, entry.object_label) == (
        "started",
        row.pk,
        f"Webhook #{row.pk}",
    )
    assert not retry_delivery(delivery=row, actor=command("test"))


def test_W8_all_parked_deliveries_can_be_tried_again_at_once(
    inbox: Customer, account: Account
) -> None:
    for _ in range(3):
        parked(inbox, account)
    send_bytes(inbox, b"no JSON")

    assert retry_parked(company=inbox.company, actor=command("test")) == 3
    slice_of_work(inbox)

    assert [row[1] for row in stored(inbox)] == ["processed"] * 3 + ["failed"]
    assert retry_parked(company=inbox.company, actor=command("test")) == 0


def test_W8_trying_again_does_not_wait_for_the_back_off(inbox: Customer, account: Account) -> None:
    send(inbox, "crew_created", account.add_crew())
    fault = account.fail("status", times=None, status=401)
    slice_of_work(inbox)
    fault.cancel()

    assert retry_delivery(delivery=deliveries(inbox)[0], actor=command("test"))

    assert slice_of_work(inbox).tried == 1
    assert stored(inbox) == [("crew_created", "processed", "")]


def test_W8_what_is_closed_is_forgotten_after_30_days(inbox: Customer, account: Account) -> None:
    send(inbox, "crew_created", account.add_crew())
    slice_of_work(inbox)
    send_bytes(inbox, b"no JSON")
    send(inbox, "crew_created", account.add_crew())
    received(inbox, timezone.now() - timedelta(days=29))
    assert purge() == 0
    received(inbox, timezone.now() - timedelta(days=31))

    assert purge() == 2

    assert [row[1] for row in stored(inbox)] == ["pending"]
    assert DeliveryCrew.objects.for_company(inbox.company).count() == 0
