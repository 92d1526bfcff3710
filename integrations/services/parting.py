"""Leaving SmartHR for good, when a company is erased (P3)."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from companies.models import Company
from integrations.choices import WebhookMode
from integrations.encryption import Undecryptable
from integrations.models import SmartHRIntegration, TokenPace, WebhookRemoval
from integrations.pacing import pace_key
from integrations.services.connection import access_token
from integrations.services.webhook_claim import webhook_claim
from integrations.services.webhook_removals import ask_removal, remove_registered
from integrations.smarthr.haste import IMPATIENT


def leave_smarthr(company: Company) -> bool | None:
    """Whether every webhook of ours is gone there; None where none was registered by us.

    One registered by hand stays: SmartHR ends it by itself when nobody answers. Raises
    RegistrationBusy.
    """
    with webhook_claim(company):
        _give_up_webhook(company)
        removals = list(WebhookRemoval.objects.for_company(company).order_by("pk"))
        gone = [_is_gone(removal) for removal in removals]
    _forget_pace(company)
    return all(gone) if removals else None


def _give_up_webhook(company: Company) -> None:
    rows = SmartHRIntegration.objects.for_company(company)
    with transaction.atomic():
        integration: SmartHRIntegration | None = rows.select_for_update().first()
        if integration is None:
            return
        if integration.webhook_mode == WebhookMode.AUTO and integration.webhook_remote_id:
            ask_removal(integration, integration.webhook_remote_id)
        rows.update(webhook_mode=WebhookMode.OFF, webhook_remote_id="")


def _is_gone(removal: WebhookRemoval) -> bool:
    """What was given up earlier has no token any more."""
    return bool(removal.token_ciphertext) and remove_registered(removal, haste=IMPATIENT)


def _forget_pace(company: Company) -> None:
    """How fast the token may ask; made again where another company has the same."""
    integration = SmartHRIntegration.objects.for_company(company).first()
    if integration is None or not integration.token_ciphertext:
        return
    try:
        key = pace_key(access_token(integration), settings.SMARTHR_API_URL)
    except Undecryptable:
        return
    TokenPace.objects.filter(key=key).delete()
