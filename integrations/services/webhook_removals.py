"""A webhook of ours that has to go from SmartHR: tried at once, then again and again (W2)."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from companies.models import Company
from integrations.choices import WebhookMode
from integrations.encryption import Undecryptable
from integrations.models import SmartHRIntegration, WebhookRemoval
from integrations.services.clients import smarthr_client
from integrations.services.webhook_claim import RegistrationBusy, webhook_claim
from integrations.smarthr.errors import SmartHRError
from integrations.smarthr.haste import IMPATIENT, PARTING, Haste

log = logging.getLogger(__name__)

FIRST_PAUSE: Final = timedelta(minutes=5)  # doubled with every try
LONGEST_PAUSE: Final = timedelta(days=1)
GIVEN_UP_AFTER: Final = timedelta(days=30)
# How long a 管理者 is told of one that was given up.
TOLD_FOR: Final = timedelta(days=30)
_AT_ONCE: Final = 50  # of one round


def ask_removal(connection: SmartHRIntegration, remote_id: str) -> WebhookRemoval:
    """In the transaction that leaves the webhook behind, so that it is never forgotten."""
    removal: WebhookRemoval = WebhookRemoval.objects.create(
        company_id=connection.company_id,
        subdomain=connection.subdomain,
        token_ciphertext=connection.token_ciphertext,
        remote_id=remote_id,
        # The one who asks tries it at once; a worker looks after it if that one is killed.
        not_before=timezone.now() + FIRST_PAUSE,
    )
    return removal


def remove_registered(removal: WebhookRemoval, *, haste: Haste | None = PARTING) -> bool:
    """Whether it is gone. Whoever calls it holds the claim: nobody registers meanwhile."""
    if _is_used_again(removal):
        removal.delete()
        return True
    connection = SmartHRIntegration(
        company_id=removal.company_id,
        subdomain=removal.subdomain,
        token_ciphertext=removal.token_ciphertext,
    )
    try:
        with smarthr_client(connection, haste=haste) as client:
            client.delete_webhook(removal.remote_id)
    except (Undecryptable, SmartHRError) as error:
        log.info("webhook removal %s has to wait: %s", removal.pk, type(error).__name__)
        _postpone(removal)
        return False
    removal.delete()
    return True


def retry_due_removals() -> None:
    """Of every company; a removal whose company is busy has its turn in the next round."""
    rows = WebhookRemoval.objects.across_companies()
    now = timezone.now()
    rows.filter(asked_at__lt=now - GIVEN_UP_AFTER - TOLD_FOR).delete()
    rows.filter(asked_at__lt=now - GIVEN_UP_AFTER).update(token_ciphertext="")
    due = rows.exclude(token_ciphertext="").filter(not_before__lte=now).order_by("not_before")
    for pk, company_id in list(due.values_list("pk", "company_id")[:_AT_ONCE]):
        with suppress(RegistrationBusy), webhook_claim(company_id, patience=0):
            removal = due.filter(pk=pk).first()
            if removal is not None:
                remove_registered(removal, haste=IMPATIENT)


def left_at_smarthr(company: Company | int) -> list[WebhookRemoval]:
    """What is still to go, and what was given up."""
    rows: Any = WebhookRemoval.objects.for_company(company)
    return list(rows.order_by("asked_at"))


def _is_used_again(removal: WebhookRemoval) -> bool:
    """The company came back to the account, and the webhook was found and repaired."""
    rows = SmartHRIntegration.objects.for_company(removal.company_id)
    return bool(
        rows.filter(webhook_mode=WebhookMode.AUTO, webhook_remote_id=removal.remote_id).exists()
    )


def _postpone(removal: WebhookRemoval) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(removal.attempts, 16), LONGEST_PAUSE)
    removal.attempts += 1
    removal.not_before = timezone.now() + pause
    removal.save(update_fields=["attempts", "not_before"])
