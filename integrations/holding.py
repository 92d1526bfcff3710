"""S6: whether schedules and deliveries rest. No query."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from integrations.models import SmartHRIntegration

LONGEST_HOLD: Final = timedelta(days=14)


def is_held(integration: SmartHRIntegration, *, today: date | None = None) -> bool:
    """To the end of the last day; `today` is a day in Japan."""
    if integration.held_since is None or integration.held_until is None:
        return False
    return integration.held_until >= (today or timezone.localdate())
