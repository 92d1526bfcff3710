"""Importing as `bulk_import` does, and what it says."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from companies.models import Company
from tests.bulk.workbooks import put

Said = dict[str, Any]


class Importing:
    def __init__(self, company: Company, folder: Path) -> None:
        self.company, self.folder = company, folder

    def __call__(self, what: str, content: bytes, *options: str) -> Said:
        out = StringIO()
        file = put(self.folder, content)
        with pytest.raises(SystemExit) as end:
            call_command(
                "bulk_import",
                what,
                file,
                *options,
                "--company",
                self.company.code,
                "--json",
                stdout=out,
            )
        said: Said = json.loads(out.getvalue())
        assert end.value.code == (1 if said["status"] == "refused" else 0)
        return said

    def refused(self, what: str, content: bytes, *options: str) -> list[tuple[int, str, str]]:
        """Its errors: row, column, message."""
        said = self(what, content, *options)
        assert said["status"] == "refused"
        return [(error["row"], error["column"], error["message"]) for error in said["errors"]]

    def counts(self, what: str, content: bytes, *options: str) -> tuple[int, int, int]:
        """Of an import that was applied: new, changed, unchanged."""
        said = self(what, content, *options)
        assert (said["status"], said["errors"]) == ("applied", [])
        return said["new"], said["changed"], said["unchanged"]
