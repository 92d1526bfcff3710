"""B6: whatever is called .xlsx gets a clear answer, quickly and in bounded memory."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import numbers

from bulk.reading import problems, table
from bulk.reading.cells import DATE, ERROR_VALUE, FORMULA
from bulk.reading.problems import Unreadable
from bulk.reading.table import NO_HEADING, SheetRow, Table
from tests.bulk.workbooks import GROUPS, book, groups, package, saved

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
GOOD = groups(["営業部", ""])
SECONDS = 10
MEMORY = 300 * 1024 * 1024


def rows(content: bytes) -> list[SheetRow]:
    return list(Table(io.BytesIO(content), sheet="グループ", headings=GROUPS).rows())


def sheet(data: str, *, before: str = "", after: str = "") -> bytes:
    text = f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>'
    return f"{text}{after}</worksheet>".encode()


def cells(*values: str, number: int = 1) -> str:
    inside = "".join(
        f'<c r="{letter}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for letter, value in zip("ABCDEF", values, strict=False)
    )
    return f'<row r="{number}">{inside}</row>'


HEAD = cells(*GROUPS)


def with_sheet(data: str, **around: str) -> bytes:
    return package(GOOD, {SHEET: sheet(data, **around)})


def ole(text: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + text.encode("utf-16-le")


def zip_bomb() -> bytes:
    return package(GOOD, {"xl/media/image1.png": b"\0" * (101 * 1024 * 1024)})


def bomb_that_lies() -> bytes:
    """Says that it is small: the sizes of its directory are not its contents'."""
    content = with_sheet(HEAD + " " * (101 * 1024 * 1024))
    at = content.rindex(SHEET.encode()) - 46  # its entry in the directory
    return content[: at + 24] + struct.pack("<I", 1000) + content[at + 28 :]


def many_parts() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"{number}", b"")
    return file.getvalue()


def with_document_type(declared: str, used: str) -> bytes:
    return with_sheet(HEAD + cells(used, number=2), before=f"<!DOCTYPE x [{declared}]>")


def billion_laughs() -> bytes:
    declared = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 10)
    )
    return with_document_type(declared, "&a9;")


def with_texts(texts: str, *, before: str = "", data: str = "") -> bytes:
    """A workbook whose cells share these texts."""
    address = "xl/_rels/workbook.xml.rels"
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        relations = archive.read(address).decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    added = f'<Relationship Type="{kind}" Target="sharedStrings.xml" Id="rId9" /></Relationships>'
    return package(
        GOOD,
        {
            address: relations.replace("</Relationships>", added).encode(),
            "xl/sharedStrings.xml": f'{before}<sst xmlns="{MAIN}">{texts}</sst>'.encode(),
            SHEET: sheet(HEAD + data),
        },
    )


def shared_laughs() -> bytes:
    declared = '<!DOCTYPE x [<!ENTITY a "ha">]>'
    return with_texts("<si><t>&a;</t></si>", before=declared)


def merged() -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(GOOD))
    workbook.worksheets[0].merge_cells("A2:B3")
    return saved(workbook)


def hidden() -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(GOOD))
    workbook.worksheets[0].sheet_state = "hidden"
    workbook.create_sheet("見える")
    return saved(workbook)


def several() -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(GOOD))
    workbook.worksheets[0].title = "Sheet1"
    workbook.create_sheet("Sheet2")
    return saved(workbook)


def macros() -> bytes:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        types = archive.read("[Content_Types].xml").replace(
            b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml"
        )
    return package(GOOD, {"[Content_Types].xml": types})


