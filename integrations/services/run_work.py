"""Work on a run, a slice at a time, by whoever holds its lease."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils import timezone

from integrations.choices import RunKind, RunStatus, Trigger
from integrations.encryption import Undecryptable
from integrations.models import SmartHRIntegration, SyncRun
from integrations.plan import plan_of
from integrations.reasons import Reason
from integrations.services.clients import smarthr_client
from integrations.services.connection import integration_of
from integrations.services.run_endings import RunLedger, Slice, finish, held, release_run, wait
from integrations.services.snapshot import WITH_GROUPS, preview_ledger, sync_settings
from integrations.services.summary import failure_detail
from integrations.smarthr.errors import Maintenance, RateLimited, RetryLater, SmartHRError
from integrations.sync.database import DatabaseLedger
from integrations.sync.engine import advance, ending
from integrations.sync.ledger import LeaseLost, RunCancelled
from integrations.sync.outcomes import StopRun
from integrations.sync.preview_ledger import PreviewLedger
from integrations.sync.work import Paused, Work

log = logging.getLogger(__name__)

# Every step beats, and every request that comes this many seconds after the last beat.
BEAT: Final = 10.0
LONGEST_WAIT: Final = timedelta(hours=24)  # T6
MOST_TAKEOVERS: Final = 50
MOST_TAKEOVERS_OF_A_PREVIEW: Final = 2  # it begins anew each time


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
        return finish(run, lease, RunStatus.FAILED, Reason.INTERNAL_ERROR, {"run": run.pk})
    except Exception:
        log.exception("run %s failed", run_id)
        return finish(run, lease, RunStatus.FAILED, Reason.INTERNAL_ERROR, {"run": run.pk})


def _work_on(run: SyncRun, lease: UUID, should_pause: Callable[[], bool]) -> Slice:
    integration = integration_of(run.company)
    if run.kind == RunKind.DELETIONS and run.progress.get("has_deleted", False):
        # They all went in one step, its last (E12): only the end is missing.
        deleted = DatabaseLedger(run, lease, sync_settings(integration))
        return finish(run, lease, ending(deleted).status, None, None, deleted)
    if (reason := _cannot_go_on(run, integration)) is not None:
        detail: dict[str, object] = {"run": run.pk} if reason == Reason.INTERNAL_ERROR else {}
        return finish(run, lease, RunStatus.FAILED, reason, detail)
    ledger = _ledger(run, lease, integration)
    if isinstance(ledger, PreviewLedger):
        should_pause = _never  # what is planned in memory cannot be put down
    before = run.requests
    try:
        with smarthr_client(integration, _heartbeat(run, lease)) as client:
            ledger.requests = lambda: before + client.requests
            done = advance(Work(ledger, client, should_pause))
    except Paused:
        return release_run(run, lease, ledger)
    except StopRun as stop:
        status = RunStatus.NEEDS_CONFIRMATION if stop.confirm else RunStatus.FAILED
        return finish(run, lease, status, stop.reason, stop.detail, ledger)
    except RunCancelled:
        return finish(run, lease, RunStatus.CANCELLED, None, None, ledger)
    except Undecryptable:
        return finish(run, lease, RunStatus.FAILED, Reason.TOKEN_UNDECRYPTABLE, None, ledger)
    except SmartHRError as error:
        return _after_error(run, lease, ledger, error, integration)
    status = done.status
    if run.kind == RunKind.PREVIEW and status == RunStatus.NEEDS_CONFIRMATION:
        status = RunStatus.SUCCEEDED  # nobody waits for a word yet
    return finish(run, lease, status, done.reason, None, ledger)


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
    ledger = DatabaseLedger(run, lease, sync_settings(integration))
    ledger.with_groups = WITH_GROUPS in run.options
    return ledger


def _never() -> bool:
    return False


def _heartbeat(run: SyncRun, lease: UUID) -> Callable[[], None]:
    """Beats with the requests too: a page that is tried again and again may take minutes."""
    last = time.monotonic()

    def beat() -> None:
        nonlocal last
        if time.monotonic() - last > BEAT:
            last = time.monotonic()
            held(run, lease).update(heartbeat_at=timezone.now())

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
        return wait(run, lease, ledger, error)
    log.warning("run %s stopped: %s", run.pk, error)
    detail = failure_detail(integration, error)
    return finish(run, lease, RunStatus.FAILED, Reason(error.code), detail, ledger)
