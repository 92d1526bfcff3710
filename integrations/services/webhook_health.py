"""Whether our webhook at SmartHR still works, and healing it where the app may (X3, W2)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from integrations.choices import WebhookMode
from integrations.health_causes import WEBHOOK_TROUBLES, Cause
from integrations.models import SmartHRIntegration
from integrations.services.health import PASSING, clear_issue, report_issue
from integrations.services.receipts import want_changes
from integrations.services.webhook_claim import RegistrationBusy
from integrations.services.webhook_registration import RegistrationFailed, ensure_registered
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import RetryLater
from integrations.smarthr.haste import IMPATIENT
from integrations.smarthr.parsing import CREW_EVENTS
from integrations.smarthr.records import Webhook
from integrations.webhook_address import is_ours, webhook_address


def look_at_webhooks(client: SmartHRClient, integration: SmartHRIntegration) -> None:
    """Opens, heals and closes. Raises what the client raises; PermissionMissing: it tells nothing.

    自動同期しない has no webhook, whatever the account has.
    """
    if integration.webhook_mode == WebhookMode.OFF:
        clear_issue(integration.company_id, *WEBHOOK_TROUBLES)
        return
    found = webhook_findings(client, integration)
    if integration.webhook_mode == WebhookMode.AUTO:
        if found is not None or integration.webhook_problem:  # what was left undone, too (W2, W9)
            _heal(integration, found)
            return
    else:
        _note_own(integration, found)
    if found is None:
        clear_issue(integration.company_id, *WEBHOOK_TROUBLES)
    else:
        _open_alone(integration, found)


def webhook_findings(client: SmartHRClient, integration: SmartHRIntegration) -> Cause | None:
    """What keeps deliveries from coming; one webhook that works is enough."""
    ours = [webhook for webhook in client.webhooks() if is_ours(webhook.url, integration)]
    if any(_works(webhook, integration) for webhook in ours):
        return None
    if not ours:
        return Cause.WEBHOOK_GONE
    right = [webhook for webhook in ours if _is_right(webhook, integration)]
    return Cause.WEBHOOK_DISABLED if right else Cause.WEBHOOK_WRONG


def _works(webhook: Webhook, integration: SmartHRIntegration) -> bool:
    return webhook.disabled_at is None and _is_right(webhook, integration)


def _is_right(webhook: Webhook, integration: SmartHRIntegration) -> bool:
    has_events = all(getattr(webhook, name) for name in CREW_EVENTS)
    return has_events and webhook.url == webhook_address(integration)


def _note_own(integration: SmartHRIntegration, found: Cause | None) -> None:
    """手動: its section says so, too, and never that it works (W2, W3)."""
    SmartHRIntegration.objects.for_company(integration.company_id).filter(
        webhook_mode=WebhookMode.MANUAL
    ).update(
        webhook_problem=found or "", webhook_problem_detail={}, webhook_checked_at=timezone.now()
    )


def _heal(integration: SmartHRIntegration, found: Cause | None) -> None:
    """Registers again and catches up on what was missed; then there is nothing to do (X3)."""
    try:
        done = ensure_registered(company=integration.company, haste=IMPATIENT)
    except RegistrationBusy:  # somebody is at it: the next look tells
        return
    except RegistrationFailed as failure:
        if failure.code in PASSING:
            raise RetryLater from failure
        detail = {"problem": failure.code, "problem_detail": failure.detail}
        _open_alone(integration, found or Cause.WEBHOOK_WRONG, detail)
        return
    clear_issue(integration.company_id, *WEBHOOK_TROUBLES)
    if done is not None and done.changed and found is not None:
        want_changes(company=integration.company_id)
        report_issue(integration.company_id, Cause.WEBHOOK_HEALED, {"cause": found})


def _open_alone(
    integration: SmartHRIntegration, cause: Cause, detail: dict[str, Any] | None = None
) -> None:
    """Of the three one is true at a time."""
    clear_issue(integration.company_id, *WEBHOOK_TROUBLES - {cause})
    report_issue(integration.company_id, cause, detail)
