"""Whose run it is: every step of a run asks here first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from integrations.choices import RunStatus
from integrations.models import SyncRun
from integrations.plan import plan_of
from integrations.reasons import Reason
from integrations.sync.ledger import LeaseLost, RunCancelled
from integrations.sync.outcomes import StopRun


def hold_lease(run: SyncRun, lease: UUID, *, to_its_end: bool) -> None:
    """Beats; raises LeaseLost, and unless it goes on `to_its_end` RunCancelled and StopRun."""
    runs = rows_of(run)
    held = runs.filter(lease=lease, status=RunStatus.RUNNING)
    if not held.update(heartbeat_at=timezone.now()):
        raise LeaseLost
    if to_its_end:
        return
    now: SyncRun = (
        runs.select_related("company__smarthr_integration")
        .defer("progress", "counts", "page_in_hand", "company__smarthr_integration__check_result")
        .get()
    )
    if now.cancel_requested_at is not None:
        raise RunCancelled
    integration = now.company.smarthr_integration
    if (refusal := plan_of(integration).refusal) is not None:  # P2, P3
        raise StopRun(refusal, confirm=False)
    if now.settings_version != integration.settings_version:
        raise StopRun(Reason.SETTINGS_CHANGED, confirm=False)


def rows_of(run: SyncRun) -> Any:
    return SyncRun.objects.for_company(run.company_id).filter(pk=run.pk)
