"""bulk_export groups|employees|cards FILE --company CODE"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.core.management.base import CommandParser

from bulk.choices import Subject
from bulk.services.export import TOO_MANY_ROWS, export
from bulk.workbook import TooManyRows
from companies.audit import command
from companies.commands import CompanyCommand, Exit
from companies.models import Company


class Command(CompanyCommand):
    help = "Writes an Excel file; an existing one is replaced when the new one is whole."
    error_fields = {"rows": None}

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("what", choices=Subject.values)
        parser.add_argument("file", metavar="FILE", type=Path)

    def run(self, **options: Any) -> None:
        company, target = self.company(options), options["file"]
        if target.is_dir() or not target.parent.is_dir():
            self.stop(Exit.WRONG_USAGE, f"「{target}」はファイルの書き込み先に使えません。")
        try:
            rows = _export(Subject(options["what"]), company, target)
        except TooManyRows:
            self.stop(Exit.FAILED, TOO_MANY_ROWS)
        except OSError:
            self.stop(
                Exit.FAILED,
                f"「{target}」に書き込めませんでした。フォルダの権限と空き容量を確認してください。",
            )
        data = {"status": "succeeded", "rows": rows, "error": None}
        self.say(Exit.DONE, data, f"{rows:,}件を{target}に書き出しました。")


def _export(subject: Subject, company: Company, target: Path) -> int:
    """Only the owner may read the file. Raises OSError, TooManyRows."""
    written: IO[bytes]
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as written:
        try:
            rows = export(
                company=company, subject=subject, file=written, actor=command("bulk_export")
            )
            written.flush()
            os.replace(written.name, target)
        except BaseException:
            os.unlink(written.name)
            raise
    return rows
