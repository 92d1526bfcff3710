"""B6: small files that ask for much: one text in every cell, invented names, impossible rows."""

from __future__ import annotations

import contextlib
import time
import tracemalloc
from collections.abc import Callable

import pytest

from bulk.planning.cards import Card, alike
from bulk.planning.group_names import GroupNames
from bulk.reading import problems
from bulk.reading.problems import Unreadable
from bulk.reading.sheet import LAST_ROW
from bulk.reading.table import SheetRow
from cards.models import PRINTED_FIELDS
from cards.services.cards import MOST_CARDS
from tests.bulk.test_hostile_files import (
    HEAD,
    MEMORY,
    SECONDS,
    cells,
    rows,
    with_sheet,
    with_texts,
)

SHARED = '<c t="s"><v>0</v></c>'


def one_text_everywhere(row: str) -> bytes:
    return with_texts(f"<si><t>{'あ' * 32_000}</t></si>", data=row * 20_000)


def in_columns_with_headings() -> bytes:
    return one_text_everywhere(f"<row>{SHARED * 2}</row>")


def beside_the_headings() -> bytes:
    return one_text_everywhere(f"<row><c/><c/>{SHARED * 10}</row>")


def invented_elements() -> bytes:
    return with_sheet(HEAD + "".join(f"<a{number:x}/>" for number in range(500_000)))


def invented_attributes(prefix: str = "a", value: str = "") -> bytes:
    tags = (
        " ".join(f'{prefix}{number:x}="{value}"' for number in range(start, start + 5_000))
        for start in range(0, 500_000, 5_000)
    )
    return with_sheet(HEAD + "".join(f"<c {tag}/>" for tag in tags))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (in_columns_with_headings, problems.TOO_LARGE_UNPACKED),
        (beside_the_headings, problems.TOO_LARGE_UNPACKED),
        (invented_elements, problems.NOT_EXCEL),
        (invented_attributes, problems.NOT_EXCEL),
        (lambda: invented_attributes("xmlns:a", "b"), problems.NOT_EXCEL),
    ],
    ids=["one text", "beside the headings", "elements", "attributes", "namespaces"],
)
def test_B6_a_file_that_asks_for_much_is_refused_at_once(
    make: Callable[[], bytes], text: str
) -> None:
    content = make()
    started = time.process_time()
    with pytest.raises(Unreadable) as problem:
        rows(content)
    seconds = time.process_time() - started

    assert str(problem.value) == text
    assert seconds < SECONDS


@pytest.mark.parametrize("make", [in_columns_with_headings, beside_the_headings])
def test_B6_one_text_in_every_cell_does_not_fill_the_memory(make: Callable[[], bytes]) -> None:
    content = make()
    tracemalloc.start()
    with contextlib.suppress(Unreadable):
        rows(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < MEMORY


@pytest.mark.parametrize("number", [str(LAST_ROW + 1), str(2**31), "9" * 5000])
def test_B6_a_row_that_no_sheet_has_is_refused(number: str) -> None:
    """Its number would fit in no column of the database."""
    with pytest.raises(Unreadable) as problem:
        rows(with_sheet(f'{HEAD}<row r="{number}"><c><v>1</v></c></row>'))

    assert str(problem.value) == problems.NOT_EXCEL


def test_B6_the_last_row_of_a_sheet_is_read() -> None:
    data = cells("営業部", number=LAST_ROW)

    assert [row.number for row in rows(with_sheet(HEAD + data))] == [LAST_ROW]


def test_B6_paths_of_thousands_of_groups_do_not_fill_the_memory() -> None:
    names = GroupNames({})

    def plan() -> None:
        for row in range(20):
            names.add_path("/".join([f"営{row}", "a", *["b", "a"] * 8_000]))

    tracemalloc.start()
    with pytest.raises(Unreadable) as problem:
        plan()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert str(problem.value) == problems.TOO_LARGE_UNPACKED
    assert peak < MEMORY


def test_B6_very_many_rows_of_one_person_are_not_all_compared() -> None:
    others = ("",) * (len(PRINTED_FIELDS) - 1)
    rows = [SheetRow(number, ("00027", f"a{number}", *others)) for number in range(30_000)]
    cards = [Card(place, (f"b{place}", *others)) for place in range(MOST_CARDS)]
    tracemalloc.start()
    pairs = alike(rows, cards)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [card.pk for _, card in pairs] == list(range(MOST_CARDS))
    assert peak < MEMORY / 10
