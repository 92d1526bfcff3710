"""Everything that is due, for somebody who waits: the command."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count

from companies.models import Company
from integrations.choices import GOOD_STATUSES, RunKind, RunStatus
from integrations.models import SyncRun
from integrations.reasons import Reason
from integrations.services.connection import integration_of
from integrations.services.foreground import AlreadyRunning, Foreground
from integrations.services.runs import NotReady
from integrations.waiting import waiting_deletions
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery
from webhooks.services.claims import LEASE, is_busy
from webhooks.services.inboxes import locked_inbox, release_hold
from webhooks.services.processing import process
from webhooks.services.troubles import Trouble
from webhooks.services.verdicts import current_verdict

# A worker that has some of them ends, or its lease does.
LONGEST_WAIT: Final = LEASE.total_seconds() + 15


@dataclass(frozen=True, slots=True)
class Processed:
    """How many deliveries ended how meanwhile, and how many still wait."""

    processed: int
    ignored: int
    failed: int
    pending: int
    # Why some wait or failed.
    trouble: Trouble | None = None
    # Deletions wait for a person's word.
    needs_person: bool = False

    @property
    def status(self) -> RunStatus:
        if self.trouble is not None and not self.trouble.confirm:
            return RunStatus.FAILED
        needs_person = self.needs_person or self.trouble is not None
        return RunStatus.NEEDS_CONFIRMATION if needs_person else RunStatus.SUCCEEDED


def process_all(company: Company, *, sleep: Callable[[float], None] = time.sleep) -> Processed:
    before = _counts(company)
    with transaction.atomic():
        release_hold(locked_inbox(company))  # whoever asks may have put the account right
    troubles = _process_due(company, sleep)
    if current_verdict(company).reason is None:
        troubles += _sync_changes(company)
    after = _counts(company)
    failed = max(after["failed"] - before["failed"], 0)
    if not after["pending"] and not failed:
        troubles = []  # another try did it
    elif not troubles and (reason := _refusal(company)) is not None:
        troubles = [Trouble(reason)]
    return Processed(
        processed=after["processed"] - before["processed"],
        ignored=after["ignored"] - before["ignored"],
        failed=failed,
        pending=after["pending"],
        trouble=min(troubles, key=lambda trouble: trouble.confirm, default=None),
        needs_person=bool(waiting_deletions(company)),
    )


def _process_due(company: Company, sleep: Callable[[float], None]) -> list[Trouble]:
    waited, troubles = 0.0, []
    while True:
        done = process(company, should_pause=_never, at_once=True)
        troubles += done.troubles
        is_waiting = is_busy(company) and waited < LONGEST_WAIT
        if not is_waiting:
            return troubles
        sleep(0.2)
        waited += 0.2


def _sync_changes(company: Company) -> list[Trouble]:
    """What an oversize delivery asked for (X2), where a person has done the first import."""
    waits = Delivery.objects.for_company(company).idle().filter(by_sync=True)
    if not waits.exists() or integration_of(company).people_imported_at is None:
        return []
    try:
        run: SyncRun = Foreground().sync(company=company, kind=RunKind.CHANGED)
    except NotReady as problem:
        return [Trouble(problem.reason)]
    except AlreadyRunning:
        return [Trouble(Reason.ALREADY_RUNNING)]
    if run.status in GOOD_STATUSES:
        return []
    return [Trouble(Reason(run.error_code or Reason.INTERNAL_ERROR), run.error_detail)]


def _refusal(company: Company) -> Reason | None:
    """Why nothing of what waits can be processed now; a pause that a 管理者 chose is no failure."""
    reason = current_verdict(company).reason
    return reason if reason in {Reason.PLAN_STOPPED, Reason.NOT_CONNECTED} else None


def _counts(company: Company) -> dict[str, int]:
    rows = Delivery.objects.for_company(company).values_list("status")
    return {**dict.fromkeys(DeliveryStatus.values, 0), **dict(rows.annotate(Count("pk")))}


def _never() -> bool:
    return False
