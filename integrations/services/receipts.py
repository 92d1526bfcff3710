"""What the integration keeps of deliveries that have come, and of what asks for a sync."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from companies.models import Company
from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration


def note_received(*, company: Company | int, at: datetime, with_current_secret: bool) -> None:
    """An authentic delivery came at that moment (W3, W9). Any order of calls ends the same."""
    rows = SmartHRIntegration.objects.for_company(company)
    rows.filter(Q(webhook_received_at=None) | Q(webhook_received_at__lt=at)).update(
        webhook_received_at=at
    )
    if not with_current_secret:
        return
    rows.filter(webhook_secret_seen_at=None).update(webhook_secret_seen_at=at)
    rows.filter(webhook_confirmed_at=None, webhook_mode=WebhookMode.MANUAL).update(
        webhook_confirmed_at=at
    )


def want_changes(*, company: Company | int) -> None:
    """Asks for a changed-only sync that begins after this moment, as soon as one may run (X2)."""
    SmartHRIntegration.objects.for_company(company).update(changes_wanted_at=timezone.now())
