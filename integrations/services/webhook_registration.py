"""Our webhook at SmartHR: found, repaired or made (W2). Nothing foreign is touched."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone

from companies.models import Company
from integrations.choices import WebhookMode
from integrations.encryption import Undecryptable
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from integrations.services.clients import smarthr_client
from integrations.services.webhook_claim import Claim, webhook_claim
from integrations.services.webhook_secrets import provide_secret
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import (
    ConnectionFailed,
    PermissionMissing,
    SmartHRError,
    UnexpectedAnswer,
)
from integrations.smarthr.haste import REGISTERING, Haste
from integrations.smarthr.parsing import CREW_EVENTS
from integrations.smarthr.records import Webhook
from integrations.webhook_address import is_ours, webhook_address

# Is told, before a webhook is made, which ones of ours are there already.
BeforeMaking = Callable[[Sequence[str]], None]
log = logging.getLogger(__name__)

DESCRIPTION: Final = "名刺管理"
# SmartHR's documents ask for all eight flags, whichever of them is meant.
_NO_EVENTS: Final = (
    "dependent_created",
    "dependent_updated",
    "dependent_deleted",
    "dependent_imported",
)


class RegistrationFailed(Exception):
    """`code` and `detail` are a reason's; their words are in integrations.webhook_texts."""

    def __init__(self, code: str, detail: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    remote_id: str
    # What was there before: the webhook that we knew of, or another of ours.
    was_known: bool
    was_missing: bool
    was_disabled: bool
    # Whether anything had to be put right.
    changed: bool


def ensure_registered(*, company: Company, haste: Haste | None = None) -> Registered | None:
    """Puts right what is not as it should be at SmartHR, and keeps what was found.

    None where nothing is to be registered. Raises RegistrationBusy and RegistrationFailed; the
    failure is kept for the screen, too.
    """
    with webhook_claim(company) as claim:
        integration: SmartHRIntegration = SmartHRIntegration.objects.for_company(company).get()
        if integration.webhook_mode != WebhookMode.AUTO or not integration.is_connected:
            return None
        return register_and_note(integration, claim, haste=haste)


def register_and_note(
    integration: SmartHRIntegration, claim: Claim, *, haste: Haste | None = REGISTERING
) -> Registered:
    """With the connection as it is saved. Whoever calls it holds the claim."""
    rows = SmartHRIntegration.objects.for_company(claim.company_id).filter(
        webhook_busy_until=claim.until
    )
    try:
        # Until a delivery has come with it, nobody knows whether SmartHR has the secret.
        unsure = bool(integration.webhook_problem) or integration.webhook_secret_seen_at is None
        done = register(integration, with_secret=unsure, haste=haste)
    except RegistrationFailed as failure:
        rows.update(
            webhook_problem=failure.code,
            webhook_problem_detail=failure.detail,
            webhook_checked_at=timezone.now(),
        )
        raise
    rows.update(**working(done))
    return done


def working(done: Registered) -> dict[str, Any]:
    """Column -> value of a registration that is as it should be."""
    return {
        "webhook_remote_id": done.remote_id,
        "webhook_problem": "",
        "webhook_problem_detail": {},
        "webhook_checked_at": timezone.now(),
    }


def register(
    integration: SmartHRIntegration,
    *,
    with_secret: bool = True,
    haste: Haste | None = REGISTERING,
    before_making: BeforeMaking | None = None,
) -> Registered:
    """At the account that `integration` names, saved or not. Raises RegistrationFailed.

    Without the secret a webhook that we know and that looks right is left as it is.
    """
    wanted = _wanted(integration, provide_secret(integration))
    try:
        with smarthr_client(integration, haste=haste) as client:
            return _Registration(client, integration, wanted, with_secret, before_making).run()
    except Undecryptable:
        raise RegistrationFailed(Reason.TOKEN_UNDECRYPTABLE, {}) from None
    except SmartHRError as error:
        raise RegistrationFailed(error.code, _detail(error, integration)) from None


def _detail(error: SmartHRError, integration: SmartHRIntegration) -> dict[str, Any]:
    if isinstance(error, PermissionMissing):
        return {"permission": error.permission}
    return {"subdomain": integration.subdomain} if error.code == Reason.SUBDOMAIN_RENAMED else {}


def _wanted(integration: SmartHRIntegration, secret: str) -> dict[str, object]:
    return {
        "url": webhook_address(integration),
        "description": DESCRIPTION,
        **dict.fromkeys(CREW_EVENTS, True),  # W4
        **dict.fromkeys(_NO_EVENTS, False),
        "expose_only_id": True,  # W5a: no personal data comes with a delivery
        "disabled_at": None,
        "secret_token": secret,
    }


@dataclass(slots=True)
class _Registration:
    client: SmartHRClient
    integration: SmartHRIntegration
    wanted: dict[str, object] = field(repr=False)  # the secret
    with_secret: bool
    before_making: BeforeMaking | None

    def run(self) -> Registered:
        ours = sorted(self._ours(), key=self._worth)
        kept = next(filter(None, map(self._repaired, ours)), None)
        made = kept is None
        if kept is None:
            kept = self._create(known={webhook.id for webhook in ours})
        others = [webhook for webhook in ours if webhook.id != kept.id]
        self._delete(others)
        found = next((webhook for webhook in ours if webhook.id == kept.id), None)
        return Registered(
            remote_id=kept.id,
            was_known=any(webhook.id == self.integration.webhook_remote_id for webhook in ours),
            was_missing=not ours,
            was_disabled=any(webhook.disabled_at is not None for webhook in ours),
            changed=made or bool(others) or (found is not None and not self._is_right(found)),
        )

    def _ours(self) -> list[Webhook]:
        return [w for w in self.client.webhooks() if is_ours(w.url, self.integration)]

    def _worth(self, webhook: Webhook) -> tuple[bool, bool, str]:
        """The one to keep comes first."""
        is_known = webhook.id == self.integration.webhook_remote_id
        return not is_known, not self._is_right(webhook), webhook.id

    def _is_right(self, webhook: Webhook) -> bool:
        flags = all(getattr(webhook, name) for name in (*CREW_EVENTS, "expose_only_id"))
        return flags and webhook.url == self.wanted["url"] and webhook.disabled_at is None

    def _repaired(self, webhook: Webhook) -> Webhook | None:
        """None for one that cannot be put right."""
        is_known = webhook.id == self.integration.webhook_remote_id
        if is_known and not self.with_secret and self._is_right(webhook):
            return webhook
        try:
            changed = self.client.change_webhook(webhook.id, self.wanted)
        except PermissionMissing:
            # Reserved for whoever registered it, perhaps; without the permission making one of
            # our own is refused too.
            return None
        return None if changed is None or changed.disabled_at is not None else changed

    def _create(self, *, known: set[str]) -> Webhook:
        if self.before_making is not None:
            self.before_making(sorted(known))
        values = {name: value for name, value in self.wanted.items() if name != "disabled_at"}
        try:
            return self.client.create_webhook(values)
        except (ConnectionFailed, UnexpectedAnswer):
            # It may be there all the same: looked up, never sent twice.
            made = [webhook for webhook in self._ours() if webhook.id not in known]
            if not made:
                raise
            return made[0]

    def _delete(self, others: list[Webhook]) -> None:
        """Two of them do no harm: deliveries may come twice (W6)."""
        for webhook in others:
            try:
                self.client.delete_webhook(webhook.id)
            except SmartHRError as error:
                log.warning("a duplicate webhook stays at SmartHR: %s", error)