@pytest.mark.parametrize(
    ("make", "text"),
    [
        pytest.param(lambda: b"", problems.EMPTY, id="empty"),
        pytest.param(lambda: "社員ID,姓\r\n".encode("cp932"), problems.NOT_EXCEL, id="csv"),
        pytest.param(lambda: b"PK\x03\x04 and no more", problems.NOT_EXCEL, id="broken zip"),
        pytest.param(lambda: GOOD[: len(GOOD) // 2], problems.NOT_EXCEL, id="half a file"),
        pytest.param(lambda: ole("Workbook"), problems.OLD_EXCEL, id="xls"),
        pytest.param(lambda: ole("EncryptedPackage"), problems.ENCRYPTED, id="encrypted"),
        pytest.param(macros, problems.MACROS, id="xlsm"),
        pytest.param(
            lambda: package(GOOD, {"xl/vbaProject.bin": b"x"}), problems.MACROS, id="macro inside"
        ),
        pytest.param(lambda: package(GOOD, {"xl/workbook.bin": b"x"}), problems.BINARY, id="xlsb"),
        pytest.param(lambda: b"PK" + b"\0" * 10 * 1024 * 1024, problems.TOO_LARGE, id="over 10 MB"),
        pytest.param(zip_bomb, problems.TOO_LARGE_UNPACKED, id="zip bomb"),
        pytest.param(bomb_that_lies, problems.NOT_EXCEL, id="zip bomb that lies"),
        pytest.param(many_parts, problems.TOO_LARGE_UNPACKED, id="many parts"),
        pytest.param(billion_laughs, problems.NOT_EXCEL, id="billion laughs"),
        pytest.param(shared_laughs, problems.NOT_EXCEL, id="entities in shared texts"),
        pytest.param(
            lambda: with_document_type('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;"),
            problems.NOT_EXCEL,
            id="external entity",
        ),
        pytest.param(
            lambda: package(GOOD, {SHEET: b"<worksheet"}), problems.NOT_EXCEL, id="no xml"
        ),
        pytest.param(
            lambda: package(GOOD, {SHEET: b"<a " + b"x" * (30 * 1024 * 1024)}),
            problems.NOT_EXCEL,
            id="an endless tag",
        ),
        pytest.param(lambda: with_sheet(HEAD + "<x>" * 100_000), problems.NOT_EXCEL, id="deep xml"),
        pytest.param(
            lambda: with_sheet(HEAD + cells("a", number=3) + cells("b", number=3)),
            problems.NOT_EXCEL,
            id="a row twice",
        ),
        pytest.param(merged, problems.MERGED.format(sheet="グループ", cells="A2:B3"), id="merged"),
        pytest.param(hidden, problems.HIDDEN.format("グループ"), id="hidden"),
        pytest.param(several, problems.NO_SHEET.format("グループ"), id="several sheets"),
        pytest.param(
            lambda: book("グループ", [], ["グループ名", "親グループ"], ["営業部"]),
            problems.NO_HEADINGS.format("グループ名・親グループ"),
            id="headings not first",
        ),
        pytest.param(
            lambda: book("グループ", ["グループ名"], ["営業部"]),
            problems.MISSING_HEADING.format("親グループ"),
            id="a heading is missing",
        ),
        pytest.param(
            lambda: book("グループ", ["グループ名", "親グループ", "親グループ"], ["a"]),
            problems.HEADING_TWICE.format("親グループ"),
            id="a heading twice",
        ),
        pytest.param(
            lambda: book("グループ", ["グループ名", "親グループ", "備考"], ["a"]),
            problems.UNKNOWN_HEADING.format(cell="C1", heading="備考"),
            id="an unknown heading",
        ),
        pytest.param(groups, problems.NO_ROWS.format("グループ"), id="no rows"),
        pytest.param(
            lambda: with_sheet(HEAD + "".join(f'<row r="{n}"/>' for n in range(2, 1_000_002))),
            problems.NO_ROWS.format("グループ"),
            id="a million empty rows",
        ),
        pytest.param(
            lambda: with_sheet(HEAD + "<row>" + "<c/>" * 8_000_000 + "</row>"),
            problems.TOO_LARGE_UNPACKED,
            id="millions of empty cells",
        ),
        pytest.param(
            lambda: with_sheet(
                HEAD + "".join(f"<row><c><v>{n}</v></c></row>" for n in range(1_000_000))
            ),
            problems.TOO_MANY_ROWS.format(table.MOST_ROWS),
            id="a million rows",
        ),
        pytest.param(
            lambda: with_texts("<si><t>ab</t></si>" * 2_000_000),
            problems.TOO_LARGE_UNPACKED,
            id="millions of texts",
        ),
    ],
)
def test_B6_a_hostile_file_is_refused_quickly_in_little_memory(
    make: Callable[[], bytes], text: str
) -> None:
    content = make()
    started = time.process_time()
    with pytest.raises(Unreadable) as problem:
        rows(content)
    seconds = time.process_time() - started

    assert str(problem.value) == text
    assert seconds < SECONDS


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            lambda: with_texts(f"<si><t>😀{'a' * 3000}</t></si>" * 30_000),
            id="an emoji among much text",
        ),
        pytest.param(
            lambda: with_sheet(HEAD + cells("あ" * 33_000_000, number=2)), id="one endless cell"
        ),
    ],
)
def test_B6_memory_is_bounded(make: Callable[[], bytes]) -> None:
    content = make()
    tracemalloc.start()
    with contextlib.suppress(Unreadable):
        rows(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < MEMORY


def problem_texts(content: bytes) -> list[tuple[str, str]]:
    [row] = rows(content)
    return [(problem.cell, problem.text) for problem in row.problems]


def test_B6_a_formula_is_an_error_of_its_cell() -> None:
    assert problem_texts(groups(["=1+1", "本社"])) == [("A2", FORMULA)]


def test_B6_a_date_is_an_error_of_its_cell() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(groups([45_000, "本社"])))
    workbook.worksheets[0]["A2"].number_format = numbers.FORMAT_DATE_YYYYMMDD2

    assert problem_texts(saved(workbook)) == [("A2", DATE)]


