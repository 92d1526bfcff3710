"""Writing sheets of text as .xlsx, in memory that does not grow with the rows. No models."""

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
LONGEST_LIST: Final = 20_000  # a list to choose from that is longer helps nobody
TEXT_FORMAT: Final = 49  # "@": what is typed over a value stays text
# What XML cannot hold, or would not give back (a carriage return), is written as Excel does it;
# so is the "_" of a text that looks like it. A lone surrogate is in no file and no database.
_escaped = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_unwritable = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Heading:
    label: str
    # In characters of the standard font; a Japanese one takes two.
    width: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What a column offers to choose from; other values can be typed unless `is_strict`."""

    column: int
    label: str
    values: Sequence[str]
    is_strict: bool = False


@dataclass(frozen=True, slots=True)
class Extras:
    """Sheets beside the first: what the columns mean, and what they offer to choose from."""

    explanations: Sequence[tuple[str, str]] = ()
    explanations_sheet: str = "説明"
    choices: Sequence[Choices] = ()
    choices_sheet: str = "選択肢"


class TooManyRows(Exception):
    """More than a sheet of Excel takes."""


class TextSheet(Worksheet):  # type: ignore[misc]  # it carries no types
    """Takes "<r>…</r>" for the text that it is, and keeps white space and control characters."""

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, True, attributes)

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        # The library's own leaves every second "_" of "_x0041_x0042_" as it is.
        return _escaped.sub(lambda found: f"_x{ord(found[0]):04X}_", data)


def write_workbook(
    file: IO[bytes],
    *,
    sheet: str,
    headings: Sequence[Heading],
    rows: Iterable[Sequence[str]],
    extras: Extras = Extras(),
) -> int:
    """Writes the rows under a bold, frozen first row; returns how many.

    Every value is a text cell: nothing is a formula, and "00027" stays "00027" (B6).
    Raises TooManyRows and OSError.
    """
    with TemporaryDirectory() as folder:
        workbook = Workbook(file, {"constant_memory": True, "tmpdir": folder})
        text = workbook.add_format({"num_format": TEXT_FORMAT})
        bold = workbook.add_format({"num_format": TEXT_FORMAT, "bold": True})
        pages: list[TextSheet] = []

        def page_of(name: str, columns: Sequence[Heading]) -> TextSheet:
            page: TextSheet = workbook.add_worksheet(name, worksheet_class=TextSheet)
            pages.append(page)
            page.freeze_panes(1, 0)
            for column, heading in enumerate(columns):
                page.set_column(column, column, heading.width, text)
                page.write_string(0, column, heading.label, bold)
            return page

        try:
            page = page_of(sheet, headings)
            written = _write_rows(page, rows, text)
            if extras.explanations:
                named = (Heading("列", 18), Heading("説明", 110))
                _write_rows(page_of(extras.explanations_sheet, named), extras.explanations, text)
            if extras.choices:
                _write_choices(page, page_of, extras, text)
            workbook.close()
        except FileCreateError as problem:  # the library's own for an OSError
            raise OSError(*problem.args) from problem
        finally:
            for opened in pages:
                opened.row_data_fh.close()
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


def _write_choices(page: TextSheet, page_of: Any, extras: Extras, text: Any) -> None:
    """The lists as columns of a sheet, which the cells of the first sheet point to."""
    lists = [list(choices.values)[:LONGEST_LIST] for choices in extras.choices]
    choices_page = page_of(
        extras.choices_sheet, [Heading(choices.label, 40) for choices in extras.choices]
    )
    longest = max((len(values) for values in lists), default=0)
    rows = ([_at(values, place) for values in lists] for place in range(longest))
    _write_rows(choices_page, rows, text)
    for column, (choices, values) in enumerate(zip(extras.choices, lists, strict=True)):
        if not values:
            continue
        letter = chr(ord("A") + column)
        rule = {
            "validate": "list",
            "source": f"='{extras.choices_sheet}'!${letter}$2:${letter}${len(values) + 1}",
            "show_error": choices.is_strict,
            "error_title": choices.label,
            "error_message": "一覧にある値を選んでください。",
        }
        page.data_validation(1, choices.column, LONGEST_SHEET - 1, choices.column, rule)


def _at(values: Sequence[str], place: int) -> str:
    return values[place] if place < len(values) else ""


def _writable(value: str) -> str:
    return _unwritable.sub("\ufffd", value)
