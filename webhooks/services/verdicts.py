"""Whether a company's deliveries are processed: decided when they are, not when they came (W10)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from companies.models import Company
from integrations.choices import WebhookMode
from integrations.holding import is_held
from integrations.models import SmartHRIntegration
from integrations.plan import plan_of
from integrations.reasons import Reason
from integrations.services.connection import integration_of
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery
from webhooks.services.inboxes import locked_inbox, say_why


@dataclass(frozen=True, slots=True)
class Verdict:
    """Without a reason they are processed; with one they wait, or are closed as 対象外."""

    reason: Reason | None = None
    ignored: bool = False


def verdict_on(integration: SmartHRIntegration) -> Verdict:
    refusal = plan_of(integration).refusal
    if refusal == Reason.PLAN_STOPPED:  # P3: still accepted, and processed when it goes on
        return Verdict(refusal)
    if refusal is not None:  # P2
        return Verdict(refusal, ignored=True)
    if integration.webhook_mode == WebhookMode.OFF:
        return Verdict(Reason.MODE_OFF, ignored=True)
    if is_held(integration):  # S6
        return Verdict(Reason.ON_HOLD)
    if not integration.is_connected:
        return Verdict(Reason.NOT_CONNECTED)
    return Verdict()


def may_process(company: Company) -> bool:
    """Where not, what waits says why, or is closed."""
    verdict = current_verdict(company)
    if verdict.reason is None:
        return True
    with transaction.atomic():
        locked_inbox(company)
        if verdict.ignored:
            _ignore(company, verdict.reason)
        else:
            say_why(company, verdict.reason, {})
    return False


def current_verdict(company: Company) -> Verdict:
    return verdict_on(integration_of(company))


def _ignore(company: Company, reason: Reason) -> None:
    Delivery.objects.for_company(company).idle().update(
        status=DeliveryStatus.IGNORED,
        reason=reason,
        detail={},
        by_sync=False,
        finished_at=timezone.now(),
    )
