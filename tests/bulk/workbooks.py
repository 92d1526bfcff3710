"""Reading what the product wrote, with another library than wrote it."""

from __future__ import annotations

from io import BytesIO

from python_calamine import CalamineWorkbook


def read(content: bytes) -> dict[str, list[list[object]]]:
    """Sheet -> rows of values; text is str, a number would be float."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    return {
        name: [list(row) for row in workbook.get_sheet_by_name(name).to_python()]
        for name in workbook.sheet_names
    }
