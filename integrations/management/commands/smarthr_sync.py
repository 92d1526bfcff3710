"""smarthr_sync --company CODE [departments|employees] [--dry-run] [--changed]"""

from typing import Any

from django.core.management.base import CommandParser

from companies.commands import CompanyCommand, Exit
from companies.models import Company
from integrations.choices import WHOLE_KINDS, RunKind, RunStatus
from integrations.reason_texts import explain_record
from integrations.reasons import Reason
from integrations.services.foreground import AlreadyRunning, Foreground
from integrations.services.preview import preview
from integrations.services.runs import NotReady
from integrations.services.summary import Noted, Summary, refused, summary_of_run

EXITS = {
    RunStatus.SUCCEEDED: Exit.DONE,
    RunStatus.NEEDS_CONFIRMATION: Exit.NEEDS_PERSON,
    RunStatus.FAILED: Exit.FAILED,
    RunStatus.CANCELLED: Exit.FAILED,
}


class Command(CompanyCommand):
    help = "Syncs in the foreground; waits up to 15 minutes in all for SmartHR's rate limit."
    error_fields = Summary(RunStatus.FAILED).to_json()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "kind",
            nargs="?",
            choices=[kind.value for kind in WHOLE_KINDS],
            default=RunKind.EMPLOYEES.value,
            help="employees includes the departments where a slot is chosen",
        )
        parser.add_argument("--dry-run", action="store_true", help="plan only, write nothing")
        parser.add_argument(
            "--changed",
            action="store_true",
            help="read only what changed since the last sync; departments are always read whole",
        )

    def run(self, **options: Any) -> None:
        company = self.company(options)
        kind = RunKind(options["kind"])
        if options["changed"] and kind == RunKind.EMPLOYEES:
            kind = RunKind.CHANGED
        try:
            summary = _sync(company, kind, dry_run=options["dry_run"])
        except NotReady as problem:
            summary = refused(problem.reason)
        except AlreadyRunning as problem:
            summary = refused(Reason.ALREADY_RUNNING, problem.run.pk)
        self.say(EXITS[RunStatus(summary.status)], summary.to_json(), text_of(summary))


def _sync(company: Company, kind: RunKind, *, dry_run: bool) -> Summary:
    if dry_run:
        return preview(company=company, kind=kind)
    return summary_of_run(Foreground().sync(company=company, kind=kind))


def text_of(summary: Summary) -> str:
    lines = [f"結果: {RunStatus(summary.status).label}"]
    for key, name in (("departments", "グループ"), ("employees", "社員")):
        counts = summary.counts[key]
        lines.append(
            f"{name}: 新規{counts['created']}・更新{counts['updated']}・"
            f"変更なし{counts['unchanged']}・スキップ{counts['skipped']}・削除{counts['deleted']}"
        )
    if summary.error:
        lines.append(summary.error)
    lines += [_noted_line(note) for note in summary.noted]
    lines += [f"社員IDの変更: {c['from']} → {c['to']}" for c in summary.login_changes]
    lines += [f"削除の確認: {c['employee_id']}" for c in summary.deletion_candidates]
    lines += [f"グループの削除の確認: {c['name']}" for c in summary.group_deletion_candidates]
    if summary.unreadable:
        lines.append(f"読めない項目: {', '.join(summary.unreadable)}")
    return "\n".join(lines)


def _noted_line(note: Noted) -> str:
    text = explain_record(note.reason, note.detail, subject=note.subject, outcome=note.outcome)
    return f"{note.label}: {text.what}"
