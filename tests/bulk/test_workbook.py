"""B6: a workbook holds what it was given, as text, in bounded memory."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from bulk import workbook
from bulk.reading.table import Table
from bulk.workbook import Choices, Extras, Heading, TooManyRows, write_workbook
from tests.bulk.workbooks import read

HEADINGS = [Heading("社員ID", 16), Heading("姓", 14)]


def written(*values: str) -> bytes:
    file = BytesIO()
    write_workbook(file, sheet="名刺", headings=HEADINGS, rows=[(value, "x") for value in values])
    return file.getvalue()


@pytest.mark.parametrize(
    "value",
    [
        "00027",
        "1e3",
        "=1+1",
        '=HYPERLINK("http://example.com","x")',
        "+81",
        "-1",
        "@SUM(A1)",
        "2026-11-24",
        "TRUE",
        "https://example.com/",
        "{=1}",
        "<r><t>太字</t></r>",
        "<r></c></r>",
        "<b>&amp;\"'",
        "𠮷田",
        "髙﨑 😀👨‍👩‍👧",
        "一行目\n二行目",
        "  前後の空白\u3000",
        "_x0041_",
        "a\tb",
    ],
)
def test_B6_a_value_comes_back_as_the_same_text(value: str) -> None:
    assert read(written(value)) == {"名刺": [["社員ID", "姓"], [value, "x"]]}


@pytest.mark.parametrize(
    "value",
    ["\x00", "\x08", "\x0b", "\x1f", "\r\n", "\uffff", "_x0041_x0042_", "_x005F_", "_x000D_"],
)
def test_B2_what_xml_refuses_or_reads_otherwise_comes_back_too(value: str) -> None:
    table = Table(BytesIO(written(f"前{value}後")), sheet="名刺", headings=["社員ID", "姓"])

    assert [row.values for row in table.rows()] == [(f"前{value}後", "x")]


def test_B6_half_a_character_is_replaced() -> None:
    assert read(written("前\ud800後"))["名刺"][1][0] == "前\ufffd後"


def test_B6_no_cell_is_a_formula_a_number_or_a_link() -> None:
    with ZipFile(BytesIO(written("=1+1", "27", "https://example.com/"))) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        parts = package.namelist()

    assert set(re.findall(r'<c [^>]*t="(\w+)"', sheet)) == {"inlineStr"}
    assert len(re.findall("<c ", sheet)) == 8
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert not [name for name in parts if "_rels/sheet" in name]


def test_first_row_is_bold_and_stays_in_sight() -> None:
    with ZipFile(BytesIO(written("a"))) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        styles = package.read("xl/styles.xml").decode()

    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in sheet
    assert '<col min="1" max="1" width="16.7109375"' in sheet
    assert 'numFmtId="49"' in styles
    assert "<b/>" in styles


def test_no_rows_leave_the_headings() -> None:
    assert read(written()) == {"名刺": [["社員ID", "姓"]]}


def test_B6_a_long_value_is_cut_where_excel_cuts_it() -> None:
    value = read(written("長" * 40_000))["名刺"][1][0]

    assert value == "長" * 32_767


def test_B6_more_rows_than_a_sheet_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LONGEST_SHEET", 4)

    assert len(read(written("1", "2", "3"))["名刺"]) == 4
    with pytest.raises(TooManyRows):
        written("1", "2", "3", "4")


def test_a_full_disk_is_an_error_of_the_system() -> None:
    class Full(BytesIO):
        is_full = True

        def write(self, data: Any) -> int:
            if self.is_full:
                self.is_full = False  # the library writes once more when it lets go
                raise OSError(28, "No space left on device")
            return super().write(data)

    with pytest.raises(OSError, match="No space left"):
        write_workbook(Full(), sheet="名刺", headings=HEADINGS, rows=[])


def test_memory_does_not_grow_with_the_rows() -> None:
    def rows(count: int) -> Iterator[tuple[str, str]]:
        return ((str(number), "佐藤" * 20) for number in range(count))

    def peak(count: int) -> int:
        with TemporaryFile() as file:
            tracemalloc.start()
            write_workbook(file, sheet="名刺", headings=HEADINGS, rows=rows(count))
            _, highest = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return highest

    peak(10)  # what is loaded once

    assert peak(4000) < peak(400) + 1_000_000


def test_lists_to_choose_from_and_explanations_have_sheets_of_their_own() -> None:
    file = BytesIO()
    extras = Extras(
        explanations=[("姓", "必要です。")],
        choices=[Choices(0, "社員ID", ["=1", "b"]), Choices(1, "姓", ["佐藤"], is_strict=True)],
    )
    write_workbook(file, sheet="社員", headings=HEADINGS, rows=[("a", "b")], extras=extras)

    book = openpyxl.load_workbook(file)
    first = book.worksheets[0]
    rules = {
        str(rule.sqref): (rule.formula1, bool(rule.showErrorMessage))
        for rule in first.data_validations.dataValidation
    }
    assert book.sheetnames == ["社員", "説明", "選択肢"]
    assert book.active is first
    assert rules == {
        "A2:A1048576": ("'選択肢'!$A$2:$A$3", False),
        "B2:B1048576": ("'選択肢'!$B$2:$B$2", True),
    }
    assert [[cell.value for cell in row] for row in book["選択肢"].rows] == [
        ["社員ID", "姓"],
        ["=1", "佐藤"],
        ["b", None],
    ]
    assert book["選択肢"]["A2"].data_type == "s"
    assert book["説明"]["B2"].value == "必要です。"
