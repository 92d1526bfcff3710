"""The life of a run: started, claimed, worked on in slices, cancelled, taken over, ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from celery import current_app
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from companies.audit import Event, person, write_audit
from companies.models import AuditAction, Company
from employees.models import Employee
from integrations.choices import SYNC_KINDS, RunKind, RunStatus, Trigger, phases_of
from integrations.encryption import Undecryptable
from integrations.models import RunPage, SmartHRIntegration, SyncRun
from integrations.plan import plan_of
from integrations.reasons import Reason
from integrations.services.clients import smarthr_client
from integrations.services.connection import integration_of
from integrations.services.snapshot import preview_ledger, sync_settings
from integrations.services.summary import failure_detail
from integrations.smarthr.errors import (
    Maintenance,
    RateLimited,
    RetryLater,
    SmartHRError,
)
from integrations.sync.approvals import release
from integrations.sync.database import DatabaseLedger
from integrations.sync.engine import advance
from integrations.sync.ledger import LeaseLost, RunCancelled
from integrations.sync.outcomes import StopRun
from integrations.sync.preview_ledger import PreviewLedger
from integrations.sync.work import Paused, Work

log = logging.getLogger(__name__)

# Every step beats, and every request that comes this many seconds after the last beat.
BEAT: Final = 10.0
LEASE: Final = timedelta(seconds=75)
LONGEST_WAIT: Final = timedelta(hours=24)  # T6
MOST_TAKEOVERS: Final = 50
MOST_TAKEOVERS_OF_A_PREVIEW: Final = 2  # it begins anew each time
LABEL_LENGTH: Final = 300
# The others go on to their end: a cancelled run never deletes (E12).
CAN_BE_CANCELLED: Final = Q(progress__has_deleted=False) | Q(progress__has_deleted__isnull=True)


RunLedger = DatabaseLedger | PreviewLedger


class NotReady(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Slice:
    """What came of a slice of work; `wait_until` where the run goes on by itself."""

    finished: bool
    wait_until: datetime | None = None


def start_run(
    *,
    company: Company,
    kind: RunKind,
    trigger: Trigger,
    actor: Employee | None,
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
                started_by=actor,
                started_by_label=actor.label[:LABEL_LENGTH] if actor else "",
                settings_version=integration.settings_version,
            )
            if actor is not None:
                _audit(run, actor, AuditAction.STARTED)
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


def request_cancel(*, run: SyncRun, actor: Employee) -> None:
    """The worker stops at its next step; a run that waits ends at once."""
    with transaction.atomic():
        runs = SyncRun.objects.for_company(run.company_id).active().filter(pk=run.pk)
        asked = runs.filter(cancel_requested_at=None).update(
            cancel_requested_at=timezone.now(), cancelled_by_label=actor.label[:LABEL_LENGTH]
        )
        if not asked:
            return
        _audit(run, actor, AuditAction.CANCELLED)
        idle = runs.filter(CAN_BE_CANCELLED, lease=None).update(
            status=RunStatus.CANCELLED, finished_at=timezone.now(), error_code="", page_in_hand={}
        )
        if idle:
            _clear(run)


def cancel_own(run: SyncRun) -> bool:
    """Ctrl-C on the command that works on the run; False where it has to go on to its end."""
    runs = SyncRun.objects.for_company(run.company_id).active().filter(pk=run.pk)
    ended = runs.filter(CAN_BE_CANCELLED).update(
        status=RunStatus.CANCELLED,
        finished_at=timezone.now(),
        lease=None,
        not_before=None,
        error_code="",
        page_in_hand={},
    )
    if ended:
        _clear(run)
    return bool(ended)


def _clear(run: SyncRun) -> None:
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


def work_on(run_id: int, lease: UUID, *, should_pause: Callable[[], bool]) -> Slice:
    """One slice: works until the run ends, has to wait, or `should_pause` says so."""
    run: SyncRun = SyncRun.objects.across_companies().select_related("company").get(pk=run_id)
    try:
        return _work_on(run, lease, should_pause)
    except LeaseLost:
        return Slice(finished=False, wait_until=None)
    except (InterfaceError, OperationalError):
        raise  # nothing can be written now; the run is taken over when the database is back
    except DatabaseError as error:  # its text can show whole rows
        log.error("run %s failed: %s", run_id, type(error).__name__)  # noqa: TRY400
        return _finish(run, lease, RunStatus.FAILED, Reason.INTERNAL_ERROR, {"run": run.pk})
    except Exception:
        log.exception("run %s failed", run_id)
        return _finish(run, lease, RunStatus.FAILED, Reason.INTERNAL_ERROR, {"run": run.pk})


def _work_on(run: SyncRun, lease: UUID, should_pause: Callable[[], bool]) -> Slice:
    integration = integration_of(run.company)
    if (reason := _cannot_go_on(run, integration)) is not None:
        detail: dict[str, object] = {"run": run.pk} if reason == Reason.INTERNAL_ERROR else {}
        return _finish(run, lease, RunStatus.FAILED, reason, detail)
    ledger = _ledger(run, lease, integration)
    if isinstance(ledger, PreviewLedger):
        should_pause = _never  # what is planned in memory cannot be put down
    before = run.requests
    try:
        with smarthr_client(integration, _heartbeat(run, lease)) as client:
            ledger.requests = lambda: before + client.requests
            done = advance(Work(ledger, client, should_pause))
    except Paused:
        return _release(run, lease, ledger)
    except StopRun as stop:
        status = RunStatus.NEEDS_CONFIRMATION if stop.confirm else RunStatus.FAILED
        return _finish(run, lease, status, stop.reason, stop.detail, ledger)
    except RunCancelled:
        return _finish(run, lease, RunStatus.CANCELLED, None, None, ledger)
    except Undecryptable:
        return _finish(run, lease, RunStatus.FAILED, Reason.TOKEN_UNDECRYPTABLE, None, ledger)
    except SmartHRError as error:
        return _after_error(run, lease, ledger, error, integration)
    status = done.status
    if run.kind == RunKind.PREVIEW and status == RunStatus.NEEDS_CONFIRMATION:
        status = RunStatus.SUCCEEDED  # nobody waits for a word yet
    return _finish(run, lease, status, done.reason, None, ledger)


def _cannot_go_on(run: SyncRun, integration: SmartHRIntegration) -> Reason | None:
    most = MOST_TAKEOVERS_OF_A_PREVIEW if run.kind == RunKind.PREVIEW else MOST_TAKEOVERS
    if not run.progress.get("has_deleted", False):  # else it goes on to its end (E12)
        if (refusal := plan_of(integration).refusal) is not None:  # P2, P3
            return refusal
        if run.settings_version != integration.settings_version:
            return Reason.SETTINGS_CHANGED
    return Reason.INTERNAL_ERROR if run.takeovers > most else None


def _ledger(run: SyncRun, lease: UUID, integration: SmartHRIntegration) -> RunLedger:
    if run.kind == RunKind.PREVIEW:
        return preview_ledger(run, lease, integration)
    return DatabaseLedger(run, lease, sync_settings(integration))


def _never() -> bool:
    return False


def _heartbeat(run: SyncRun, lease: UUID) -> Callable[[], None]:
    """Beats with the requests too: a page that is tried again and again may take minutes."""
    last = time.monotonic()

    def beat() -> None:
        nonlocal last
        if time.monotonic() - last > BEAT:
            last = time.monotonic()
            _held(run, lease).update(heartbeat_at=timezone.now())

    return beat


def _after_error(
    run: SyncRun,
    lease: UUID,
    ledger: RunLedger,
    error: SmartHRError,
    integration: SmartHRIntegration,
) -> Slice:
    waits = isinstance(error, RateLimited) or (
        isinstance(error, Maintenance) and run.trigger != Trigger.COMMAND
    )
    if run.kind == RunKind.PREVIEW:
        waits = False  # it would begin anew each time
    if waits and isinstance(error, RetryLater) and timezone.now() - run.started_at < LONGEST_WAIT:
        return _wait(run, lease, ledger, error)
    log.warning("run %s stopped: %s", run.pk, error)
    detail = failure_detail(integration, error)
    return _finish(run, lease, RunStatus.FAILED, Reason(error.code), detail, ledger)


def _release(run: SyncRun, lease: UUID, ledger: RunLedger) -> Slice:
    if not _let_go(run, lease, requests=ledger.requests()):
        return _finish(run, lease, RunStatus.CANCELLED, None, None, ledger)
    return Slice(finished=False)


def _wait(run: SyncRun, lease: UUID, ledger: RunLedger, error: RetryLater) -> Slice:
    """T6: 待機中 until the limit or the maintenance is over."""
    seconds = error.wait if error.wait is not None else 60.0
    until = timezone.now() + timedelta(seconds=max(seconds, 1.0))
    if not _let_go(
        run,
        lease,
        status=RunStatus.WAITING,
        not_before=until,
        error_code=error.code,
        requests=ledger.requests(),
    ):
        return _finish(run, lease, RunStatus.CANCELLED, None, None, ledger)
    return Slice(finished=False, wait_until=until)


def _let_go(run: SyncRun, lease: UUID, **values: object) -> bool:
    """Frees the run for its next slice; False where it was cancelled before it came to that.

    A run that waits ends at once when it is cancelled, so nobody would look at the wish later.
    """
    held = _held(run, lease)
    goes_on = Q(cancel_requested_at=None) | ~CAN_BE_CANCELLED
    held.filter(goes_on).update(lease=None, **values)
    return not held.exists()


def _finish(
    run: SyncRun,
    lease: UUID,
    status: RunStatus,
    reason: Reason | None,
    detail: dict[str, object] | None = None,
    ledger: RunLedger | None = None,
) -> Slice:
    with transaction.atomic():
        values: dict[str, object] = {
            "status": status,
            "error_code": reason or "",
            "error_detail": detail or {},
            "finished_at": timezone.now(),
            "lease": None,
            "page_in_hand": {},
            "not_before": None,
        }
        if ledger is not None:
            values["requests"] = ledger.requests()
            values["error_detail"] = {**(detail or {}), **ledger.progress.brakes}
        ended = _held(run, lease).update(**values)
        if ended:
            _clear(run)
            if isinstance(ledger, PreviewLedger):
                if status == RunStatus.SUCCEEDED:  # half a plan would look like a whole one
                    ledger.keep_report()
            elif ledger is not None and ledger.kind in SYNC_KINDS and ledger.progress.crews.ended:
                SmartHRIntegration.objects.for_company(run.company_id).update(
                    unreadable=ledger.progress.unreadable
                )
    return Slice(finished=True)


def fail(run: SyncRun, lease: UUID, reason: Reason) -> None:
    """Ends a run that cannot go on."""
    _finish(run, lease, RunStatus.FAILED, reason)


def _held(run: SyncRun, lease: UUID) -> Any:
    return SyncRun.objects.for_company(run.company_id).active().filter(pk=run.pk, lease=lease)


def _audit(run: SyncRun, actor: Employee, action: AuditAction) -> None:
    event = Event(action, "run", run.pk, f"{run.get_kind_display()} #{run.pk}", {})
    write_audit(company=run.company_id, actor=person(actor), events=[event])
