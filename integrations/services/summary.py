"""What a run or a dry run says in the words of the contract (`smarthr_sync --json`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from companies.models import Company
from integrations.choices import CandidateStatus, Outcome, RunStatus, Subject
from integrations.models import DeletionCandidate, RunRecord, SmartHRIntegration, SyncRun
from integrations.reason_texts import explain
from integrations.reasons import Reason
from integrations.smarthr.errors import PermissionMissing, SmartHRError
from integrations.sync.ledger import Line
from integrations.sync.memory import MemoryLedger
from integrations.sync.progress import no_counts


@dataclass(frozen=True, slots=True)
class Noted:
    """What there is to say about one record."""

    subject: str
    smarthr_id: str
    label: str
    reason: str
    detail: Mapping[str, Any]
    outcome: str


@dataclass(slots=True)
class Summary:
    status: str
    run: int | None = None
    counts: dict[str, dict[str, int]] = field(
        default_factory=lambda: {"departments": no_counts(), "employees": no_counts()}
    )
    noted: list[Noted] = field(default_factory=list)
    login_changes: list[dict[str, str]] = field(default_factory=list)
    deletion_candidates: list[dict[str, str]] = field(default_factory=list)
    group_deletion_candidates: list[dict[str, str]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    requests: int = 0
    error: str | None = None

    @property
    def skipped(self) -> list[dict[str, str]]:
        return [{"smarthr_id": note.smarthr_id, "reason": note.reason} for note in self.noted]

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "status": self.status,
            **self.counts,
            "skipped": self.skipped,
            "login_changes": self.login_changes,
            "deletion_candidates": self.deletion_candidates,
            "group_deletion_candidates": self.group_deletion_candidates,
            "unreadable": self.unreadable,
            "requests": self.requests,
            "error": self.error,
        }


def error_text(reason: str, detail: dict[str, Any]) -> str | None:
    if not reason:
        return None
    return explain(reason, detail, subject=Subject.EMPLOYEE).both


def failure_detail(integration: SmartHRIntegration, error: SmartHRError) -> dict[str, Any]:
    """What the text of an error names: the subdomain, and the permission that is missing."""
    detail: dict[str, Any] = {"subdomain": integration.subdomain}
    if isinstance(error, PermissionMissing):
        detail["permission"] = error.permission
    return detail


def summary_of_run(run: SyncRun) -> Summary:
    """Of a run that ended."""
    people, groups = pending_candidates(run.company)
    records = RunRecord.objects.for_company(run.company_id).filter(run=run).order_by("pk")
    noted = records.exclude(reason="").values_list(
        "subject", "smarthr_id", "label", "reason", "detail", "outcome"
    )
    renamed = records.filter(
        subject=Subject.EMPLOYEE, outcome=Outcome.UPDATED, changes__has_key="employee_id"
    )
    return Summary(
        status=run.status,
        run=run.pk,
        counts=_counts(run.counts),
        noted=_once(Noted(*values) for values in noted.iterator()),
        login_changes=[
            _login_change(changes["employee_id"])
            for changes in renamed.values_list("changes", flat=True)
        ],
        deletion_candidates=people,
        group_deletion_candidates=groups,
        unreadable=run.unreadable,
        requests=run.requests,
        error=error_text(run.error_code, run.error_detail),
    )


def summary_of_preview(
    ledger: MemoryLedger, *, status: RunStatus, requests: int, error: str | None
) -> Summary:
    """Of a dry run: what the real run would say."""
    records, progress = ledger.records, ledger.progress
    people, groups = records.pending[Subject.EMPLOYEE], records.pending[Subject.GROUP]
    named = {group.smarthr_id: group.name for group in records.groups.values()}
    return Summary(
        status=status,
        counts=_counts(ledger.counts),
        noted=_once(
            Noted(
                line.subject,
                line.smarthr_id,
                line.label,
                str(note.reason),
                note.detail,
                line.outcome,
            )
            for line in ledger.lines
            for note in line.notes
        ),
        login_changes=[
            _login_change(line.changes["employee_id"])
            for line in ledger.lines
            if _is_login_change(line)
        ],
        deletion_candidates=[
            {"smarthr_id": str(crew), "employee_id": records.people[crew].employee_id}
            for crew in sorted(people)
            if crew in records.people
        ],
        group_deletion_candidates=[
            {"smarthr_id": str(key), "name": named[key]} for key in sorted(groups) if key in named
        ],
        unreadable=progress.unreadable,
        requests=requests,
        error=error,
    )


def pending_candidates(
    company: Company | int,
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """People and groups that wait for a decision, also from earlier runs."""
    waiting = (
        DeletionCandidate.objects.for_company(company)
        .filter(status=CandidateStatus.PENDING)
        .order_by("smarthr_id")
    )
    people = [
        {"smarthr_id": str(crew), "employee_id": employee_id}
        for crew, employee_id in waiting.filter(subject=Subject.EMPLOYEE).values_list(
            "smarthr_id", "employee__employee_id"
        )
    ]
    groups = [
        {"smarthr_id": str(department), "name": name}
        for department, name in waiting.filter(subject=Subject.GROUP).values_list(
            "smarthr_id", "group__name"
        )
    ]
    return people, groups


def refused(reason: Reason, run: int | None = None) -> Summary:
    """No run was started."""
    return Summary(status=RunStatus.FAILED, run=run, error=error_text(reason, {}))


def _once(noted: Iterable[Noted]) -> list[Noted]:
    """One entry per record and reason."""
    first: dict[tuple[str, str], Noted] = {}
    for note in noted:
        first.setdefault((note.smarthr_id, note.reason), note)
    return list(first.values())


def _counts(stored: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """In one order: PostgreSQL's jsonb sorts keys by its own rule."""
    return {
        name: {key: stored.get(name, {}).get(key, 0) for key in no_counts()}
        for name in ("departments", "employees")
    }


def _login_change(values: Any) -> dict[str, str]:
    before, after = values
    return {"from": before, "to": after}


def _is_login_change(line: Line) -> bool:
    return (
        line.subject == Subject.EMPLOYEE
        and line.outcome == Outcome.UPDATED
        and "employee_id" in line.changes
    )
