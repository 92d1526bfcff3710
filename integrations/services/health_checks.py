"""The hourly look at every connection (X3): cheap, and harmless however often it is asked for."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from integrations.choices import SYNC_KINDS, RunStatus, WebhookMode
from integrations.encryption import Undecryptable
from integrations.health_causes import Cause
from integrations.holding import is_held
from integrations.models import SmartHRIntegration, SyncRun
from integrations.plan import plan_of
from integrations.reasons import CONNECTION_TROUBLES, Reason
from integrations.services.clients import smarthr_client
from integrations.services.health import clear_issue, report_issue, settle_permissions
from integrations.services.permission_lines import needs_departments
from integrations.services.webhook_health import look_at_webhooks
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import (
    CREWS_READ,
    DEPARTMENTS_READ,
    WEBHOOKS,
    PermissionMissing,
    RetryLater,
    SmartHRError,
    UnexpectedAnswer,
)
from integrations.smarthr.haste import IMPATIENT

log = logging.getLogger(__name__)

EVERY: Final = timedelta(hours=1)
# After a look that came to nothing, because SmartHR was busy or away.
AGAIN: Final = timedelta(minutes=10)
SILENCE: Final = timedelta(hours=24)
# A nightly comparison alone reads once a day, and not always for as long.
NIGHTLY_SILENCE: Final = timedelta(hours=30)


def due_checks() -> list[int]:
    """Companies to look at now; whoever looks claims it first."""
    now = timezone.now()
    rows = SmartHRIntegration.objects.across_companies().filter(
        Q(next_health_at=None) | Q(next_health_at__lte=now),
        plan_started_on__lte=timezone.localdate(),
        plan_stopped_at=None,
    )
    connected = rows.exclude(subdomain="").exclude(token_ciphertext="")
    return [row.company_id for row in connected if plan_of(row).may_process]


def check_company(company_id: int) -> None:
    """Nothing happens where another looks, or looked within the hour."""
    integration = _claimed(company_id)
    if integration is None:
        return
    look = _Look(integration)
    try:
        with smarthr_client(integration, haste=IMPATIENT) as client:
            look.at(client)
    except Undecryptable:
        report_issue(company_id, Reason.TOKEN_UNDECRYPTABLE)
    except RetryLater:
        _look_again_soon(integration)
    except SmartHRError as error:
        _report(integration, error)
    _judge_silence(integration)


def _claimed(company_id: int) -> SmartHRIntegration | None:
    """The connection as it was before the claim; None where it is somebody else's turn."""
    rows = SmartHRIntegration.objects.for_company(company_id)
    integration: SmartHRIntegration | None = rows.select_related("company").first()
    if integration is None or not integration.is_connected:
        return None
    now, due = timezone.now(), integration.next_health_at
    is_due = due is None or due <= now
    if not (is_due and plan_of(integration).may_process):
        return None
    moved = rows.filter(next_health_at=due).update(next_health_at=now + EVERY)
    return integration if moved else None


def _look_again_soon(integration: SmartHRIntegration) -> None:
    rows = SmartHRIntegration.objects.for_company(integration.company_id)
    soon = timezone.now() + AGAIN
    rows.filter(next_health_at__gt=soon).update(next_health_at=soon)


def _report(integration: SmartHRIntegration, error: SmartHRError) -> None:
    if error.code in CONNECTION_TROUBLES:
        detail = {"subdomain": integration.subdomain}
        report_issue(integration.company_id, error.code, detail)
    else:
        log.warning("health of company %s is unknown: %s", integration.company_id, error)


@dataclass(slots=True)
class _Look:
    integration: SmartHRIntegration
    granted: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)

    def at(self, client: SmartHRClient) -> None:
        self._ask(CREWS_READ, client.count_crews)
        self._token_is_good()
        if needs_departments(self.integration):
            self._ask(DEPARTMENTS_READ, lambda: client.departments_page(1))
        else:  # a sync that lacked it is over
            self.granted.add(DEPARTMENTS_READ)
        if self.integration.webhook_mode == WebhookMode.AUTO:
            self._ask(WEBHOOKS, lambda: look_at_webhooks(client, self.integration))
        else:
            self.granted.add(WEBHOOKS)
            self._look_at_own_webhooks(client)
        self._judge_permissions()

    def _ask(self, permission: str, asked: Any) -> None:
        try:
            asked()
        except PermissionMissing:
            self.missing.append(permission)
        else:
            self.granted.add(permission)

    def _token_is_good(self) -> None:
        """SmartHR has answered to it, be it that it may not read people."""
        clear_issue(
            self.integration.company_id,
            Reason.TOKEN_REJECTED,
            Reason.SUBDOMAIN_RENAMED,
            Reason.IP_NOT_PERMITTED,
            Reason.TOKEN_UNDECRYPTABLE,
        )

    def _look_at_own_webhooks(self, client: SmartHRClient) -> None:
        """手動: as far as the token may read them; 自動同期しない has none."""
        with suppress(PermissionMissing, UnexpectedAnswer):
            look_at_webhooks(client, self.integration)

    def _judge_permissions(self) -> None:
        company = self.integration.company_id
        if self.missing:
            report_issue(company, Reason.PERMISSION_MISSING, {"permissions": self.missing})
        else:
            settle_permissions(company, self.granted)


def _judge_silence(integration: SmartHRIntegration) -> None:
    """Whether what runs by itself has read SmartHR well within a day."""
    now = timezone.now()
    silence = _longest_silence(integration, now)
    last = integration.last_success_at or integration.people_imported_at
    if silence is None or last is None or last > now - silence:
        clear_issue(integration.company_id, Cause.NO_SUCCESS)
    elif not _has_rested(integration, now) and not _reads_now(integration):
        report_issue(integration.company_id, Cause.NO_SUCCESS, {"since": last.isoformat()})


def _longest_silence(integration: SmartHRIntegration, now: datetime) -> timedelta | None:
    """None while nothing has to read: without an import by a person nothing runs by itself (X2)."""
    is_off = integration.webhook_mode == WebhookMode.OFF or integration.people_imported_at is None
    if is_off or is_held(integration):
        return None
    if integration.hourly_sync:
        return SILENCE
    if integration.nightly_sync:
        return NIGHTLY_SILENCE
    # Without schedules SmartHR is only read when a delivery comes: has one waited for so long?
    deliveries: Any = integration.company.webhook_deliveries  # of the app above this one
    waits = deliveries.filter(status="pending", received_at__lt=now - SILENCE).exists()
    return SILENCE if waits else None


def _has_rested(integration: SmartHRIntegration, now: datetime) -> bool:
    """The first look after a pause, a hold or a stop of ours: the syncs have their hour to come."""
    due = integration.next_health_at
    return due is None or due <= now - EVERY


def _reads_now(integration: SmartHRIntegration) -> bool:
    runs = SyncRun.objects.for_company(integration.company_id)
    return bool(runs.filter(kind__in=SYNC_KINDS, status=RunStatus.RUNNING).exists())
