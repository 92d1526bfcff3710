"""The secret that SmartHR sends with every delivery (W3, W5, W9)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from integrations import encryption
from integrations.models import SmartHRIntegration

SECRET_BYTES: Final = 32
MARK_LENGTH: Final = 16
# W9: how long the old one is accepted after the first delivery with the new one.
OVERLAP: Final = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class AcceptedSecret:
    value: bytes = field(repr=False)
    # Which one it is; tells nothing of it (W9).
    mark: str


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def current_secret(integration: SmartHRIntegration) -> str:
    """Empty where there is none, or none that can be read."""
    return _plain(integration.webhook_secret_ciphertext) or ""


def provide_secret(integration: SmartHRIntegration) -> str:
    """The present one; a first one where there is none, kept before anybody is told of it."""
    company = integration.company_id
    if secret := current_secret(integration):
        return secret
    secret = new_secret()
    ciphertext = encryption.encrypt(secret)
    rows = SmartHRIntegration.objects.for_company(company)
    unreadable = integration.webhook_secret_ciphertext
    if not rows.filter(webhook_secret_ciphertext=unreadable).update(
        webhook_secret_ciphertext=ciphertext, webhook_secret_seen_at=None
    ):  # somebody else was first
        ciphertext = rows.values_list("webhook_secret_ciphertext", flat=True).get()
        secret = _plain(ciphertext) or ""
    integration.webhook_secret_ciphertext = ciphertext
    return secret


def accepted_secrets(integration: SmartHRIntegration) -> list[AcceptedSecret]:
    """Those that an authentic delivery may carry; none of them is empty (W5).

    One that cannot be decrypted is left out: nothing authenticates with it.
    """
    kept = [integration.webhook_secret_ciphertext]
    if not _old_one_has_ended(integration):
        kept.append(integration.webhook_old_secret_ciphertext)
    found = []
    for ciphertext in kept:
        value = _plain(ciphertext)
        if value:
            found.append(AcceptedSecret(value.encode(), mark_of(ciphertext)))
    return found


def has_unreadable_secret(integration: SmartHRIntegration) -> bool:
    """Whether one is kept that none of FIELD_ENCRYPTION_KEYS opens."""
    kept = (integration.webhook_secret_ciphertext, integration.webhook_old_secret_ciphertext)
    return any(_plain(ciphertext) is None for ciphertext in kept)


def mark_of(ciphertext: str) -> str:
    """Another one as soon as the secret is another."""
    return hashlib.sha256(ciphertext.encode()).hexdigest()[:MARK_LENGTH]


def old_is_accepted(integration: SmartHRIntegration) -> bool:
    """Whether a delivery with the secret before the present one is authentic."""
    has_old = bool(_plain(integration.webhook_old_secret_ciphertext))
    return has_old and not _old_one_has_ended(integration)


def old_ends_at(integration: SmartHRIntegration) -> datetime | None:
    """W9; None as long as no delivery has come with the present one."""
    seen_at = integration.webhook_secret_seen_at
    return None if seen_at is None else seen_at + OVERLAP


def _old_one_has_ended(integration: SmartHRIntegration) -> bool:
    ends_at = old_ends_at(integration)
    return ends_at is not None and timezone.now() >= ends_at


def _plain(ciphertext: str) -> str | None:
    """Empty where nothing is kept; None for what no key opens."""
    if not ciphertext:
        return ""
    try:
        return encryption.decrypt(ciphertext)
    except encryption.Undecryptable:
        return None
