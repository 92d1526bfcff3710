"""Reading what the product wrote, and writing what it reads, with other libraries than its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
from python_calamine import CalamineWorkbook


def read(content: bytes) -> dict[str, list[list[object]]]:
    """Sheet -> rows of values; text is str, a number would be float."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    return {
        name: [list(row) for row in workbook.get_sheet_by_name(name).to_python()]
        for name in workbook.sheet_names
    }


def book(sheet: str, headings: Sequence[str], *rows: Sequence[Any]) -> bytes:
    """As somebody would fill it in."""
    workbook = openpyxl.Workbook()
    page = workbook.worksheets[0]
    page.title = sheet
    page.append(list(headings))
    for row in rows:
        page.append(list(row))
    return saved(workbook)


def saved(workbook: openpyxl.Workbook) -> bytes:
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def package(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The file with other parts in the place of its own."""
    file = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(file, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name not in parts:
                after.writestr(name, before.read(name))
        for name, part in parts.items():
            after.writestr(name, part)
    return file.getvalue()


def put(folder: Path, content: bytes) -> str:
    target = folder / "取り込み.xlsx"
    target.write_bytes(content)
    return str(target)


EMPLOYEES = ["社員ID", "姓", "名", "メールアドレス", "グループ", "権限", "パスワード"]
GROUPS = ["グループ名", "親グループ"]


def people(*rows: Sequence[Any]) -> bytes:
    return book("社員", EMPLOYEES, *rows)


def groups(*rows: Sequence[Any]) -> bytes:
    return book("グループ", GROUPS, *rows)
