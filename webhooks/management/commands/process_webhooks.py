"""process_webhooks --company CODE"""

from __future__ import annotations

from typing import Any

from companies.commands import CompanyCommand, Exit
from integrations.choices import RunStatus, Subject
from integrations.reason_texts import explain
from webhooks.services.foreground import Processed, process_all
from webhooks.services.troubles import Trouble

EXITS = {
    RunStatus.SUCCEEDED: Exit.DONE,
    RunStatus.NEEDS_CONFIRMATION: Exit.NEEDS_PERSON,
    RunStatus.FAILED: Exit.FAILED,
}


class Command(CompanyCommand):
    help = "Processes every due delivery of the webhook, and the sync that an oversize one needs."
    error_fields = {"processed": 0, "ignored": 0, "failed": 0, "pending": 0}

    def run(self, **options: Any) -> None:
        done = process_all(self.company(options))
        error = _text(done.trouble)
        data = {
            "status": done.status.value,
            "processed": done.processed,
            "ignored": done.ignored,
            "failed": done.failed,
            "pending": done.pending,
            "error": error,
        }
        self.say(EXITS[done.status], data, _lines(done, error))


def _text(trouble: Trouble | None) -> str | None:
    if trouble is None:
        return None
    return explain(trouble.reason, trouble.detail, subject=Subject.EMPLOYEE).both


def _lines(done: Processed, error: str | None) -> str:
    counts = (
        f"結果: {done.status.label}",
        f"処理済み{done.processed}・対象外{done.ignored}・失敗{done.failed}・未処理{done.pending}",
    )
    waiting = ["「削除の確認」を確認してください。"] if done.needs_person else []
    return "\n".join([*counts, *([error] if error else []), *waiting])
