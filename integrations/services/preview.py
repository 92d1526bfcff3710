"""X1: what a sync would do now; the same engine and plan, in memory, and nothing is written."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from companies.models import Company
from integrations.choices import RunKind, RunStatus
from integrations.encryption import Undecryptable
from integrations.reasons import Reason
from integrations.services.clients import smarthr_client
from integrations.services.foreground import PATIENCE, AlreadyRunning
from integrations.services.runs import active_run, ready_integration
from integrations.services.snapshot import records_of, sync_settings
from integrations.services.summary import (
    Summary,
    error_text,
    failure_detail,
    summary_of_preview,
)
from integrations.smarthr.errors import RateLimited, SmartHRError
from integrations.sync.engine import Ending, advance
from integrations.sync.memory import MemoryLedger
from integrations.sync.outcomes import StopRun
from integrations.sync.work import Work

UNKNOWN_WAIT: Final = 60.0


def preview(
    *, company: Company, kind: RunKind, sleep: Callable[[float], None] = time.sleep
) -> Summary:
    """Raises NotReady and AlreadyRunning, like the real run."""
    integration = ready_integration(company)
    active = active_run(company)
    if active is not None:
        raise AlreadyRunning(active)
    ledger = MemoryLedger(kind, sync_settings(integration), records_of(company))
    requests = 0
    detail: dict[str, Any] = {}
    try:
        with smarthr_client(integration) as client:
            try:
                done = _patiently(Work(ledger, client), sleep)
            finally:
                requests = client.requests
    except StopRun as stop:
        status = RunStatus.NEEDS_CONFIRMATION if stop.confirm else RunStatus.FAILED
        done = Ending(status, stop.reason)
    except Undecryptable:
        done = Ending(RunStatus.FAILED, Reason.TOKEN_UNDECRYPTABLE)
    except SmartHRError as error:
        done = Ending(RunStatus.FAILED, Reason(error.code))
        detail = failure_detail(integration, error)
    text = error_text(done.reason or "", detail)
    return summary_of_preview(ledger, status=done.status, requests=requests, error=text)


def _patiently(work: Work, sleep: Callable[[float], None]) -> Ending:
    """Waits for `reset` like the command does."""
    waited = 0.0
    while True:
        try:
            return advance(work)
        except RateLimited as error:
            wait = error.wait if error.wait is not None else UNKNOWN_WAIT
            waited += wait
            if waited > PATIENCE.total_seconds():
                raise
            sleep(wait)
