"""The lock on a company's deliveries, and waiting for its account (W8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from companies.models import Company
from webhooks.models import Delivery, Inbox

FIRST_HOLD: Final = timedelta(seconds=30)
LONGEST_HOLD: Final = timedelta(minutes=15)
MOST_TOLD: Final = 500


def locked_inbox(company: Company | int) -> Inbox:
    """To the end of the transaction. On SQLite the transaction itself is IMMEDIATE."""
    company_id = company.pk if isinstance(company, Company) else company
    Inbox.objects.for_company(company_id).get_or_create(company_id=company_id)
    inbox: Inbox = Inbox.objects.for_company(company_id).select_for_update().get()
    return inbox


def is_held(inbox: Inbox, now: datetime) -> bool:
    return inbox.held_until is not None and inbox.held_until > now


def hold(inbox: Inbox, *, reason: str, detail: Mapping[str, Any], wait: float | None) -> None:
    """Nothing is asked for until then: as long as SmartHR says, or twice as long each time."""
    if wait is None:
        pause = min(FIRST_HOLD * 2 ** min(inbox.holds, 10), LONGEST_HOLD)
    else:
        pause = timedelta(seconds=max(wait, 1.0))
    inbox.held_until = timezone.now() + pause
    inbox.holds += 1
    inbox.hold_reason, inbox.hold_detail = reason, dict(detail)
    inbox.save()


def say_why(company: Company, reason: str, detail: Mapping[str, Any]) -> None:
    """On those that wait for nothing of their own. Runs under the lock."""
    waiting = Delivery.objects.for_company(company).idle().filter(by_sync=False, failures=0)
    others = waiting.exclude(reason=reason).order_by("received_at", "pk")
    # So many as somebody looks at: in a flood the inbox says it for all of them.
    first = list(others.values_list("pk", flat=True)[:MOST_TOLD])
    waiting.filter(pk__in=first).update(reason=reason, detail=dict(detail))


def release_hold(inbox: Inbox) -> None:
    """The next delivery is tried now."""
    inbox.held_until, inbox.holds = None, 0
    inbox.hold_reason, inbox.hold_detail = "", {}
    inbox.save()


def read_well(inbox: Inbox, at: datetime) -> None:
    """SmartHR answered for this company: whatever it waited for is over."""
    inbox.good_at = at
    release_hold(inbox)
