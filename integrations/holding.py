"""S6: 自動反映の一時停止 of a company, for everything that starts by itself. No query."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from integrations.models import SmartHRIntegration


def is_held(integration: SmartHRIntegration, *, today: date | None = None) -> bool:
    """Whether webhooks and schedules rest; `held_until` is the last day of it, in Japan."""
    if integration.held_since is None or integration.held_until is None:
        return False
    return (today or timezone.localdate()) <= integration.held_until
