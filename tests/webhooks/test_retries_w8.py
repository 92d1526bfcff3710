"""W8: 「再実行」, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from companies.audit import command
from companies.models import AuditEntry
from simulator.account import Account
from tests.factories import ParkedDeliveryFactory
from tests.integrations.conftest import Customer
from tests.webhooks.lives import (
    parked,
    received,
    slice_of_work,
)
from tests.webhooks.posts import deliveries, send, send_bytes, stored
from webhooks.models import DeliveryCrew
from webhooks.services.retries import retry_delivery, retry_parked
from webhooks.services.upkeep import purge


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


def test_C1_another_companys_parked_deliveries_stay(db: None) -> None:
    own, other = ParkedDeliveryFactory(), ParkedDeliveryFactory()

    assert retry_parked(company=own.company, actor=command("test")) == 1

    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.status, own.failures, own.attempts) == ("pending", 0, 10)
    assert (other.status, other.failures) == ("failed", 10)
    assert own.crews.count() == 1


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
