"""「その後の同期で反映済み」: what a later good read has made needless (W8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from companies.models import Company
from companies.set_based import batches
from integrations.reasons import Reason
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery, DeliveryCrew
from webhooks.services.inboxes import locked_inbox

COVERABLE = Q(status=DeliveryStatus.PENDING, lease=None) | Q(
    status=DeliveryStatus.FAILED, reason=Reason.ATTEMPTS_EXHAUSTED
)


def cover_crews(company: Company, crews: Mapping[UUID, bool], *, before: datetime) -> None:
    """These people were read for other deliveries; the value says whether as deleted ones.

    Runs under the company's lock.
    """
    now = timezone.now()
    touched: set[int] = set()
    for ids in batches(crews):
        rows = DeliveryCrew.objects.for_company(company).filter(
            smarthr_id__in=ids, done_at=None, delivery__received_at__lt=before
        )
        waiting = rows.filter(
            Q(delivery__status=DeliveryStatus.PENDING, delivery__lease=None)
            | Q(delivery__status=DeliveryStatus.FAILED)
        )
        found = [
            (pk, delivery_id)
            for pk, delivery_id, crew_id, says_deleted in waiting.values_list(
                "pk", "delivery_id", "smarthr_id", "says_deleted"
            )
            if crews[crew_id] or not says_deleted  # W7: nobody looked for a deletion
        ]
        for keys in batches([pk for pk, _ in found]):
            DeliveryCrew.objects.for_company(company).filter(pk__in=keys).update(done_at=now)
        touched.update(delivery_id for _, delivery_id in found)
    for keys in batches(touched):
        still_open = DeliveryCrew.objects.for_company(company).filter(
            delivery=OuterRef("pk"), done_at=None
        )
        # Of one that is taken in in parts nobody knows yet whom else it names.
        whole = Delivery.objects.for_company(company).filter(pk__in=keys, taken_in=True)
        _close(whole.filter(~Exists(still_open)))


def cover_by_sync(company: Company | int, *, since: datetime, whole: bool) -> None:
    """A sync has read all people, or all that had changed, as they were after `since`.

    What only changed (X2) tells nothing of those who are gone. In the sync's transaction.
    """
    with transaction.atomic():
        locked_inbox(company)
        rows = Delivery.objects.for_company(company).filter(COVERABLE, received_at__lt=since)
        if not whole:
            rows = rows.filter(says_deleted=False)
        open_crews = DeliveryCrew.objects.for_company(company).filter(
            delivery__in=rows.values("pk"), done_at=None
        )
        open_crews.update(done_at=timezone.now())
        _close(rows)
        # W5: what could not be read stays as failed, but asks for nothing any more.
        Delivery.objects.for_company(company).filter(
            reason=Reason.BODY_UNREADABLE, received_at__lt=since
        ).update(reason=Reason.UNREADABLE_COVERED)


def _close(rows: Any) -> None:
    rows.update(
        status=DeliveryStatus.PROCESSED,
        reason=Reason.COVERED_BY_SYNC,
        detail={},
        by_sync=False,
        not_before=None,
        finished_at=timezone.now(),
    )
