"""Who sends a delivery, and keeping it: one row, committed before the answer (W5)."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from integrations.encryption import encrypt
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from integrations.services.webhook_secrets import (
    AcceptedSecret,
    accepted_secrets,
    has_unreadable_secret,
)
from webhooks.bodies import Hint, Unreadable, read_hint
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery
from webhooks.services.nudges import nudge

log = logging.getLogger(__name__)

# For each of the two visits to the database: SmartHR has its 503 within 5 seconds.
PATIENCE: Final = 2.0
SECONDS_TO_LOCK: Final = 30


class NotAuthentic(Exception):
    """W5: the same for a wrong secret and for an address that nobody has."""


class CannotTell(Exception):
    """The secret that is kept cannot be read: SmartHR has to send again, not to be refused."""


def authenticate(*, address: str, secret: bytes) -> tuple[SmartHRIntegration, AcceptedSecret]:
    """Whose delivery it is, and the secret that says so. Raises NotAuthentic and CannotTell.

    An unknown address costs what a known one costs: a look, a decryption and a comparison.
    """
    integration = _integration_at(address)
    accepted = accepted_secrets(integration or _nobody())
    found = None
    for known in accepted:
        if hmac.compare_digest(known.value, secret):
            found = known
    # An empty secret is nobody's, whatever is kept.
    is_unknown = integration is not None and found is None and secret != b""
    if integration is not None and is_unknown and has_unreadable_secret(integration):
        log.error("the secret of company %s cannot be decrypted", integration.company_id)
        raise CannotTell
    if integration is None or found is None:
        raise NotAuthentic
    return integration, found


def keep(
    *, integration: SmartHRIntegration, secret: AcceptedSecret, body: bytes | None
) -> Delivery:
    """The row of an authentic delivery, committed; None stands for a body that is too large."""
    delivery = Delivery(company_id=integration.company_id, secret=secret.mark, **_fields(body))
    with _in_haste():
        delivery.save(force_insert=True)
    # A function with a name: Django's line about a failure asks for it.
    transaction.on_commit(lambda: nudge(integration.company_id), robust=True)
    return delivery


def _fields(body: bytes | None) -> dict[str, Any]:
    if body is None:
        return {"reason": Reason.BODY_TOO_LARGE, "by_sync": True}
    try:
        hint = read_hint(body)
    except Unreadable:
        return _closed(DeliveryStatus.FAILED, Reason.BODY_UNREADABLE)
    if not hint.is_of_interest:
        return {
            "event": hint.event,
            **_closed(DeliveryStatus.IGNORED, Reason.EVENT_IGNORED),
        }
    return _hinted(hint)


def _hinted(hint: Hint) -> dict[str, Any]:
    return {
        "event": hint.event,
        "says_deleted": hint.says_deleted,
        "crew_ids": [str(crew_id) for crew_id in hint.crew_ids],
        "people": len(hint.crew_ids),
    }


def _closed(status: DeliveryStatus, reason: Reason) -> dict[str, Any]:
    return {"status": status, "reason": reason, "finished_at": timezone.now()}


def _integration_at(address: str) -> SmartHRIntegration | None:
    try:
        public_id = UUID(address)
    except ValueError:
        public_id = UUID(int=0)  # asks all the same
    rows = SmartHRIntegration.objects.across_companies().filter(webhook_public_id=public_id)
    with _in_haste():
        found: SmartHRIntegration | None = rows.first()
    # UUID() also reads other spellings; the address has one.
    return found if str(public_id) == address.lower() else None


@cache
def _nobody() -> SmartHRIntegration:
    return SmartHRIntegration(webhook_secret_ciphertext=encrypt(secrets.token_urlsafe()))


@contextmanager
def _in_haste() -> Iterator[None]:
    """Whatever in the database hangs or is locked, a statement ends soon, with DatabaseError."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                milliseconds = str(int(PATIENCE * 1000))
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [milliseconds])
            yield
        return
    _wait_for_locks(PATIENCE)
    try:
        yield
    finally:
        options: dict[str, Any] = connection.settings_dict.get("OPTIONS") or {}
        _wait_for_locks(options.get("timeout", SECONDS_TO_LOCK))


def _wait_for_locks(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
