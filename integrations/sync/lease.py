"""Whose run it is: every step of a run asks here first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from integrations.choices import RunStatus
from integrations.models import SyncRun
from integrations.plan import Plan
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
    now = "company__smarthr_integration__"
    cancelled, version, current, start, word, stop = runs.values_list(
        "cancel_requested_at",
        "settings_version",
        f"{now}settings_version",
        f"{now}plan_started_on",
        f"{now}plan_continued_at",
        f"{now}plan_stopped_at",
    ).get()
    if cancelled is not None:
        raise RunCancelled
    plan = Plan(timezone.localdate(), start, word is not None, stop is not None)
    if plan.refusal is not None:  # P2, P3
        raise StopRun(plan.refusal, confirm=False)
    if version != current:
        raise StopRun(Reason.SETTINGS_CHANGED, confirm=False)


def rows_of(run: SyncRun) -> Any:
    return SyncRun.objects.for_company(run.company_id).filter(pk=run.pk)
