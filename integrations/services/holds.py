"""自動反映の一時停止 (S6): webhooks and schedules rest until a day, or until a person says so."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.audit import Actor, Event, write_audit
from companies.models import ActorKind, AuditAction, Company
from integrations.choices import RunKind, RunStatus
from integrations.holding import LONGEST_HOLD
from integrations.models import SmartHRIntegration, SyncRun
from integrations.plan import plan_of
from integrations.reason_texts import FIXED
from integrations.reasons import Reason
from integrations.services.receipts import want_changes
from integrations.services.snapshot import PREVIEWED_SLOT

log = logging.getLogger(__name__)

ITSELF = Actor(ActorKind.SYNC, "自動反映の一時停止の期限")
NO_PREVIEW = (
    "再開の前に、差分プレビューで変更の内容を確認してください。"
    "一時停止のあとに始めた差分プレビューが終わると、再開できます。"
)


class RefusedHold(Exception):
    """`message` is Japanese: what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def last_day(integration: SmartHRIntegration) -> date:
    """14 days after the day on which it begins; moving the day makes no hold longer."""
    begun = integration.held_since
    return (timezone.localdate(begun) if begun else timezone.localdate()) + LONGEST_HOLD


def hold(*, company: Company, until: date, actor: Actor) -> None:
    """Holds, or moves the day of a hold; what came since then stays kept. Raises RefusedHold."""
    today = timezone.localdate()
    with transaction.atomic():
        integration = _locked(company)
        if not plan_of(integration).is_open:
            raise RefusedHold(FIXED[Reason.PLAN_OFF].both)
        latest = last_day(integration)
        if not today <= until <= latest:
            raise RefusedHold(f"{_days(today, latest)}の日付で指定してください。")
        before = integration.held_until if integration.held_since else None
        if before == until:
            return
        integration.held_since = integration.held_since or timezone.now()
        integration.held_until = until
        integration.save(update_fields=["held_since", "held_until"])
        _audit(integration, actor, before, until)


def resume(*, company: Company, actor: Actor) -> bool:
    """Ends a hold after a preview; False where there is none. Raises RefusedHold."""
    with transaction.atomic():
        integration = _locked(company)
        if integration.held_since is None:
            return False
        if preview_since_hold(integration) is None:
            raise RefusedHold(NO_PREVIEW)
        _end(integration, actor)
    return True


def preview_since_hold(integration: SmartHRIntegration) -> SyncRun | None:
    """The newest 差分プレビュー of the settings as they are that shows what has been kept back."""
    if integration.held_since is None:
        return None
    runs = SyncRun.objects.for_company(integration.company_id).filter(
        kind=RunKind.PREVIEW,
        status=RunStatus.SUCCEEDED,
        started_at__gte=integration.held_since,
        settings_version=integration.settings_version,
    )
    newest = (run for run in runs.order_by("-started_at") if PREVIEWED_SLOT not in run.options)
    return next(newest, None)


def end_due_holds() -> None:
    """Those whose last day has passed: a full comparison follows, since nobody has looked."""
    rows = SmartHRIntegration.objects.across_companies().filter(
        held_since__isnull=False, held_until__lt=timezone.localdate()
    )
    for company_id in rows.values_list("company_id", flat=True):
        try:
            _end_unattended(company_id)
        except Exception:
            log.exception("the hold of company %s was not ended", company_id)


def _end_unattended(company_id: int) -> None:
    with transaction.atomic():
        integration = _locked(company_id)
        until = integration.held_until
        if integration.held_since and until is not None and until < timezone.localdate():
            _end(integration, ITSELF, full_wanted_at=timezone.now())


def _end(integration: SmartHRIntegration, actor: Actor, **values: Any) -> None:
    _audit(integration, actor, integration.held_until, None)
    # Without `next_health_at` the next look is the first one after a rest.
    SmartHRIntegration.objects.for_company(integration.company_id).update(
        held_since=None, held_until=None, next_health_at=None, **values
    )
    want_changes(company=integration.company_id)


def _days(first: date, last: date) -> str:
    return f"{first:%Y/%m/%d}〜{last:%Y/%m/%d}"


def _locked(company: Company | int) -> SmartHRIntegration:
    rows = SmartHRIntegration.objects.for_company(company).select_for_update()
    integration: SmartHRIntegration = rows.get()
    return integration


def _audit(
    integration: SmartHRIntegration, actor: Actor, before: date | None, after: date | None
) -> None:
    days = [day.isoformat() if day else None for day in (before, after)]
    event = Event(
        AuditAction.CONFIGURED,
        "integration",
        integration.pk,
        "自動反映の一時停止",
        {"held_until": days},
    )
    write_audit(company=integration.company_id, actor=actor, events=[event])


def kept_deliveries(company: Company) -> int | None:
    """How many wait; None where deliveries are not kept at all."""
    deliveries: Any = getattr(company, "webhook_deliveries", None)
    return None if deliveries is None else int(deliveries.filter(status="pending").count())
