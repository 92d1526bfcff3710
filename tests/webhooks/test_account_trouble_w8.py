"""W8: what concerns the account is waited for, and at last closed by a sync."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import SmartHRIntegration
from integrations.smarthr import transport
from simulator.account import Account
from tests.integrations.conftest import TOKEN, Customer
from tests.webhooks.lives import (
    hold_of,
    hold_over,
    own_wait_over,
    poison,
    received,
    seconds_held,
    slice_of_work,
)
from tests.webhooks.posts import counted, counts, deliveries, processed, send, send_bytes, stored
from webhooks.models import Inbox
from webhooks.services.upkeep import companies_with_work


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """One try of each request."""
    monkeypatch.setattr(transport, "_PAUSES", ())


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


@pytest.mark.parametrize("position", [0, 10, 20])
def test_W8_a_person_whom_smarthr_refuses_is_set_apart_from_the_batch(
    inbox: Customer, account: Account, position: int
) -> None:
    """A 403 about one of them may be the token's, or theirs alone."""
    bad = poison(inbox, account, "status", status=403)
    good = [account.add_crew() for _ in range(20)]
    for crew in [*good[:position], bad, *good[position:]]:
        send(inbox, "crew_updated", crew)
    slices = 0

    while not all(inbox.has_person(crew) for crew in good):
        slice_of_work(inbox)
        hold_over(inbox)
        slices += 1

    assert slices <= 3
    rows = deliveries(inbox)
    assert [row.status for row in rows if row != rows[position]] == ["processed"] * 20
    refused = rows[position]
    assert (refused.status, refused.reason) == ("pending", "permission_missing")
    assert (refused.failures, refused.alone) == (1, True)
    assert hold_of(inbox).held_until is None


def test_W8_those_that_came_meanwhile_are_not_held_up_by_one_that_is_refused(
    inbox: Customer, account: Account
) -> None:
    bad = poison(inbox, account, "status", status=403)
    send(inbox, "crew_updated", bad)
    slice_of_work(inbox)
    Inbox.objects.for_company(inbox.company).update(
        good_at=timezone.now(), holds=0, held_until=None
    )
    good = account.add_crew()
    send(inbox, "crew_updated", good)

    slice_of_work(inbox)

    assert inbox.has_person(good)
    assert [row.failures for row in deliveries(inbox)] == [1, 0]


def test_W8_of_an_import_only_the_person_whom_smarthr_refuses_is_left(
    inbox: Customer, account: Account
) -> None:
    bad = poison(inbox, account, "status", status=403)
    good = [account.add_crew() for _ in range(250)]
    send(inbox, "crew_imported", *good[:120], bad, *good[120:])

    for _ in range(4):
        slice_of_work(inbox)
        own_wait_over(inbox)
        hold_over(inbox)

    assert sum(inbox.has_person(crew) for crew in good) == 250
    [row] = deliveries(inbox)
    assert (row.status, row.failures) == ("pending", 3)


def test_W8_trouble_that_comes_and_goes_parks_nothing(inbox: Customer, account: Account) -> None:
    for _ in range(5):
        send(inbox, "crew_updated", account.add_crew())
    for _ in range(12):
        account.fail("status", times=None, status=403)
        slice_of_work(inbox)
        hold_over(inbox)
    Inbox.objects.for_company(inbox.company).update(
        good_at=timezone.now(), holds=0, held_until=None
    )

    for _ in range(12):
        slice_of_work(inbox)
        own_wait_over(inbox)
        hold_over(inbox)

    assert {row.status for row in deliveries(inbox)} == {"pending"}
    assert max(row.failures for row in deliveries(inbox)) == 1


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
