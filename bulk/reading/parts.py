"""The small parts of a workbook: its sheets, texts that cells share, and number formats."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Final

from bulk.reading import problems
from bulk.reading.cells import LONGEST_TEXT, PLAIN, NumberFormat, unescaped
from bulk.reading.package import Package
from bulk.reading.problems import Unreadable
from bulk.reading.xml import Attributes, Handler, parse

MOST_SHEETS: Final = 256
MOST_SHARED_TEXTS: Final = 1_500_000
MOST_FORMATS: Final = 70_000
_WORKBOOK: Final = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    part: str
    is_hidden: bool


class _Relations(Handler):
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.by_type: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and len(self.targets) < MOST_SHEETS * 4:
            target = attributes.get("Target", "")
            self.targets[attributes.get("Id", "")] = target
            self.by_type.setdefault(attributes.get("Type", "").rpartition("/")[2], target)


class _ContentTypes(Handler):
    has_macros = False

    def start(self, name: str, attributes: Attributes) -> None:
        self.has_macros |= "macroenabled" in attributes.get("ContentType", "").casefold()


class _Sheets(Handler):
    def __init__(self) -> None:
        self.found: list[tuple[str, str, bool]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name != "sheet":
            return
        if len(self.found) >= MOST_SHEETS:
            raise Unreadable(problems.TOO_LARGE_UNPACKED)
        key = next((value for at, value in attributes.items() if at.endswith(" id")), "")
        is_hidden = attributes.get("state", "visible") != "visible"
        self.found.append((attributes.get("name", ""), key, is_hidden))


class Text(Handler):
    """Gathers the text of <t> elements; what is read aloud (<rPh>) is not part of it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.is_open = False
        self.is_phonetic = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "t":
            self.is_open = not self.is_phonetic
        elif name == "rPh":
            self.is_phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self.is_open = False
        elif name == "rPh":
            self.is_phonetic = False

    def text(self, data: str) -> None:
        # A little more than is allowed, so that it is seen to be too long.
        if self.is_open and self.length <= LONGEST_TEXT * 8:
            self.pieces.append(data)
            self.length += len(data)

    def take(self) -> str:
        text = "".join(self.pieces)
        self.pieces.clear()
        self.length = 0
        return unescaped(text)


class _SharedTexts(Text):
    def __init__(self) -> None:
        super().__init__()
        # As UTF-8: a single emoji would make four bytes of each character of its text.
        self.texts: list[bytes] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            if len(self.texts) >= MOST_SHARED_TEXTS:
                raise Unreadable(problems.TOO_LARGE_UNPACKED)
            self.texts.append(self.take().encode("utf-8", "surrogatepass"))


class _Formats(Handler):
    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.of_style: list[NumberFormat] = []
        self._inside = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt" and len(self.codes) < MOST_FORMATS:
            code = attributes.get("formatCode", "")[:255]
            self.codes[_number(attributes.get("numFmtId"))] = code
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside and len(self.of_style) < MOST_FORMATS:
            number = _number(attributes.get("numFmtId"))
            text = self.codes.get(number)
            is_plain = number == 0 and text is None
            self.of_style.append(PLAIN if is_plain else NumberFormat(number, text))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False


@dataclass(frozen=True, slots=True)
class Book:
    sheets: list[Sheet]
    texts: list[bytes]
    formats: list[NumberFormat]


def read_book(package: Package) -> Book:
    """All but the sheets themselves. Raises Unreadable."""
    _refuse_macros(package)
    workbook = _workbook_part(package)
    folder = posixpath.dirname(workbook)
    relations = _relations(package, workbook)
    sheets = _Sheets()
    parse(package, workbook, sheets)
    found = [
        Sheet(name, _resolved(folder, relations.targets.get(key, "")), is_hidden)
        for name, key, is_hidden in sheets.found
    ]
    texts, formats = _SharedTexts(), _Formats()
    for kind, handler in (("sharedStrings", texts), ("styles", formats)):
        part = _resolved(folder, relations.by_type.get(kind, ""))
        if part in package.names():
            parse(package, part, handler)
    return Book(found, texts.texts, formats.of_style)


def _refuse_macros(package: Package) -> None:
    types = _ContentTypes()
    if "[Content_Types].xml" in package.names():
        parse(package, "[Content_Types].xml", types)
    if types.has_macros:
        raise Unreadable(problems.MACROS)


def _workbook_part(package: Package) -> str:
    part = _WORKBOOK
    if "_rels/.rels" in package.names():
        relations = _Relations()
        parse(package, "_rels/.rels", relations)
        part = _resolved("", relations.by_type.get("officeDocument", "")) or _WORKBOOK
    if part not in package.names():
        raise Unreadable(problems.NOT_EXCEL)
    return part


def _relations(package: Package, part: str) -> _Relations:
    folder, name = posixpath.split(part)
    relations = _Relations()
    address = f"{folder}/_rels/{name}.rels".removeprefix("/")
    if address in package.names():
        parse(package, address, relations)
    return relations


def _resolved(folder: str, target: str) -> str:
    if not target:
        return ""
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _number(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0
