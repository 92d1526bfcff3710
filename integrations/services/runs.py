"""The life of a run: started, found, claimed, cancelled, taken over."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from companies.audit import Actor, Event, person, write_audit
from companies.models import AuditAction, Company
from companies.requests import SignedInPerson
from employees.models import Employee
from integrations.choices import RunKind, RunStatus, Trigger, phases_of
from integrations.models import RunPage, SmartHRIntegration, SyncRun
from integrations.plan import plan_of
from integrations.reasons import Reason
from integrations.services.connection import integration_of
from integrations.sync.approvals import release

log = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=75)
LABEL_LENGTH: Final = 300
# The others go on to their end: a cancelled run never deletes (E12).
CAN_BE_CANCELLED: Final = Q(progress__has_deleted=False) | Q(progress__has_deleted__isnull=True)


class NotReady(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def start_run(
    *,
    company: Company,
    kind: RunKind,
    trigger: Trigger,
    actor: SignedInPerson | None,
    lease: UUID | None = None,
    options: Mapping[str, Any] | None = None,
    again: bool = False,
) -> tuple[SyncRun, bool]:
    """The new run, or the one that is active already and False (T6). Raises NotReady.

    With a lease the caller works on it; without one a worker does.
    """
    integration = ready_integration(company)
    try:
        with transaction.atomic():
            run = SyncRun.objects.create(
                company=company,
                kind=kind,
                trigger=trigger,
                status=RunStatus.RUNNING if lease else RunStatus.WAITING,
                phase=phases_of(kind, integration.department_slot)[0],
                options=dict(options or {}),
                lease=lease,
                heartbeat_at=timezone.now(),
                # X11: the operator's staff is nobody of this company.
                started_by=actor if isinstance(actor, Employee) else None,
                started_by_label=actor.label[:LABEL_LENGTH] if actor else "",
                settings_version=integration.settings_version,
            )
            if actor is not None:
                _audit(run, person(actor), AuditAction.STARTED)
            if lease is None:
                # A broker that is down costs 15 seconds: the sweep finds the row.
                # A function with a name: Django's line about a failure asks for it.
                transaction.on_commit(lambda: _ask_worker(run.pk), robust=True)
    except IntegrityError:
        active = active_run(company)
        if active is None and not again:  # it ended just now
            return start_run(
                company=company,
                kind=kind,
                trigger=trigger,
                actor=actor,
                lease=lease,
                options=options,
                again=True,
            )
        if active is None:
            raise
        return active, False
    return run, True


def ready_integration(company: Company) -> SmartHRIntegration:
    """Raises NotReady: the plan allows nothing now (P2, P3), or there is no connection."""
    integration = integration_of(company)
    if (refusal := plan_of(integration).refusal) is not None:
        raise NotReady(refusal)
    if not integration.is_connected:
        raise NotReady(Reason.NOT_CONNECTED)
    return integration


def _ask_worker(run_id: int) -> None:
    current_app.send_task("integrations.work_on_run", args=[run_id])


def active_run(company: Company) -> SyncRun | None:
    run: SyncRun | None = SyncRun.objects.for_company(company).active().first()
    return run


def request_cancel(*, run: SyncRun, actor: Employee) -> bool:
    """The worker stops at its next step; a run that waits ends at once.

    False where there is nothing to cancel any more, or again.
    """
    with transaction.atomic():
        runs = SyncRun.objects.for_company(run.company_id).active().filter(pk=run.pk)
        asked = runs.filter(CAN_BE_CANCELLED, cancel_requested_at=None).update(
            cancel_requested_at=timezone.now(), cancelled_by_label=actor.label[:LABEL_LENGTH]
        )
        if asked:
            _audit(run, person(actor), AuditAction.CANCELLED)
            _end_cancelled(run, runs.filter(lease=None))
    return bool(asked)


def cancel_own(run: SyncRun, actor: Actor) -> bool:
    """Ctrl-C on the command that started the run; False where it has to go on to its end."""
    runs = SyncRun.objects.for_company(run.company_id).active().filter(pk=run.pk)
    with transaction.atomic():
        ended = _end_cancelled(run, runs)
        if ended:
            _audit(run, actor, AuditAction.CANCELLED)
    return ended


def _end_cancelled(run: SyncRun, rows: Any) -> bool:
    """Whether the run was among the rows, and may end here."""
    ended = rows.filter(CAN_BE_CANCELLED).update(
        status=RunStatus.CANCELLED,
        finished_at=timezone.now(),
        lease=None,
        not_before=None,
        error_code="",
        page_in_hand={},
    )
    if ended:
        clear(run)
    return bool(ended)


def clear(run: SyncRun) -> None:
    """At the end: what is needed to go on and for nothing else, and the hold on candidates."""
    RunPage.objects.filter(run=run).delete()
    release(run)


def claim(run_id: int, *, early: bool = False) -> UUID | None:
    """A lease on the run if nobody works on it and it is due (or `early`); None otherwise."""
    now = timezone.now()
    lease = uuid4()
    runs = SyncRun.objects.across_companies().active().filter(pk=run_id)
    free = runs.filter(lease=None)
    if not early:
        free = free.filter(Q(not_before=None) | Q(not_before__lte=now))
    values = {"lease": lease, "heartbeat_at": now, "status": RunStatus.RUNNING, "not_before": None}
    if free.update(**values):
        return lease
    for run in runs.filter(lease__isnull=False, heartbeat_at__lt=now - LEASE):
        abandoned = runs.filter(lease=run.lease, heartbeat_at=run.heartbeat_at)
        if abandoned.update(**values, takeovers=run.takeovers + 1):
            log.warning("run %s is taken over", run_id)
            return lease
    return None


def due_runs() -> list[int]:
    """Runs that wait no longer or lost their worker, of every company."""
    now = timezone.now()
    runs = SyncRun.objects.across_companies().active()
    idle = Q(lease=None) & (Q(not_before=None) | Q(not_before__lte=now))
    due = runs.filter(idle | Q(heartbeat_at__lt=now - LEASE, lease__isnull=False))
    return list(due.values_list("pk", flat=True))


def _audit(run: SyncRun, actor: Actor, action: AuditAction) -> None:
    event = Event(action, "run", run.pk, f"{run.get_kind_display()} #{run.pk}", {})
    write_audit(company=run.company_id, actor=actor, events=[event])
