"""How automatic sync stands, for the settings screen (W1–W3, W9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.utils import timezone

from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from integrations.reason_text import ReasonText
from integrations.services.webhook_removals import left_at_smarthr
from integrations.services.webhook_secrets import old_ends_at, old_is_accepted
from integrations.webhook_address import webhook_address
from integrations.webhook_texts import (
    DELETES_AT_ONCE,
    EVENTS,
    manual_text,
    registration_text,
)

# How long it is told that the old secret has ended.
TOLD_FOR: Final = timedelta(days=7)


class WebhookVerdict(StrEnum):
    OFF = "webhook_off"
    REGISTERED = "webhook_registered"
    FAILED = "webhook_failed"
    WAITING = "webhook_waiting"
    CONFIRMED = "webhook_confirmed"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    WebhookVerdict.OFF: "自動同期していません",
    WebhookVerdict.REGISTERED: "登録済み",
    WebhookVerdict.FAILED: "登録できていません",
    WebhookVerdict.WAITING: "受信待ち",
    WebhookVerdict.CONFIRMED: "受信確認済み",
}


@dataclass(frozen=True, slots=True)
class Leftover:
    """A webhook that is still at SmartHR and should not be."""

    subdomain: str
    given_up: bool


@dataclass(frozen=True, slots=True)
class WebhookState:
    verdict: WebhookVerdict
    label: str
    address: str
    received_at: datetime | None
    problem: ReasonText | None
    # W9: what is told of the secret before the present one; empty where there is nothing to tell.
    rotation: str
    may_revoke: bool
    leftovers: tuple[Leftover, ...]
    events: str = EVENTS
    deletes_at_once: str = DELETES_AT_ONCE

    @property
    def shows_receipt(self) -> bool:
        """Whether the newest delivery says anything beside the verdict."""
        return self.verdict in {WebhookVerdict.REGISTERED, WebhookVerdict.CONFIRMED}


def webhook_state(integration: SmartHRIntegration) -> WebhookState:
    verdict = _verdict(integration)
    broken = verdict == WebhookVerdict.FAILED
    label = "停止しています" if broken and _is_manual(integration) else verdict.label
    return WebhookState(
        verdict=verdict,
        label=label,
        address=webhook_address(integration),
        received_at=integration.webhook_received_at,
        problem=_problem(integration) if broken else None,
        rotation=_rotation(integration),
        # SmartHR has not got the new one yet.
        may_revoke=old_is_accepted(integration) and (not broken or _is_manual(integration)),
        leftovers=tuple(
            Leftover(row.subdomain, given_up=not row.token_ciphertext)
            for row in left_at_smarthr(integration.company_id)
        ),
    )


def _is_manual(integration: SmartHRIntegration) -> bool:
    return bool(integration.webhook_mode == WebhookMode.MANUAL)


def _verdict(integration: SmartHRIntegration) -> WebhookVerdict:
    """Never one that works while a problem is known (W2)."""
    if integration.webhook_mode == WebhookMode.OFF:
        return WebhookVerdict.OFF
    if integration.webhook_problem:
        return WebhookVerdict.FAILED
    if _is_manual(integration):
        is_confirmed = integration.webhook_confirmed_at is not None
        return WebhookVerdict.CONFIRMED if is_confirmed else WebhookVerdict.WAITING
    has_one = bool(integration.webhook_remote_id)
    return WebhookVerdict.REGISTERED if has_one else WebhookVerdict.FAILED


def _problem(integration: SmartHRIntegration) -> ReasonText:
    code, detail = integration.webhook_problem, integration.webhook_problem_detail
    if not code:
        return ReasonText("SmartHRにWebhookを登録していません。", "保存し直してください。")
    return (manual_text if _is_manual(integration) else registration_text)(code, detail)


def _rotation(integration: SmartHRIntegration) -> str:
    if not integration.webhook_old_secret_ciphertext or integration.webhook_mode == WebhookMode.OFF:
        return ""
    ends_at = old_ends_at(integration)
    if ends_at is None:
        return "再発行した値での受信を待っています。それまでは古い値でも受信します。"
    seen = "新しい値での受信を確認しました。"
    if timezone.now() < ends_at:
        return f"{seen}古い値は{timezone.localtime(ends_at):%Y/%m/%d %H:%M}まで受信に使えます。"
    return f"{seen}古い値は使えなくなりました。" if timezone.now() < ends_at + TOLD_FOR else ""
