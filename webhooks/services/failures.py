"""Failures of a delivery's own: back-off, and parking after ten (W8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from integrations.reasons import Reason
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery

BACK_OFF: Final = (10, 30, 60, 120, 300, 600, 1800, 3600, 7200)
MOST_FAILURES: Final = len(BACK_OFF) + 1


def count_failure(
    delivery: Delivery, reason: Reason, detail: Mapping[str, Any], *, now: datetime
) -> None:
    """On the row in hand; the caller saves it."""
    delivery.failures += 1
    delivery.lease = delivery.lease_until = None
    if delivery.failures < MOST_FAILURES:
        delivery.reason, delivery.detail = reason, dict(detail)
        delivery.not_before = now + timedelta(seconds=BACK_OFF[delivery.failures - 1])
        return
    delivery.status = DeliveryStatus.FAILED
    delivery.finished_at, delivery.not_before = now, None
    delivery.reason = Reason.ATTEMPTS_EXHAUSTED
    delivery.detail = {
        "attempts": delivery.failures,
        "last": reason,
        "last_detail": dict(detail),
    }
