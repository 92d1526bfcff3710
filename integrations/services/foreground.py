"""A run that somebody waits for: the command."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.utils import timezone

from companies.audit import Actor, command
from companies.models import Company
from integrations.choices import RunKind, RunStatus, Trigger
from integrations.models import SyncRun
from integrations.reasons import Reason
from integrations.services.deletions import approve
from integrations.services.run_endings import fail, release_run
from integrations.services.run_work import work_on
from integrations.services.runs import cancel_own, claim, start_run

# How long the command waits for `reset`, in all.
PATIENCE: Final = timedelta(minutes=15)


class AlreadyRunning(Exception):
    def __init__(self, run: SyncRun) -> None:
        super().__init__(run.pk)
        self.run = run


@dataclass(slots=True)
class Foreground:
    sleep: Callable[[float], None] = time.sleep
    waited: timedelta = field(default_factory=timedelta)
    interrupted: bool = False

    def sync(self, *, company: Company, kind: RunKind) -> SyncRun:
        """The run, ended. First takes over a run that nobody works on.

        Ctrl-C cancels a run of its own; one that it took over is left to whoever comes next (X6).
        Raises AlreadyRunning and NotReady.
        """

        def start(lease: UUID) -> tuple[SyncRun, bool]:
            return start_run(
                company=company, kind=kind, trigger=Trigger.COMMAND, actor=None, lease=lease
            )

        return self._from_its_start(kind, start)

    def delete(self, *, company: Company, candidates: Collection[int]) -> SyncRun:
        """The run that deletes the candidates (primary keys), ended; like a sync in all else."""

        def start(lease: UUID) -> tuple[SyncRun, bool]:
            return approve(
                company=company,
                candidates=candidates,
                trigger=Trigger.COMMAND,
                actor=None,
                lease=lease,
            )

        return self._from_its_start(RunKind.DELETIONS, start)

    def _from_its_start(
        self, kind: RunKind, start: Callable[[UUID], tuple[SyncRun, bool]]
    ) -> SyncRun:
        lease = uuid4()
        run, started = start(lease)
        if started:
            return self._to_its_end(run, lease, is_own=True)
        taken = claim(run.pk)
        if taken is None:
            raise AlreadyRunning(run)
        run = self._to_its_end(run, taken, is_own=False)
        if run.is_active:
            raise AlreadyRunning(run)
        if self.interrupted or (run.kind == kind and _went_on(run)):
            return run
        return self._from_its_start(kind, start)

    def _to_its_end(self, run: SyncRun, lease: UUID, *, is_own: bool) -> SyncRun:
        """The run, ended; still active only where it is not its own and Ctrl-C was pressed."""
        held: UUID | None = lease
        while run.is_active and (is_own or not self.interrupted):
            try:
                if held is None:  # a worker has it now, or it is not due yet
                    self.sleep(1.0)
                    held = claim(run.pk)
                else:
                    held = self._work(run, held)
            except KeyboardInterrupt:
                self.interrupted = True
                if is_own:
                    cancel_own(run, _command(run))  # not one that has deleted somebody (E12)
                elif held is not None:
                    release_run(run, held)
            run.refresh_from_db()
        return run

    def _work(self, run: SyncRun, lease: UUID) -> UUID | None:
        result = work_on(run.pk, lease, should_pause=lambda: False)
        if result.finished or result.wait_until is None:
            return None
        wait = result.wait_until - timezone.now()
        again = None
        if self.waited + wait <= PATIENCE:
            self.waited += wait
            self.sleep(max(wait.total_seconds(), 0.0))
        elif (again := claim(run.pk, early=True)) is not None:
            fail(run, again, Reason.RATE_LIMITED)
        return None if again else claim(run.pk)


def _command(run: SyncRun) -> Actor:
    return command("smarthr_deletions" if run.kind == RunKind.DELETIONS else "smarthr_sync")


def _went_on(run: SyncRun) -> bool:
    """Whether a run that was taken over did what was asked for: neither cancelled before nor ended
    because its settings are of yesterday."""
    return run.status != RunStatus.CANCELLED and run.error_code != Reason.SETTINGS_CHANGED
