"""How a slice of a run ends: the run goes on later, waits, or has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.choices import GOOD_STATUSES, SYNC_KINDS, WHOLE_KINDS, RunStatus
from integrations.models import SmartHRIntegration, SyncRun
from integrations.reasons import Reason
from integrations.services.good_runs import note_good_run
from integrations.services.health import learn_from_run
from integrations.services.runs import CAN_BE_CANCELLED, clear
from integrations.smarthr.errors import RetryLater
from integrations.sync.database import DatabaseLedger
from integrations.sync.preview_ledger import PreviewLedger

RunLedger = DatabaseLedger | PreviewLedger


@dataclass(frozen=True, slots=True)
class Slice:
    """What came of a slice of work; `wait_until` where the run goes on by itself."""

    finished: bool
    wait_until: datetime | None = None


def release_run(run: SyncRun, lease: UUID, ledger: RunLedger | None = None) -> Slice:
    values = {} if ledger is None else {"requests": ledger.requests()}
    if not _let_go(run, lease, **values):
        return finish(run, lease, RunStatus.CANCELLED, None, None, ledger)
    return Slice(finished=False)


def wait(run: SyncRun, lease: UUID, ledger: RunLedger, error: RetryLater) -> Slice:
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
        return finish(run, lease, RunStatus.CANCELLED, None, None, ledger)
    return Slice(finished=False, wait_until=until)


def _let_go(run: SyncRun, lease: UUID, **values: object) -> bool:
    """Frees the run for its next slice; False where it was cancelled before it came to that.

    A run that waits ends at once when it is cancelled, so nobody would look at the wish later.
    """
    mine = held(run, lease)
    goes_on = Q(cancel_requested_at=None) | ~CAN_BE_CANCELLED
    mine.filter(goes_on).update(lease=None, **values)
    return not mine.exists()


def finish(
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
        ended = held(run, lease).update(**values)
        if ended:
            clear(run)
            if isinstance(ledger, PreviewLedger):
                if status == RunStatus.SUCCEEDED:  # half a plan would look like a whole one
                    ledger.keep_report()
            elif ledger is not None and ledger.kind in SYNC_KINDS:
                if ledger.kind in WHOLE_KINDS and ledger.progress.crews.ended:
                    SmartHRIntegration.objects.for_company(run.company_id).update(
                        unreadable=ledger.progress.unreadable
                    )
                if reason is None and status in GOOD_STATUSES:
                    note_good_run(run, ledger.progress)
            # Troubles after the integration, as whoever saves settings takes them.
            learn_from_run(run.company_id, run.pk)
    return Slice(finished=True)


def fail(run: SyncRun, lease: UUID, reason: Reason) -> None:
    """Ends a run that cannot go on."""
    finish(run, lease, RunStatus.FAILED, reason)


def held(run: SyncRun, lease: UUID) -> Any:
    return SyncRun.objects.for_company(run.company_id).active().filter(pk=run.pk, lease=lease)
