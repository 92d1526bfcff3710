"""A sheet under known headings: rows of texts in the order of the layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from bulk.reading import problems
from bulk.reading.cells import Bad
from bulk.reading.package import Package
from bulk.reading.parts import Book, Sheet, read_book
from bulk.reading.problems import Unreadable
from bulk.reading.sheet import Row, column_letters, rows_of

MOST_ROWS: Final = 120_000
NO_HEADING: Final = "見出しのない列に値があります。値を削除してください。"


@dataclass(frozen=True, slots=True)
class CellProblem:
    """`column` is the place in the layout, or None for a cell outside of it or a whole row."""

    column: int | None
    cell: str  # as Excel calls it: letters and number
    shown: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    number: int
    values: tuple[str, ...]
    problems: tuple[CellProblem, ...] = ()


class Table:
    """Reading can be done again and again; each time from the start. Raises Unreadable."""

    def __init__(
        self, file: IO[bytes], *, sheet: str, headings: Sequence[str], ignored: Sequence[str] = ()
    ) -> None:
        self._file, self._sheet = file, sheet
        self._headings, self._ignored = headings, ignored
        # The letters of each column of the layout in this file, known from the first row on.
        self.letters: list[str] = []

    def rows(self) -> Iterator[SheetRow]:
        package = Package(self._file)
        book = read_book(package)
        sheet = _chosen(book, self._sheet)
        rows = rows_of(package, sheet.part, book, sheet=sheet.name)
        places = self._places(next(rows, None))
        self.letters = self._letters(places)
        count = 0
        for number, cells in rows:
            row = self._row(number, cells, places)
            if not any(row.values) and not row.problems:
                continue
            count += 1
            if count > MOST_ROWS:
                raise Unreadable(problems.TOO_MANY_ROWS.format(MOST_ROWS))
            yield row
        if not count:
            raise Unreadable(problems.NO_ROWS.format(sheet.name))

    def cell(self, number: int, column: int) -> str:
        return f"{self.letters[column]}{number}"

    def _places(self, first: Row | None) -> dict[int, int]:
        """Column of the sheet -> column of the layout; -1 for one that is passed over."""
        number, cells = first or (1, {})
        if number != 1 or not set(cells.values()) & set(self._headings):
            raise Unreadable(problems.NO_HEADINGS.format("・".join(self._headings)))
        places: dict[int, int] = {}
        for column, heading in cells.items():
            known = heading.strip()
            if known in self._ignored:
                places[column] = -1
            elif known in self._headings:
                places[column] = self._headings.index(known)
            elif known:
                cell = f"{column_letters(column)}1"
                text = problems.UNKNOWN_HEADING.format(cell=cell, heading=known[:40])
                raise Unreadable(text)
        found = [place for place in places.values() if place >= 0]
        for place, heading in enumerate(self._headings):
            if place not in found:
                raise Unreadable(problems.MISSING_HEADING.format(heading))
            if found.count(place) > 1:
                raise Unreadable(problems.HEADING_TWICE.format(heading))
        return places

    def _letters(self, places: dict[int, int]) -> list[str]:
        columns = {place: column for column, place in places.items()}
        return [column_letters(columns[place]) for place in range(len(self._headings))]

    def _row(self, number: int, cells: dict[int, str], places: dict[int, int]) -> SheetRow:
        values = [""] * len(self._headings)
        wrong: list[CellProblem] = []
        for column, value in cells.items():
            place = places.get(column)
            if place == -1:
                continue
            if isinstance(value, Bad) or place is None:
                text = value.reason if isinstance(value, Bad) else NO_HEADING
                cell = f"{column_letters(column)}{number}"
                if place is not None or value.strip():
                    wrong.append(CellProblem(place, cell, str(value), text))
            else:
                values[place] = value
        return SheetRow(number, tuple(values), tuple(wrong))


def _chosen(book: Book, name: str) -> Sheet:
    """The sheet of that name, else the only one that can be seen."""
    named = [sheet for sheet in book.sheets if sheet.name.strip() == name]
    visible = [sheet for sheet in book.sheets if not sheet.is_hidden]
    found = named or (visible if len(visible) == 1 else [])
    if not found:
        raise Unreadable(problems.NO_SHEET.format(name))
    if found[0].is_hidden:
        raise Unreadable(problems.HIDDEN.format(found[0].name))
    return found[0]
