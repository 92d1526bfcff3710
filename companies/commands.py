"""What the management commands share: the company, `--json`, and exit codes.

0 done · 1 failed · 2 wrong usage · 3 needs a person.
"""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from companies.models import Company


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    NEEDS_PERSON = 3


class ReportingCommand(BaseCommand):
    """Prints text for people, or one JSON object with `--json`; never a traceback or a secret."""

    requires_system_checks: list[str] = []
    # What an error adds to its JSON object.
    error_fields: dict[str, Any] = {}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DatabaseError:
            self.json = bool(options.get("json"))
            self.stop(Exit.FAILED, "データベースに接続できないため、実行できませんでした。")

    def handle(self, *args: Any, **options: Any) -> None:
        self.json = bool(options["json"])
        self.run(**options)

    def run(self, **options: Any) -> None:
        raise AssertionError("a command has to say what it does")

    def say(self, code: Exit, data: dict[str, Any], text: str) -> NoReturn:
        """Ends the command."""
        if self.json:
            self.stdout.write(json.dumps(data, ensure_ascii=False))
        else:
            self.stdout.write(text)
        raise SystemExit(int(code))

    def stop(self, code: Exit, message: str, **fields: Any) -> NoReturn:
        """Ends the command with an error."""
        if self.json:
            data = {"status": "failed", **self.error_fields, **fields, "error": message}
            self.stdout.write(json.dumps(data, ensure_ascii=False))
        else:
            self.stderr.write(message)
        raise SystemExit(int(code))


class CompanyCommand(ReportingCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--company", required=True, metavar="CODE", help="企業ID")

    def company(self, options: dict[str, Any]) -> Company:
        try:
            return Company.objects.get(code=options["company"])
        except (Company.DoesNotExist, ValueError):
            self.stop(Exit.WRONG_USAGE, f"企業ID「{options['company']}」の会社はありません。")
