"""One sheet, row by row, in memory that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bulk.reading import problems
from bulk.reading.cells import (
    ERROR_VALUE,
    FORMULA,
    LONGEST_TEXT,
    NUMBER_UNCLEAR,
    PLAIN,
    TOO_LONG,
    Bad,
    number_text,
)
from bulk.reading.package import Package
from bulk.reading.parts import Book, Text
from bulk.reading.problems import Unreadable
from bulk.reading.xml import Attributes, parse_slowly

MOST_COLUMNS: Final = 16_384  # Excel's own limits
LAST_ROW: Final = 1_048_576
MOST_CELLS: Final = 2_000_000
# Of all cells together: a text that is stored once can stand in each of them.
MOST_CHARACTERS: Final = 40_000_000
CELLS_NAMED: Final = 3
Row = tuple[int, dict[int, str]]  # its number, and texts by column (0 is A)


def rows_of(package: Package, part: str, book: Book, *, sheet: str) -> Iterator[Row]:
    """The rows that hold something. Merged cells are known at the end only. Raises Unreadable."""
    handler = _SheetHandler(book)
    for _ in parse_slowly(package, part, handler):
        yield from handler.take_rows()
    if handler.merged:
        cells = "、".join(handler.merged)
        raise Unreadable(problems.MERGED.format(sheet=sheet, cells=cells))


class _SheetHandler(Text):
    def __init__(self, book: Book) -> None:
        super().__init__()
        self.merged: list[str] = []
        self._book = book
        self._rows: list[Row] = []
        self._number = 0
        self._cells: dict[int, str] = {}
        self._column = -1
        self._count = 0
        self._characters = 0
        self._kind = "n"
        self._style = 0
        self._has_formula = False
        self._columns: dict[str, int] = {}

    def take_rows(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self.is_open = True
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "mergeCell":
            if len(self.merged) < CELLS_NAMED:
                self.merged.append(attributes.get("ref", "")[:30])
        else:
            super().start(name, attributes)

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "v":
            self.is_open = False
        elif name == "row":
            if self._cells:
                self._rows.append((self._number, self._cells))
                self._cells = {}
        else:
            super().end(name)

    def _start_row(self, attributes: Attributes) -> None:
        number = int(attributes["r"]) if "r" in attributes else self._number + 1
        if not self._number < number <= LAST_ROW:  # twice, or back, or beyond
            raise Unreadable(problems.NOT_EXCEL)
        self._number = number
        self._column = -1

    def _start_cell(self, attributes: Attributes) -> None:
        self._count += 1
        if self._count > MOST_CELLS:
            raise Unreadable(problems.TOO_LARGE_UNPACKED)
        place = attributes.get("r")
        self._column = self._column + 1 if place is None else self._column_of(place)
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", 0))
        self._has_formula = False

    def _end_cell(self) -> None:
        if not self.pieces and not self._has_formula:
            return
        raw = self.take()
        value: str = Bad("", FORMULA) if self._has_formula else self._value(raw)
        self._characters += len(value)
        if self._characters > MOST_CHARACTERS:
            raise Unreadable(problems.TOO_LARGE_UNPACKED)
        if value or isinstance(value, Bad):
            self._cells[self._column] = value

    def _value(self, raw: str) -> str:
        kind = self._kind
        if kind == "s":
            return _checked(self._shared(raw))
        if kind in {"inlineStr", "str"}:
            return _checked(raw)
        if kind == "n":
            styles = self._book.formats
            known = 0 <= self._style < len(styles)
            return number_text(raw.strip(), styles[self._style] if known else PLAIN)
        if kind == "b":
            return "TRUE" if raw.strip() == "1" else "FALSE"
        return Bad(raw[:40], ERROR_VALUE if kind == "e" else NUMBER_UNCLEAR)

    def _shared(self, raw: str) -> str:
        number = int(raw)
        if not 0 <= number < len(self._book.texts):
            raise Unreadable(problems.NOT_EXCEL)
        return self._book.texts[number].decode("utf-8", "surrogatepass")

    def _column_of(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = _column_number(letters)
        return column


def _checked(text: str) -> str:
    return Bad(text[:40], TOO_LONG) if len(text) > LONGEST_TEXT else text


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + ord(letter) - 64
    if not letters.isascii() or not letters.isalpha() or not 0 < number <= MOST_COLUMNS:
        raise Unreadable(problems.NOT_EXCEL)
    return number - 1


def column_letters(column: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
