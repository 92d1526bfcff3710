"""From one row that the endpoint wrote to a row for each person that it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from companies.models import Company
from integrations.services.receipts import note_received, want_changes
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery, DeliveryCrew
from webhooks.services.inboxes import locked_inbox

AT_ONCE: Final = 100


def take_in(company: Company) -> None:
    """All that has come so far. Two at once do no harm."""
    while _new(company).exists():
        found = list(_new(company).order_by("received_at", "pk")[:AT_ONCE])
        _note(company, found)  # before the lock: a sync that ends locks in that order
        with transaction.atomic():
            locked_inbox(company)
            # Another may have been faster.
            _expand(company, list(_new(company).filter(pk__in=[row.pk for row in found])))


def _new(company: Company) -> Any:
    return Delivery.objects.for_company(company).filter(taken_in=False)


def _expand(company: Company, deliveries: Sequence[Delivery]) -> None:
    rows = [
        DeliveryCrew(
            company=company,
            delivery=delivery,
            smarthr_id=crew_id,
            says_deleted=delivery.says_deleted,
            done_at=delivery.finished_at,  # closed before anybody looked at it
        )
        for delivery in deliveries
        for crew_id in delivery.crew_ids
    ]
    DeliveryCrew.objects.bulk_create(rows, batch_size=1000)
    kept = Delivery.objects.for_company(company).filter(pk__in=[row.pk for row in deliveries])
    # An import of nobody has nothing to wait for.
    kept.idle().filter(people=0, by_sync=False).update(
        status=DeliveryStatus.PROCESSED, finished_at=timezone.now()
    )
    kept.update(taken_in=True, crew_ids=[])


def _note(company: Company, deliveries: Sequence[Delivery]) -> None:
    """W3, W9: the first with each secret, and the newest of all."""
    first = {row.secret: row for row in reversed(deliveries)}
    for delivery in [*first.values(), *deliveries[-1:]]:
        note_received(company=company, at=delivery.received_at, secret=delivery.secret)


def ask_for_sync(company: Company) -> None:
    """X2: whatever only a sync can close. Asked again where one ended meanwhile that had begun
    before the delivery came."""
    if Delivery.objects.for_company(company).idle().filter(by_sync=True).exists():
        want_changes(company=company)
