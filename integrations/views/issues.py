"""What does not work, for the settings page, ホーム and the banner (X3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from integrations.health_texts import text_of_cause
from integrations.models import HealthIssue
from integrations.reason_text import ReasonText
from integrations.reasons import Reason
from integrations.services.connection_state import ConnectionState, is_told_by_lines


@dataclass(frozen=True, slots=True)
class IssueLine:
    text: ReasonText
    since: datetime


def issue_lines(state: ConnectionState) -> list[IssueLine]:
    """Without what the section of the connection says of a test or a sync."""
    return [
        IssueLine(text_of_cause(issue.cause, issue.detail), issue.opened_at)
        for issue in state.issues
        if not _is_told(issue, state)
    ]


def _is_told(issue: HealthIssue, state: ConnectionState) -> bool:
    if issue.cause == Reason.OTHER_ACCOUNT:  # the banner leads to the sync that asks (T5)
        return True
    if is_told_by_lines(issue, {line.name for line in state.missing}):
        return True
    return issue.cause == state.problem_code and not state.is_noticed


def told_alone(state: ConnectionState) -> Iterator[HealthIssue]:
    """Those that neither the connection's own line nor a sync's tells."""
    for issue in state.issues:
        if issue.cause != state.problem_code and not _is_told(issue, state):
            yield issue
