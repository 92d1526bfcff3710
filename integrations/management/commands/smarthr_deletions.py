"""smarthr_deletions --company CODE [--approve|--dismiss]"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import CommandParser

from companies.audit import command
from companies.commands import CompanyCommand, Exit
from companies.models import Company
from integrations.choices import Outcome, RunStatus, Subject
from integrations.models import DeletionCandidate, RunRecord, SyncRun
from integrations.reasons import Reason
from integrations.services.deletions import dismiss, label, pending
from integrations.services.foreground import AlreadyRunning, Foreground
from integrations.services.runs import NotReady
from integrations.services.summary import error_text, pending_candidates
from integrations.texts_by_kind import text_of_run

EXITS = {
    RunStatus.SUCCEEDED: Exit.DONE,
    RunStatus.NEEDS_CONFIRMATION: Exit.NEEDS_PERSON,
    RunStatus.FAILED: Exit.FAILED,
    RunStatus.CANCELLED: Exit.FAILED,
}
Entries = list[dict[str, str]]


@dataclass(slots=True)
class Decided:
    """What became of the candidates."""

    deleted: Entries = field(default_factory=list)
    # SmartHR answers for them again.
    kept: Entries = field(default_factory=list)
    dismissed: Entries = field(default_factory=list)
    # C6
    held: Entries = field(default_factory=list)
    # How the run ended that asked SmartHR, where one did.
    status: RunStatus | None = None
    error: str | None = None


class Command(CompanyCommand):
    help = "Lists, approves or dismisses people and groups that SmartHR no longer has."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--approve", action="store_true", help="asks SmartHR again first")
        choice.add_argument("--dismiss", action="store_true", help="keeps them, asks no more")

    def run(self, **options: Any) -> None:
        company = self.company(options)
        decided = Decided()
        candidates = pending(company)
        if options["approve"] and candidates:
            decided = _approve(company, candidates)
        elif options["dismiss"]:
            keys = [candidate.pk for candidate in candidates]
            done = dismiss(company=company, candidates=keys, actor=command("smarthr_deletions"))
            decided.dismissed = [_named(candidate) for candidate in done]
        people, groups = pending_candidates(company)
        status = _status(decided, waiting=bool(people or groups))
        data = {
            "status": str(status),
            "deletion_candidates": people,
            "group_deletion_candidates": groups,
            "deleted": decided.deleted,
            "kept": decided.kept,
            "dismissed": decided.dismissed,
            "held": decided.held,
            "error": decided.error,
        }
        self.say(EXITS[status], data, _text(data))


def _approve(company: Company, candidates: list[DeletionCandidate]) -> Decided:
    try:
        run = Foreground().delete(company=company, candidates=[c.pk for c in candidates])
    except AlreadyRunning:
        error = error_text(Reason.ALREADY_RUNNING, {})
        return Decided(status=RunStatus.FAILED, error=error)
    except NotReady as problem:
        if problem.reason == Reason.NOTHING_APPROVED:  # somebody else has decided meanwhile
            return Decided()
        return Decided(status=RunStatus.FAILED, error=error_text(problem.reason, {}))
    return _of_run(run)


def _of_run(run: SyncRun) -> Decided:
    decided = Decided(status=RunStatus(run.status))
    if run.error_code:
        decided.error = text_of_run(run.kind, run.error_code, run.error_detail).both
    records = RunRecord.objects.for_company(run.company_id).filter(run=run).order_by("pk")
    for record in records.iterator():
        kind = "employee" if record.subject == Subject.EMPLOYEE else "group"
        entry = {"smarthr_id": record.smarthr_id, "kind": kind, "label": record.label}
        if record.outcome == Outcome.DELETED:
            decided.deleted.append(entry)
        elif record.reason == Reason.STILL_EXISTS:
            decided.kept.append(entry)
        else:
            decided.held.append({**entry, "reason": record.reason})
    return decided


def _status(decided: Decided, *, waiting: bool) -> RunStatus:
    """What waits from earlier needs a person too; a run that went wrong counts for more."""
    if decided.status in (RunStatus.FAILED, RunStatus.CANCELLED):
        return decided.status
    return RunStatus.NEEDS_CONFIRMATION if waiting else RunStatus.SUCCEEDED


def _named(candidate: DeletionCandidate) -> dict[str, str]:
    return {
        "smarthr_id": str(candidate.smarthr_id),
        "kind": "employee" if candidate.subject == Subject.EMPLOYEE else "group",
        "label": label(candidate),
    }


def _text(data: dict[str, Any]) -> str:
    lines = [
        f"{title}: {entry['label']}"
        for key, title in (
            ("deleted", "削除しました"),
            ("kept", "SmartHRにいるため、残しました"),
            ("dismissed", "今後は確認しません"),
            ("held", "ログインできる最後の管理者のため、残しました"),
        )
        for entry in data[key]
    ]
    lines += [f"削除の確認: {entry['employee_id']}" for entry in data["deletion_candidates"]]
    lines += [f"グループの削除の確認: {c['name']}" for c in data["group_deletion_candidates"]]
    if data["error"]:
        lines.append(data["error"])
    return "\n".join(lines) or "削除の確認を待つ社員・グループはありません。"
