"""bulk_import groups|employees|cards FILE --company CODE [--dry-run]"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from bulk.choices import Subject
from bulk.services.foreground import Outcome, import_at_once
from companies.audit import Actor
from companies.commands import CompanyCommand, Exit
from companies.models import ActorKind

SAID = {
    "applied": "新規{new:,}・変更{changed:,}・変更なし{unchanged:,}でインポートしました。",
    "previewed": "新規{new:,}・変更{changed:,}・変更なし{unchanged:,}です。"
    "まだ何も変更していません。",
    "refused": "エラーがあるため、何も変更していません。",
}
ONE_TIME_PASSWORDS = (
    "パスワードが決まっていない社員が{:,}名います。"
    "社員の画面でパスワードを再発行し、本人に知らせてください。"
)


class Command(CompanyCommand):
    help = "Reads an Excel file of 一括処理 and applies it as a whole, or nothing of it."
    error_fields = {"new": 0, "changed": 0, "unchanged": 0, "errors": []}

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("what", choices=Subject.values)
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what it would do")
        parser.add_argument(
            "--create-groups", action="store_true", help="make groups that the file names"
        )

    def run(self, **options: Any) -> None:
        company, source = self.company(options), options["file"]
        try:
            with source.open("rb") as file:
                outcome = import_at_once(
                    company=company,
                    subject=Subject(options["what"]),
                    file=file,
                    actor=Actor(ActorKind.IMPORT, "bulk_import"),
                    is_dry_run=options["dry_run"],
                    creates_groups=options["create_groups"],
                )
        except OSError:
            self.stop(Exit.WRONG_USAGE, f"「{source}」を開けません。")
        code = Exit.FAILED if outcome.status == "refused" else Exit.DONE
        self.say(code, _data(outcome), _text(outcome))


def _data(outcome: Outcome) -> dict[str, Any]:
    counts = outcome.counts
    return {
        "status": outcome.status,
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "errors": [asdict(error) for error in outcome.errors],
    }


def _text(outcome: Outcome) -> str:
    lines = [SAID[outcome.status].format(**_data(outcome))]
    lines += [
        f"{error.row}行目 {error.message}" if error.row else error.message
        for error in outcome.errors
    ]
    if outcome.one_time_passwords:
        lines.append(ONE_TIME_PASSWORDS.format(outcome.one_time_passwords))
    return "\n".join(lines)
