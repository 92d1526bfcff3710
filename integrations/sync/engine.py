"""One run from its first step to its last: read → plan → apply → report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from integrations.choices import SURVEY_KINDS, Outcome, Phase, RunKind, RunStatus, phases_of
from integrations.reasons import Reason
from integrations.sync.account_step import check_account
from integrations.sync.approved_steps import look_up_approved, remove_approved
from integrations.sync.change_steps import (
    read_changed_departments,
    read_changes,
    settle_changes,
    write_changed_groups,
)
from integrations.sync.deletion_steps import settle_vanished
from integrations.sync.department_steps import (
    delete_vanished_groups,
    read_departments,
    write_groups,
)
from integrations.sync.id_steps import settle_ids
from integrations.sync.ledger import Ledger
from integrations.sync.people_steps import read_crews, settle_held
from integrations.sync.survey_steps import find_matches, survey_crews, survey_departments
from integrations.sync.work import Work

STEPS: dict[Phase, Callable[[Work], None]] = {
    Phase.ACCOUNT: check_account,
    Phase.DEPARTMENTS: read_departments,
    Phase.GROUPS: write_groups,
    Phase.CREWS: read_crews,
    Phase.PEOPLE: settle_held,
    Phase.DELETIONS: settle_vanished,
    Phase.IDS: settle_ids,
    Phase.GROUP_DELETIONS: delete_vanished_groups,
    Phase.SURVEY: survey_crews,
    Phase.MATCHES: find_matches,
    Phase.LOOKUPS: look_up_approved,
    Phase.REMOVALS: remove_approved,
}
CHANGED_STEPS = {
    **STEPS,
    Phase.DEPARTMENTS: read_changed_departments,
    Phase.GROUPS: write_changed_groups,
    Phase.CHANGES: read_changes,
    Phase.PEOPLE: settle_changes,
}
SURVEY_STEPS = {**STEPS, Phase.DEPARTMENTS: survey_departments}


@dataclass(frozen=True, slots=True)
class Ending:
    status: RunStatus
    reason: Reason | None = None


def advance(work: Work) -> Ending:
    """Goes on from where the run stands to its end.

    Raises Paused when the slice is over, StopRun, RunCancelled, LeaseLost, SmartHRError.
    """
    ledger = work.ledger
    order = phases_of(ledger.kind, ledger.settings.slot, with_groups=ledger.with_groups)
    # A run that has done nothing yet stands at the first phase of most kinds, not of all.
    position = order.index(ledger.progress.phase) if ledger.progress.phase in order else 0
    steps = _steps(ledger.kind)
    for phase in order[position:-1]:
        if ledger.progress.phase != phase:
            work.enter(phase)  # before a pause: what took long must not be done again after it
            work.checkpoint()
        steps[phase](work)
    return ending(ledger)


def _steps(kind: RunKind) -> dict[Phase, Callable[[Work], None]]:
    if kind == RunKind.CHANGED:
        return CHANGED_STEPS
    return SURVEY_STEPS if kind in SURVEY_KINDS else STEPS


def ending(ledger: Ledger) -> Ending:
    progress = ledger.progress
    if ledger.kind == RunKind.DELETIONS:  # of those who wait, only the held ones are its business
        held = ledger.counts["employees"][Outcome.LEFT_OUT]
        return Ending(RunStatus.NEEDS_CONFIRMATION if held else RunStatus.SUCCEEDED)
    if progress.is_incomplete:
        return Ending(RunStatus.FAILED, Reason.INCOMPLETE_READ)  # E12, G4
    if "logins" in progress.brakes:  # S5
        return Ending(RunStatus.NEEDS_CONFIRMATION)
    if ledger.kind not in SURVEY_KINDS and ledger.pending_candidates():
        return Ending(RunStatus.NEEDS_CONFIRMATION)
    return Ending(RunStatus.SUCCEEDED)
