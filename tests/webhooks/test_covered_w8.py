"""W8: 「その後の同期で反映済み」: what closes by itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.webhooks.lives import (
    parked,
    rest_over,
    rows,
    slice_of_work,
    taken_by_another,
)
from tests.webhooks.posts import deliveries, send, send_bytes, stored
from webhooks.services.covering import cover_by_sync
from webhooks.services.endings import settle


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
        (True, ["processed", "failed", "processed", "processed", "processed"]),
        (False, ["processed", "failed", "pending", "failed", "processed"]),
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
    # W5: what could not be read keeps saying so, and asks for nothing any more.
    assert stored(inbox)[1][2] == "unreadable_covered"
    assert rows(inbox).failed().count() == (0 if whole else 1)


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
