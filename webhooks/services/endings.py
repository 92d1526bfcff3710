"""How the try of a batch ends. Each takes the company's lock, or runs under it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from companies.set_based import batches, update_rows
from integrations.choices import Outcome
from integrations.services.crew_batches import CrewResult
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery, DeliveryCrew, DeliveryTry, Inbox
from webhooks.services.claims import Batch
from webhooks.services.covering import cover_crews
from webhooks.services.failures import count_failure
from webhooks.services.inboxes import hold, locked_inbox, read_well, say_why
from webhooks.services.troubles import Trouble

WRITTEN = ("done_at", "object_pk", "label", "outcome", "notes", "changes")


def settle(
    batch: Batch,
    *,
    crews: Collection[UUID],
    results: Mapping[UUID, CrewResult],
    read_from: datetime | None,
) -> None:
    """These people were read and applied: in the transaction that wrote them.

    `read_from`: since when SmartHR was asked; what had come before is covered (W8).
    """
    with transaction.atomic():
        inbox = locked_inbox(batch.company)
        now = timezone.now()
        _write_results(batch, crews, results, now)
        if read_from is not None:
            read_well(inbox, now)
            said = {crew_id: batch.crews[crew_id] for crew_id in crews}
            cover_crews(batch.company, said, before=read_from)
        _close_done(batch, now)


def give_back(batch: Batch) -> None:
    """The slice is over in the middle of a delivery that names many: the same try goes on."""
    with transaction.atomic():
        locked_inbox(batch.company)
        batch.rows.update(lease=None, lease_until=None, attempts=F("attempts") - 1)


def wait_for_account(batch: Batch, trouble: Trouble) -> None:
    """W8: not their own. Nothing is counted, and nobody is asked for until the wait is over;
    unless SmartHR answers about others: then those about whom it does not are to blame."""
    with transaction.atomic():
        inbox = locked_inbox(batch.company)
        suspects = [row for row in batch.deliveries if _is_suspect(row, trouble, inbox)]
        if suspects:
            _blame(batch, suspects, trouble)
            return
        _put_back(batch, trouble)
        say_why(batch.company, trouble.reason, trouble.detail)
        hold(inbox, reason=trouble.reason, detail=trouble.detail, wait=trouble.wait)


def fail(batch: Batch, trouble: Trouble) -> None:
    """W8: of several one may be to blame, so each is tried alone before anything is counted."""
    with transaction.atomic():
        locked_inbox(batch.company)
        _fail(batch, trouble)


def is_blamed(batch: Batch, trouble: Trouble) -> bool:
    """Whether the trouble is that of the one delivery, so that the rest of it may go on."""
    inbox = Inbox.objects.for_company(batch.company).get()
    return len(batch.deliveries) == 1 and _is_suspect(batch.deliveries[0], trouble, inbox)


def _blame(batch: Batch, suspects: Sequence[Delivery], trouble: Trouble) -> None:
    """One of these it is: each is tried alone, and the others go on without them."""
    if len(batch.deliveries) == 1:
        _fail(batch, trouble)
        return
    # This try was not theirs alone: SmartHR has answered since the one before it.
    before = max(row.tried_at for row in suspects if row.tried_at is not None)
    batch.rows.filter(pk__in=[row.pk for row in suspects]).update(alone=True, tried_at=before)
    _put_back(batch, trouble)


def _put_back(batch: Batch, trouble: Trouble) -> None:
    _write_tries(batch, trouble.reason)
    batch.rows.update(
        lease=None, lease_until=None, reason=trouble.reason, detail=dict(trouble.detail)
    )


def _fail(batch: Batch, trouble: Trouble) -> None:
    if len(batch.deliveries) > 1:
        batch.rows.update(alone=True)
        _put_back(batch, trouble)
        return
    _write_tries(batch, trouble.reason)
    for delivery in batch.rows:
        count_failure(delivery, trouble.reason, trouble.detail, now=timezone.now())
        delivery.alone = True  # from now on nobody suffers from it
        delivery.save()


def _is_suspect(delivery: Delivery, trouble: Trouble, inbox: Inbox) -> bool:
    """SmartHR fails about it again, and answered about others in between."""
    before = delivery.tried_at  # of the try before this one
    return (
        trouble.may_be_own
        and delivery.reason == trouble.reason
        and before is not None
        and inbox.good_at is not None
        and before < inbox.good_at
    )


def _write_results(
    batch: Batch, crews: Collection[UUID], results: Mapping[UUID, CrewResult], now: datetime
) -> None:
    """What was done stands at the first delivery that asked for it; at the others, that it is."""
    told: set[UUID] = set()
    values: dict[int, tuple[Any, ...]] = {}
    for ids in batches(crews):
        rows = DeliveryCrew.objects.for_company(batch.company).filter(
            delivery__in=[row.pk for row in batch.deliveries], done_at=None, smarthr_id__in=ids
        )
        for row in rows.order_by("delivery__received_at", "delivery_id"):
            result = results.get(row.smarthr_id)
            values[row.pk] = (now, *_told(result, row.smarthr_id in told))
            told.add(row.smarthr_id)
    update_rows(DeliveryCrew, WRITTEN, values)


def _told(result: CrewResult | None, again: bool) -> tuple[Any, ...]:
    if result is None:
        return None, "", "", [], {}
    notes = [{"reason": reason, "detail": dict(detail)} for reason, detail in result.notes]
    if again:
        return result.object_pk, result.label, Outcome.UNCHANGED, notes, {}
    changes = {
        # W8: of an e-mail only that it is another one.
        column: [None, None] if column == "email" else list(values)
        for column, values in result.changes.items()
    }
    return result.object_pk, result.label, result.outcome, notes, changes


def _close_done(batch: Batch, now: datetime) -> None:
    still_open = DeliveryCrew.objects.for_company(batch.company).filter(
        delivery=OuterRef("pk"), done_at=None
    )
    done = list(batch.rows.filter(~Exists(still_open)).values_list("pk", flat=True))
    _write_tries(batch, "", only=set(done))
    Delivery.objects.for_company(batch.company).filter(pk__in=done).update(
        status=DeliveryStatus.PROCESSED,
        finished_at=now,
        lease=None,
        lease_until=None,
        not_before=None,
        reason="",
        detail={},
    )


def _write_tries(batch: Batch, reason: str, *, only: set[int] | None = None) -> None:
    """試行の履歴: one line a try."""
    seconds = (timezone.now() - batch.started_at).total_seconds()
    DeliveryTry.objects.bulk_create(
        DeliveryTry(
            company=batch.company,
            delivery=row,
            at=batch.started_at,
            seconds=seconds,
            reason=reason,
        )
        for row in batch.deliveries
        if only is None or row.pk in only
    )
