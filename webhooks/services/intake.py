"""From one row that the endpoint wrote to a row for each person that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from companies.models import Company
from integrations.services.receipts import note_received, want_changes
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery, DeliveryCrew
from webhooks.services.inboxes import locked_inbox

# In one transaction: so many deliveries, and of those that name many so many people.
AT_ONCE: Final = 100
PEOPLE_AT_ONCE: Final = 5_000


def take_in(company: Company, *, should_pause: Callable[[], bool] = lambda: False) -> None:
    """What has come so far, until `should_pause` says so. Two at once do no harm."""
    while _new(company).exists() and not should_pause():
        found = list(_new(company).order_by("received_at", "pk")[:AT_ONCE])
        _note(company, found)  # before the lock: a sync that ends locks in that order
        with transaction.atomic():
            locked_inbox(company)
            # Another may have been faster.
            _expand(company, list(_new(company).filter(pk__in=[row.pk for row in found])))


def _new(company: Company) -> Any:
    return Delivery.objects.for_company(company).filter(taken_in=False)


def _expand(company: Company, deliveries: Sequence[Delivery]) -> None:
    rows: list[DeliveryCrew] = []
    whole: list[int] = []
    for delivery in deliveries:
        room = PEOPLE_AT_ONCE - len(rows)
        if room <= 0:
            break
        rows += _people(company, delivery, delivery.crew_ids[:room])
        if rest := delivery.crew_ids[room:]:  # it is taken in with the next ones
            Delivery.objects.for_company(company).filter(pk=delivery.pk).update(crew_ids=rest)
        else:
            whole.append(delivery.pk)
    DeliveryCrew.objects.bulk_create(rows, batch_size=1000)
    kept = Delivery.objects.for_company(company).filter(pk__in=whole)
    # An import of nobody has nothing to wait for.
    kept.idle().filter(people=0, by_sync=False).update(
        status=DeliveryStatus.PROCESSED, finished_at=timezone.now()
    )
    kept.update(taken_in=True, crew_ids=[])


def _people(
    company: Company, delivery: Delivery, crew_ids: Sequence[str]
) -> Iterator[DeliveryCrew]:
    for crew_id in crew_ids:
        yield DeliveryCrew(
            company=company,
            delivery=delivery,
            smarthr_id=crew_id,
            says_deleted=delivery.says_deleted,
            done_at=delivery.finished_at,  # closed before anybody looked at it
        )


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
