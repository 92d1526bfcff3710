"""The candidates that a person gave a run to delete, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from companies.audit import Actor, Event, command, write_audit
from companies.models import ActorKind, AuditAction
from integrations.choices import Subject
from integrations.models import DeletionCandidate, SyncRun


def approved(run: SyncRun, subject: Subject) -> set[UUID]:
    rows = _candidates(run).filter(subject=subject)
    return set(rows.values_list("smarthr_id", flat=True))


def release(run: SyncRun) -> None:
    _candidates(run).update(approval=None)


def note(run: SyncRun, subject: Subject, records: Mapping[int, str]) -> None:
    """In the name of whoever gave the word, not of the run."""
    events = [
        Event(AuditAction.APPROVED, str(subject), pk, label, {}) for pk, label in records.items()
    ]
    write_audit(company=run.company_id, actor=_who(run), events=events)


def _who(run: SyncRun) -> Actor:
    if run.started_by_label:
        return Actor(ActorKind.PERSON, run.started_by_label, run.started_by_id)
    return command("smarthr_deletions")


def _candidates(run: SyncRun) -> Any:
    return DeletionCandidate.objects.for_company(run.company_id).filter(approval=run)
