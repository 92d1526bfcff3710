"""What is looked after whatever happened to messages and workers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from companies.models import Company
from companies.set_based import batches
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery
from webhooks.services.claims import REST
from webhooks.services.inboxes import is_held, locked_inbox

KEPT: Final = timedelta(days=30)


def companies_with_work() -> list[int]:
    """Whose deliveries are due by now, were left by their worker, or were never looked at."""
    now = timezone.now()
    rows = Delivery.objects.across_companies()
    held = Q(company__webhook_inbox__held_until__gt=now)
    found: set[int] = set(rows.filter(taken_in=False).values_list("company_id", flat=True))
    unasked = Q(by_sync=True, company__smarthr_integration__changes_wanted_at=None)
    for due in (rows.waiting(now), rows.lapsed(now), rows.idle().filter(unasked)):
        found.update(due.exclude(held).values_list("company_id", flat=True).distinct())
    return sorted(found)


def needs_to_come_again(company: Company) -> float | None:
    """Seconds after which somebody has to look again because people rest; once for all who ask."""
    with transaction.atomic():
        inbox = locked_inbox(company)
        now = timezone.now()
        is_asked = inbox.wake_at is not None and inbox.wake_at > now
        rows = Delivery.objects.for_company(company)
        if is_asked or is_held(inbox, now) or not rows.waiting(now).exists():
            return None
        inbox.wake_at = now + REST
        inbox.save(update_fields=["wake_at"])
    return REST.total_seconds()


def purge() -> int:
    """Forgets what is closed and older than 30 days; what waits stays."""
    old = Delivery.objects.across_companies().filter(received_at__lt=timezone.now() - KEPT)
    keys = list(old.exclude(status=DeliveryStatus.PENDING).values_list("pk", flat=True))
    for batch in batches(keys):
        Delivery.objects.across_companies().filter(pk__in=batch).delete()
    return len(keys)
