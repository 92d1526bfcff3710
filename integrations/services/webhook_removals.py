"""A webhook of ours that has to go from SmartHR: tried at once, then again and again (W2)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
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
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import SmartHRError
from integrations.smarthr.haste import IMPATIENT, PARTING, Haste
from integrations.webhook_address import webhook_address

log = logging.getLogger(__name__)

FIRST_PAUSE: Final = timedelta(minutes=5)  # doubled with every try
LONGEST_PAUSE: Final = timedelta(days=1)
GIVEN_UP_AFTER: Final = timedelta(days=30)
# How long a 管理者 is told of one that was given up.
TOLD_FOR: Final = timedelta(days=30)
_AT_ONCE: Final = 50  # of one round


def ask_removal(connection: SmartHRIntegration, remote_id: str) -> WebhookRemoval:
    """In the transaction that leaves the webhook behind, so that it is never forgotten.

    Of the mode that registers: whatever has our address there is ours, since registering adopts
    what it finds.
    """
    return _kept(connection, remote_id=remote_id)


def intend_to_make(connection: SmartHRIntegration, there: Sequence[str]) -> None:
    """Committed before a webhook is made, since whoever makes it may be killed before it is kept.

    `there` are those of our address that are none of this registration.
    """
    _kept(connection, spared=sorted(there))


def _kept(connection: SmartHRIntegration, **values: Any) -> WebhookRemoval:
    removal: WebhookRemoval = WebhookRemoval.objects.create(
        company_id=connection.company_id,
        subdomain=connection.subdomain,
        token_ciphertext=connection.token_ciphertext,
        own_url=webhook_address(connection),
        # The one who asks tries it at once; a worker looks after it if that one is killed.
        not_before=timezone.now() + FIRST_PAUSE,
        **values,
    )
    return removal


def narrow_removals(connection: SmartHRIntegration) -> None:
    """What has our address at the account is in use, or may have been registered by hand."""
    rows = WebhookRemoval.objects.for_company(connection.company_id)
    here = rows.filter(subdomain=connection.subdomain)
    here.filter(remote_id="").delete()
    here.update(own_url="")


def remove_unfinished(company: Company | int) -> None:
    """What registrations that were stopped have made, while nothing is registered by hand yet."""
    rows = WebhookRemoval.objects.for_company(company).exclude(token_ciphertext="")
    for removal in list(rows.filter(remote_id="").order_by("pk")):
        remove_registered(removal)


def remove_registered(
    removal: WebhookRemoval, *, haste: Haste | None = PARTING, just_left: bool = False
) -> bool:
    """Whether it is gone. Whoever calls it holds the claim: nobody registers meanwhile.

    `just_left`: by the save before; nobody has registered anything by hand since.
    """
    if not just_left and _is_in_use(removal):
        removal.own_url = ""
    if _is_used_again(removal) or not (removal.remote_id or removal.own_url):
        removal.delete()
        return True
    connection = SmartHRIntegration(
        company_id=removal.company_id,
        subdomain=removal.subdomain,
        token_ciphertext=removal.token_ciphertext,
    )
    try:
        with smarthr_client(connection, haste=haste) as client:
            _remove(client, removal)
    except (Undecryptable, SmartHRError) as error:
        log.info("webhook removal %s has to wait: %s", removal.pk, type(error).__name__)
        _postpone(removal)
        return False
    removal.delete()
    return True


def _remove(client: SmartHRClient, removal: WebhookRemoval) -> None:
    if removal.remote_id:
        client.delete_webhook(removal.remote_id)
    if not removal.own_url:
        return
    kept = {*removal.spared, _remote_id_now(removal)}
    for webhook in client.webhooks():
        if webhook.url == removal.own_url and webhook.id not in kept:
            client.delete_webhook(webhook.id)


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
    """What is still to go, and what was given up; not a registration that goes on right now."""
    rows: Any = WebhookRemoval.objects.for_company(company).exclude(remote_id="", attempts=0)
    return list(rows.order_by("asked_at"))


def _is_in_use(removal: WebhookRemoval) -> bool:
    """The company has a webhook of our address at the account: registered, or by hand."""
    rows = SmartHRIntegration.objects.for_company(removal.company_id)
    here = rows.filter(subdomain=removal.subdomain).exclude(webhook_mode=WebhookMode.OFF)
    return bool(here.exists())


def _is_used_again(removal: WebhookRemoval) -> bool:
    """The company came back to the account, and the webhook was found and repaired."""
    return bool(removal.remote_id) and removal.remote_id == _remote_id_now(removal)


def _remote_id_now(removal: WebhookRemoval) -> str:
    """The account may have two names, and so the webhook in use be seen under another one."""
    rows = SmartHRIntegration.objects.for_company(removal.company_id)
    auto = rows.filter(webhook_mode=WebhookMode.AUTO)
    return str(auto.values_list("webhook_remote_id", flat=True).first() or "")


def _postpone(removal: WebhookRemoval) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(removal.attempts, 16), LONGEST_PAUSE)
    removal.attempts += 1
    removal.not_before = timezone.now() + pause
    removal.save(update_fields=["attempts", "not_before", "own_url"])
