"""Writing one sheet of text as .xlsx, in memory that does not grow with the rows. No models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_SHEET: Final = 1_048_576  # Excel's own limit
TEXT_FORMAT: Final = 49  # "@": what is typed over a value stays text
# What XML cannot hold; a tab, a line feed and a carriage return it can.
_unwritable = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Heading:
    label: str
    # In characters of the standard font; a Japanese one takes two.
    width: int


class TooManyRows(Exception):
    """More than a sheet of Excel takes."""


class TextSheet(Worksheet):  # type: ignore[misc]  # it carries no types
    """Takes "<r>…</r>" for the text that it is, not for the markup of rich text."""

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, True, attributes)


def write_workbook(
    file: IO[bytes], *, sheet: str, headings: Sequence[Heading], rows: Iterable[Sequence[str]]
) -> int:
    """Writes the rows under a bold, frozen first row; returns how many.

    Every value is a text cell: nothing is a formula, and "00027" stays "00027" (B6).
    Raises TooManyRows and OSError.
    """
    with TemporaryDirectory() as folder:
        options = {"constant_memory": True, "tmpdir": folder}
        workbook = Workbook(file, options)
        text = workbook.add_format({"num_format": TEXT_FORMAT})
        bold = workbook.add_format({"num_format": TEXT_FORMAT, "bold": True})
        page = workbook.add_worksheet(sheet, worksheet_class=TextSheet)
        page.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            page.set_column(column, column, heading.width, text)
            page.write_string(0, column, heading.label, bold)
        try:
            written = _write_rows(page, rows, text)
            workbook.close()
        except FileCreateError as problem:  # the library's own for an OSError
            raise OSError(*problem.args) from problem
        finally:
            page.row_data_fh.close()
    return written


def _write_rows(page: TextSheet, rows: Iterable[Sequence[str]], text: Any) -> int:
    number = 0
    for number, row in enumerate(rows, start=1):
        if number >= LONGEST_SHEET:
            raise TooManyRows
        for column, value in enumerate(row):
            if value:
                page.write_string(number, column, _writable(value), text)
    return number


def _writable(value: str) -> str:
    return _unwritable.sub("\ufffd", value)
