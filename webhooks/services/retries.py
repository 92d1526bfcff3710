"""「再実行」: a person asks for another try (W8)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from companies.set_based import batches
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery
from webhooks.services.inboxes import locked_inbox, release_hold
from webhooks.services.nudges import nudge


def retry_delivery(*, delivery: Delivery, actor: Actor) -> bool:
    """A parked one, or one that waits, is due now. False where there is nothing to try."""
    rows = Delivery.objects.for_company(delivery.company_id).filter(pk=delivery.pk)
    return retry(company=delivery.company, rows=rows, actor=actor) == 1


def retry_parked(*, company: Company, actor: Actor) -> int:
    """All that are parked; how many."""
    rows = Delivery.objects.for_company(company).parked()
    return retry(company=company, rows=rows, actor=actor)


def retry(*, company: Company, rows: Any, actor: Actor) -> int:
    with transaction.atomic():
        inbox = locked_inbox(company)
        again = list(_can_be_tried(rows))
        now = timezone.now()
        for keys in batches([delivery.pk for delivery in again]):
            Delivery.objects.for_company(company).filter(pk__in=keys).update(
                status=DeliveryStatus.PENDING,
                failures=0,
                reason="",
                detail={},
                by_sync=False,
                alone=False,
                not_before=None,
                tried_at=None,
                waits_since=now,
                finished_at=None,
            )
        if again:
            release_hold(inbox)
            events = [
                Event(AuditAction.STARTED, "delivery", delivery.pk, str(delivery), {})
                for delivery in again
            ]
            write_audit(company=company, actor=actor, events=events)
            transaction.on_commit(lambda: nudge(company.pk), robust=True)
    return len(again)


def _can_be_tried(rows: Any) -> Any:
    """Neither one whose body was not kept nor one that somebody works on."""
    parked = Q(pk__in=rows.parked().values("pk"))
    waits = Q(status=DeliveryStatus.PENDING, lease=None, taken_in=True, people__gt=0)
    return rows.filter(parked | waits)
