"""What the integration keeps of deliveries that have come, and of what asks for a sync."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from companies.models import Company
from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from integrations.services.webhook_secrets import mark_of


def note_received(*, company: Company | int, at: datetime, secret: str) -> None:
    """An authentic delivery came at that moment, with the secret of this mark (W3, W9).

    Any order of calls ends the same; a secret that was rotated away since confirms nothing.
    """
    rows = SmartHRIntegration.objects.for_company(company)
    rows.filter(Q(webhook_received_at=None) | Q(webhook_received_at__lt=at)).update(
        webhook_received_at=at
    )
    present = rows.values_list("webhook_secret_ciphertext", flat=True).first()
    if present is None or mark_of(present) != secret:
        return
    rows = rows.filter(webhook_secret_ciphertext=present)
    rows.filter(webhook_secret_seen_at=None).update(webhook_secret_seen_at=at)
    rows.filter(webhook_confirmed_at=None, webhook_mode=WebhookMode.MANUAL).update(
        webhook_confirmed_at=at
    )


def want_changes(*, company: Company | int) -> None:
    """Asks for a changed-only sync that begins after this moment, as soon as one may run (X2)."""
    SmartHRIntegration.objects.for_company(company).update(changes_wanted_at=timezone.now())
