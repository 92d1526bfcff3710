"""What the operator does with the plan of a company (P1–P3)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from integrations.choices import Trigger
from integrations.models import SmartHRIntegration, SyncRun
from integrations.plan import HALTED, Plan, PlanState, plan_of
from integrations.services.connection import integration_of, wake_waiting_run
from integrations.services.previews import start_preview
from integrations.services.runs import NotReady

# A date outside is a slip of the pen.
FIRST_START: Final = date(2000, 1, 1)
LAST_START: Final = date(2099, 12, 31)
COLUMNS: Final = ("plan_started_on", "plan_continued_at", "plan_stopped_at", "preview_due")


class RefusedPlan(Exception):
    """`message` is Japanese: what contradicts, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class PlanChanges:
    """What the operator says; nothing said changes nothing."""

    start: date | None = None
    off: bool = False
    continued: bool = False
    # True stops the processing, False resumes it.
    stopped: bool | None = None

    def __bool__(self) -> bool:
        return self != PlanChanges()


@dataclass(frozen=True, slots=True)
class ChangedPlan:
    plan: Plan
    changed: bool
    # A full comparison was asked for before anything is written (P2).
    preview: bool


def change_plan(
    *, company: Company, actor: Actor, changes: PlanChanges, reason: str = ""
) -> ChangedPlan:
    """All of it or nothing. Raises RefusedPlan.

    Nothing is deleted and no setting is lost, whatever is said.
    """
    _check(changes)
    _refuse_after_contract(company, changes)
    integration_of(company)  # makes the row
    with transaction.atomic():
        integration: SmartHRIntegration = (
            SmartHRIntegration.objects.for_company(company).select_for_update().get()
        )
        before = plan_of(integration)
        audit = _apply(integration, changes)
        plan = plan_of(integration)
        if not audit:
            return ChangedPlan(plan, changed=False, preview=False)
        resumed = integration.preview_due or _is_resumed(company, before, plan)
        integration.preview_due = plan.state == PlanState.SCHEDULED and _was_synced(company)
        integration.save(update_fields=COLUMNS)
        label = "SmartHR連携の契約"
        event = Event(AuditAction.PLAN, "integration", integration.pk, label, audit, reason)
        write_audit(company=company, actor=actor, events=[event])
        if not plan.may_process:
            wake_waiting_run(company)
        begins = plan.may_process and resumed and integration.is_connected
        return ChangedPlan(plan, changed=True, preview=begins and _begin_with_preview(company))


def start_due_previews() -> None:
    """P2: of every company that came back with a start that lay ahead and has come now."""
    rows = SmartHRIntegration.objects.across_companies().filter(preview_due=True)
    for integration in rows.select_related("company"):
        if not (plan_of(integration).may_process and integration.is_connected):
            continue
        with suppress(NotReady):  # the operator's word came just now
            if _begin_with_preview(integration.company):
                rows.filter(pk=integration.pk).update(preview_due=False)


def _check(changes: PlanChanges) -> None:
    if changes.off and changes != PlanChanges(off=True):
        raise RefusedPlan("--off は、ほかの変更と一緒には指定できません。")
    if changes.start is not None and not FIRST_START <= changes.start <= LAST_START:
        raise RefusedPlan("開始日は2000-01-01から2099-12-31までの日付で指定してください。")


def _refuse_after_contract(company: Company, changes: PlanChanges) -> None:
    """P3: nothing begins again while the company waits to be erased."""
    ended_on = company.contract_ended_on
    begins = changes.start is not None or changes.continued or changes.stopped is False
    if begins and ended_on is not None and ended_on < timezone.localdate():
        raise RefusedPlan(
            "契約が終了しています。続けるときは、先に運営の画面で契約終了日を取り消してください。"
        )


def _apply(integration: SmartHRIntegration, changes: PlanChanges) -> dict[str, Any]:
    """What changed, for the audit log."""
    start = None if changes.off else changes.start or integration.plan_started_on
    if changes.continued and start is None:
        raise RefusedPlan("利用していない会社です。--start で開始日も指定してください。")
    before = plan_of(integration)
    # The word was about the period that is switched off; another period needs another word.
    continued = start is not None and (before.continued or changes.continued)
    stopped = before.stopped if changes.stopped is None else changes.stopped
    audit: dict[str, Any] = {}
    if start != before.start:
        audit["plan_started_on"] = (_iso(before.start), _iso(start))
        integration.plan_started_on = start
    if continued != before.continued:
        audit["plan_continued"] = (before.continued, continued)
        integration.plan_continued_at = timezone.now() if continued else None
    if stopped != before.stopped:
        audit["plan_stopped"] = (before.stopped, stopped)
        integration.plan_stopped_at = timezone.now() if stopped else None
    return audit


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _is_resumed(company: Company, before: Plan, after: Plan) -> bool:
    """Whether a pause ends. A company that is switched on for the first time was never synced."""
    if before.may_process or not after.may_process:
        return False
    return before.state in HALTED or _was_synced(company)


def _was_synced(company: Company) -> bool:
    return bool(SyncRun.objects.for_company(company).exists())


def _begin_with_preview(company: Company) -> bool:
    """P2: after a pause a full comparison shows what would change; False where a run goes on."""
    return start_preview(company=company, actor=None, trigger=Trigger.COMMAND)[1]