def test_B6_an_error_value_is_an_error_of_its_cell() -> None:
    data = HEAD + '<row r="2"><c r="B2" t="e"><v>#N/A</v></c></row>'

    assert problem_texts(with_sheet(data)) == [("B2", ERROR_VALUE)]


def test_B6_a_value_without_heading_is_an_error_of_its_cell() -> None:
    assert problem_texts(groups(["営業部", "", "", "メモ"])) == [("D2", NO_HEADING)]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (27, "General", "27"),
        (27, "00000", "00027"),
        (27, "0", "27"),
        (27, "#,##0", "27"),
        (0.5, "General", "0.5"),
        (1e5, "General", "100000"),
        (True, "General", "TRUE"),
    ],
)
def test_a_number_is_taken_as_people_see_it(value: Any, number_format: str, text: str) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(groups([value, "本社"])))
    workbook.worksheets[0]["A2"].number_format = number_format

    assert rows(saved(workbook))[0].values == (text, "本社")


def test_cells_may_share_texts() -> None:
    data = '<row r="2"><c t="s"><v>1</v></c><c t="s"><v>0</v></c></row>'
    texts = "<si><t>本社</t></si><si><r><t>営業</t></r><r><t xml:space='preserve'> 部</t></r></si>"

    assert rows(with_texts(texts, data=data))[0].values == ("営業 部", "本社")


def test_B6_a_text_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unreadable):
        rows(with_texts("", data='<row r="2"><c t="s"><v>7</v></c></row>'))


def test_what_is_read_aloud_is_no_part_of_a_text() -> None:
    text = "<is><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></is>"
    data = HEAD + f'<row r="2"><c r="A2" t="inlineStr">{text}</c></row>'

    assert rows(with_sheet(data))[0].values == ("東京", "")


def test_the_order_of_the_columns_is_free() -> None:
    content = book("グループ", ["親グループ", "グループ名"], ["本社", "営業部"])

    assert rows(content)[0].values == ("営業部", "本社")


def test_other_prefixes_are_read() -> None:
    data = HEAD + cells("営業部", "本社", number=2)
    text = sheet(data).decode().replace("xmlns=", "xmlns:x=").replace("</", "</x:")
    text = "".join(
        f"<{part}" if part.startswith(("?", "/", "")) and part[:1] in "?/" else f"<x:{part}"
        for part in text.split("<")[1:]
    )

    assert rows(package(GOOD, {SHEET: text.encode()}))[0].values == ("営業部", "本社")


def test_a_sheet_alone_may_have_any_name() -> None:
    assert rows(book("Sheet1", GROUPS, ["営業部", ""]))[0].values == ("営業部", "")
