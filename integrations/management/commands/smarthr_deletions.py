"""smarthr_deletions --company CODE [--approve|--dismiss]"""

from typing import Any

from django.core.management.base import CommandParser

from companies.audit import command
from companies.commands import CompanyCommand, Exit
from companies.models import Company
from integrations.choices import Subject
from integrations.encryption import Undecryptable
from integrations.models import DeletionCandidate
from integrations.reasons import Reason
from integrations.services.connection import integration_of
from integrations.services.deletions import (
    Decision,
    EmptyAccount,
    OtherAccount,
    approve,
    dismiss,
    label,
    pending,
)
from integrations.services.runs import NotReady
from integrations.services.summary import error_text, failure_detail, pending_candidates
from integrations.smarthr.errors import SmartHRError


class Command(CompanyCommand):
    help = "Lists, approves or dismisses people and groups that SmartHR no longer has."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--approve", action="store_true", help="asks SmartHR again first")
        choice.add_argument("--dismiss", action="store_true", help="keeps them, asks no more")

    def run(self, **options: Any) -> None:
        company = self.company(options)
        actor = command("smarthr_deletions")
        decision, reason = Decision(), None
        detail: dict[str, Any] = {}
        candidates = pending(company)
        try:
            if options["approve"] and candidates:
                approve(company=company, candidates=candidates, actor=actor, decision=decision)
            elif options["dismiss"]:
                decision = dismiss(company=company, candidates=candidates, actor=actor)
        except NotReady as problem:
            reason = problem.reason
        except OtherAccount:
            reason = Reason.OTHER_ACCOUNT
        except EmptyAccount:
            reason = Reason.EMPTY_ANSWER
        except Undecryptable:
            reason = Reason.TOKEN_UNDECRYPTABLE
        except SmartHRError as error:
            reason, detail = Reason(error.code), failure_detail(integration_of(company), error)
        self._report(company, decision, error_text(reason or "", detail), reason)

    def _report(
        self, company: Company, decision: Decision, error: str | None, reason: Reason | None
    ) -> None:
        people, groups = pending_candidates(company)
        waiting = bool(people or groups)
        status, code = ("succeeded", Exit.DONE)
        if waiting:
            status, code = ("needs_confirmation", Exit.NEEDS_PERSON)
        if reason is not None and reason not in (Reason.OTHER_ACCOUNT, Reason.EMPTY_ANSWER):
            status, code = ("failed", Exit.FAILED)
        data = {
            "status": status,
            "deletion_candidates": people,
            "group_deletion_candidates": groups,
            **_decided(decision),
            "error": error,
        }
        self.say(code, data, _text(data))


def _decided(decision: Decision) -> dict[str, Any]:
    return {
        "deleted": [_named(candidate) for candidate in decision.deleted],
        "kept": [_named(candidate) for candidate in decision.kept],
        "dismissed": [_named(candidate) for candidate in decision.dismissed],
        "held": [{**_named(c), "reason": str(reason)} for c, reason in decision.held],
    }


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
