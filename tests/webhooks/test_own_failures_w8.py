"""W8: failures of a delivery's own: back-off, parking, and others that do not suffer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.smarthr import transport
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.lives import between_pages
from tests.webhooks.lives import (
    lapse,
    own_wait_over,
    poison,
    rows,
    slice_of_work,
    taken_by_another,
)
from tests.webhooks.posts import deliveries, send, stored
from webhooks.models import Delivery, DeliveryCrew, DeliveryTry
from webhooks.services import claims
from webhooks.services.claims import claim
from webhooks.services.processing import work
from webhooks.services.upkeep import companies_with_work

BACK_OFF = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200]
PARKED = ("crew_updated", "failed", "attempts_exhausted")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """One try of each request."""
    monkeypatch.setattr(transport, "_PAUSES", ())


def waits(row: Delivery) -> int:
    assert row.not_before is not None
    return round((row.not_before - timezone.now()).total_seconds())


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
