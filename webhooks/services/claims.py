"""Which deliveries are tried next, and by whom: a lease on their rows (W6, W8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from companies.models import Company
from companies.set_based import batches
from integrations.reasons import Reason
from webhooks.models import Delivery, DeliveryCrew, Inbox
from webhooks.services.failures import count_failure
from webhooks.services.inboxes import is_held, locked_inbox

LEASE: Final = timedelta(seconds=60)
BEAT: Final = timedelta(seconds=10)
# Live batches of one company: the second reads while the first one writes.
MOST_LIVE: Final = 2
# What one request reads.
MOST_CREWS: Final = 100
# Of a delivery that names many, what one claim holds.
MOST_OF_ONE: Final = 1_000
# How many deliveries are looked at for a batch.
WINDOW: Final = 200
# A person who was read a moment ago is not read again at once: a burst of deliveries about one
# person is two reads.
REST: Final = timedelta(seconds=3)
# W8: how long a delivery waits for the account before a changed-only sync has to close it.
PATIENCE: Final = timedelta(days=7)


@dataclass(slots=True)
class Batch:
    company: Company
    lease: UUID
    deliveries: Sequence[Delivery]
    # Whom they name and who is not done yet, and whether a deletion was announced.
    crews: dict[UUID, bool]
    started_at: datetime = field(default_factory=timezone.now)
    beaten_at: datetime = field(default_factory=timezone.now)

    @property
    def rows(self) -> Any:
        """Its deliveries, as long as the lease is its own."""
        return Delivery.objects.for_company(self.company).pending().filter(lease=self.lease)


def claim(company: Company, *, at_once: bool = False) -> Batch | None:
    """The next deliveries whose time has come and whose people nobody else works on.

    `at_once`: somebody waits for it, so nobody rests.
    """
    with transaction.atomic():
        inbox = locked_inbox(company)
        now = timezone.now()
        _take_back(company, now)
        _leave_to_sync(company, now)
        if is_held(inbox, now) or _live(company, now) >= (1 if inbox.holds else MOST_LIVE):
            return None
        due = _due(company, now, inbox)
        chosen, crews = _choose(company, due, now, now if at_once else now - REST)
        if not chosen:
            return None
        batch = Batch(company, uuid4(), chosen, crews)
        Delivery.objects.for_company(company).filter(pk__in=[row.pk for row in chosen]).update(
            lease=batch.lease, lease_until=now + LEASE, tried_at=now, attempts=F("attempts") + 1
        )
    return batch


def beat(batch: Batch) -> bool:
    """Whether the batch is still ours, for another lease's time."""
    until = timezone.now() + LEASE
    held: int = batch.rows.update(lease_until=until)
    return held == len(batch.deliveries)


def keep_alive(batch: Batch) -> None:
    """Beats with the requests too: SmartHR may take longer for one than a lease lasts."""
    if timezone.now() - batch.beaten_at > BEAT:
        batch.beaten_at = timezone.now()
        beat(batch)


def is_busy(company: Company) -> bool:
    """Whether a worker is at it at this moment."""
    return _live(company, timezone.now()) > 0


def _live(company: Company, now: datetime) -> int:
    rows = Delivery.objects.for_company(company).pending()
    leases = rows.filter(lease__isnull=False, lease_until__gte=now).values("lease").distinct()
    count: int = leases.count()
    return count


def _take_back(company: Company, now: datetime) -> None:
    """A worker that was killed: the deliveries may have killed it (W8)."""
    lapsed = Delivery.objects.for_company(company).lapsed(now)
    # One that is late after all, and writes at this moment, has its rows locked.
    for delivery in lapsed.select_for_update(skip_locked=True):
        count_failure(delivery, Reason.WORKER_LOST, {}, now=now)
        delivery.alone = delivery.failures > 1
        delivery.save()


def _leave_to_sync(company: Company, now: datetime) -> None:
    """W8: it has waited long enough. Of deletions a changed-only sync would learn nothing."""
    old = (
        Delivery.objects.for_company(company)
        .idle()
        .filter(by_sync=False, says_deleted=False, waits_since__lt=now - PATIENCE)
    )
    old.update(by_sync=True)


def _due(company: Company, now: datetime, inbox: Inbox) -> list[Delivery]:
    """By receipt. While the account is in trouble one request asks how it is: about those who
    were not tried yet, for others may be the very ones that SmartHR fails about."""
    rows = Delivery.objects.for_company(company).waiting(now)
    by_receipt = rows.order_by("received_at", "pk")
    if not inbox.holds:
        return list(by_receipt[:WINDOW])
    fresh = list(by_receipt.filter(tried_at=None)[:WINDOW])
    return fresh or list(rows.order_by("tried_at", "pk")[:1])


def _choose(
    company: Company, due: Sequence[Delivery], now: datetime, rested: datetime
) -> tuple[list[Delivery], dict[UUID, bool]]:
    """Together as many as one request reads; one that names more is taken alone."""
    small = [row.pk for row in due if row.people <= MOST_CREWS]
    open_crews = _open_crews(company, small, now, rested)
    chosen: list[Delivery] = []
    crews: dict[UUID, bool] = {}
    for delivery in due:
        is_big = delivery.people > MOST_CREWS
        if chosen and (is_big or delivery.alone):
            continue
        of_big = _open_crews(company, [delivery.pk], now, rested) if is_big else open_crews
        named = of_big.get(delivery.pk, {})
        if named is None or (chosen and len(crews.keys() | named.keys()) > MOST_CREWS):
            continue
        chosen.append(delivery)
        for crew_id, says_deleted in named.items():
            crews[crew_id] = crews.get(crew_id, False) or says_deleted
        if is_big or delivery.alone:
            break
    return chosen, crews


def _open_crews(
    company: Company, deliveries: Sequence[int], now: datetime, rested: datetime
) -> dict[int, dict[UUID, bool] | None]:
    """Of each delivery who is not done yet; None where one of them is not free."""
    rows = (
        DeliveryCrew.objects.for_company(company)
        .filter(delivery__in=deliveries, done_at=None)
        .order_by("delivery_id", "pk")
        .values_list("delivery_id", "smarthr_id", "says_deleted")
    )
    if len(deliveries) == 1:  # one that names many: a part of it
        rows = rows[:MOST_OF_ONE]
    found: dict[int, dict[UUID, bool]] = defaultdict(dict)
    for delivery_id, crew_id, says_deleted in rows:
        found[delivery_id][crew_id] = says_deleted
    taken = _taken({crew for crews in found.values() for crew in crews}, company, now, rested)
    return {pk: None if taken & crews.keys() else crews for pk, crews in found.items()}


def _taken(crews: Collection[UUID], company: Company, now: datetime, rested: datetime) -> set[UUID]:
    """Whom somebody works on, or has read a moment ago. By their ids: a join of large imports
    would go over all of them."""
    busy = Q(done_at=None, delivery__lease__isnull=False, delivery__lease_until__gte=now)
    taken: set[UUID] = set()
    for ids in batches(crews):
        rows = DeliveryCrew.objects.for_company(company).filter(smarthr_id__in=ids)
        found = rows.filter(busy | Q(done_at__gt=rested))
        taken.update(found.values_list("smarthr_id", flat=True))
    return taken
