"""Where each word of a card stands: what both the preview and the PDF draw. Pure.

Millimetres from the upper left corner of the trimmed card, sizes in points. A text that is too
long becomes smaller down to a limit; beyond it, it is a problem that people read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final
from unicodedata import category, normalize

from cards import fonts
from companies.refusals import Problem

WIDTH: Final = 91.0
HEIGHT: Final = 55.0
LEFT: Final = 7.0
FULL: Final = WIDTH - 2 * LEFT
MM_PER_POINT: Final = 25.4 / 72
STEP: Final = 0.25
# Contact lines stand on each other from the lowest up.
LOWEST: Final = 50.6
PITCH: Final = 3.3
SECOND_COLUMN: Final = LEFT + FULL / 2
NO_GLYPH: Final = "〓"
# What no line begins with.
CLOSING: Final = frozenset("、。，．・：；！？）」』】〕〉》ー々,.!?):;")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one font, `x` mm right of the line's start."""

    text: str
    face: str
    x: float


@dataclass(frozen=True, slots=True)
class Line:
    field: str
    x: float
    y: float
    size: float
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """The place of one field. `before` is printed in front of it and is no part of its value."""

    field: str
    label: str
    y: float
    size: float
    smallest: float
    x: float = LEFT
    width: float = FULL
    before: str = ""
    lines: int = 1


COMPANY: Final = Box("company_name", "会社名", 10.5, 9, 6.5)
DEPARTMENT: Final = Box("department_name", "部署名", 16.5, 7.5, 6)
# 20 full-width characters in the smallest size.
TITLE: Final = Box("title", "肩書き", 20.6, 7.5, 7, width=50)
NAME: Final = Box("last_name", "姓名", 29, 17, 11)
ROMAJI: Final = Box("name_romaji", "ローマ字", 33.2, 6.5, 5.5)
PHONE: Final = Box("phone", "電話番号", 0, 6.5, 5.5, before="TEL ")
MOBILE: Final = Box("mobile", "携帯電話番号", 0, 6.5, 5.5, before="携帯 ")
ADDRESS: Final = Box("address", "住所", 0, 6.5, 5.5, lines=2)
EMAIL: Final = Box("email", "メールアドレス", 0, 6.5, 5.5)
URL: Final = Box("url", "URL", 0, 6.5, 5.5)


@dataclass(frozen=True, slots=True)
class Glyph:
    text: str
    face: str
    advance: float  # em


def lay_out(printed: Mapping[str, str]) -> Layout:
    """`printed`: the printed fields of a card; empty ones take no place."""
    lines: list[Line] = []
    problems: list[Problem] = []

    def place(box: Box, text: str) -> int:
        """Returns how many lines it took."""
        placed, found = _place(box, text)
        lines.extend(placed)
        problems.extend(found)
        return len(placed)

    for box in (COMPANY, DEPARTMENT, TITLE, ROMAJI):
        place(box, printed[box.field])
    place(NAME, "　".join(filter(None, (printed["last_name"], printed["first_name"]))))
    _place_contact(printed, place)
    return Layout(tuple(lines), tuple(problems))


def _place_contact(printed: Mapping[str, str], place: Callable[[Box, str], int]) -> None:
    """From the lowest line up: URL, e-mail, telephones, address."""
    y = LOWEST
    for box in (URL, EMAIL):
        y -= PITCH * place(replace(box, y=y), printed[box.field])
    telephones = [box for box in (PHONE, MOBILE) if printed[box.field]]
    for column, box in enumerate(telephones):
        x = SECOND_COLUMN if column else LEFT
        width = FULL / 2 - 1 if len(telephones) == 2 else FULL
        place(replace(box, x=x, width=width, y=y), printed[box.field])
    y -= PITCH * bool(telephones)
    code = f"〒{printed['postal_code']}" if printed["postal_code"] else ""
    before = f"{code}　" if code and printed["address"] else code
    place(replace(ADDRESS, before=before, y=y), printed["address"])


def _place(box: Box, text: str) -> tuple[list[Line], list[Problem]]:
    before, _ = _glyphs(box.before)
    value, unprintable = _glyphs(text)
    problems = (
        [Problem(box.field, _unprintable_text(box.label, unprintable))] if unprintable else []
    )
    has_words = bool(value) or (before and not box.before.endswith(" "))
    if not has_words:  # a postal code stands alone, "TEL " does not
        return [], problems
    size = box.size
    while size > box.smallest and not _fits(box, [*before, *value], size):
        size -= STEP
    if not _fits(box, [*before, *value], size):
        count = _fitting(box, before, value, size)
        problems.append(Problem(box.field, too_long(box.label, count)))
        value = value[:count]
    rows = _wrapped(box, [*before, *value], size)
    first = box.y - PITCH * (len(rows) - 1)
    placed = [
        Line(box.field, box.x, round(first + PITCH * number, 3), size, _runs(row, size))
        for number, row in enumerate(rows)
    ]
    return placed, problems


def too_long(label: str, count: int) -> str:
    return f"{label}が枠に入りません。{count}文字以内にしてください。"


def _unprintable_text(label: str, characters: Sequence[str]) -> str:
    named = "".join(f"「{_name_of(c)}」" for c in dict.fromkeys(characters))
    return f"{label}に印刷できない文字{named}が含まれています。別の文字に変えてください。"


def _name_of(character: str) -> str:
    if category(character[0]) in {"Cf", "Cc", "Zs", "Mn", "Co", "Cn"}:
        return f"U+{ord(character[0]):04X}"
    return character


def _glyphs(text: str) -> tuple[list[Glyph], list[str]]:
    """What is drawn for each character, and those that no font has."""
    found: list[Glyph] = []
    unprintable: list[str] = []
    for character, selector in _characters(text):
        key = fonts.face_of(character)
        if selector and not (key and fonts.face(key).is_default_variant(character, selector)):
            unprintable.append(character + selector)
        elif key is None:
            unprintable.append(character)
        drawn, key = (character, key) if key else (NO_GLYPH, fonts.SANS)
        found.append(Glyph(drawn, key, fonts.face(key).advance(drawn)))
    return found, unprintable


def _characters(text: str) -> Iterator[tuple[str, str]]:
    """Each character with the variation selector that follows it, or ""."""
    composed = re.sub(
        r"\w[\u0300-\u036f\u3099\u309a]+", lambda match: normalize("NFC", match[0]), text
    )
    waiting = ""
    for character in composed:
        if fonts.is_variation_selector(character) and waiting:
            yield waiting, character
            waiting = ""
            continue
        if waiting:
            yield waiting, ""
        waiting = character
    if waiting:
        yield waiting, ""


def _length(glyphs: Sequence[Glyph], size: float) -> float:
    return sum(glyph.advance for glyph in glyphs) * size * MM_PER_POINT


def _fits(box: Box, glyphs: Sequence[Glyph], size: float) -> bool:
    if box.lines == 1:
        return _length(glyphs, size) <= box.width
    return len(_wrapped(box, glyphs, size)) <= box.lines


def _fitting(box: Box, before: Sequence[Glyph], value: Sequence[Glyph], size: float) -> int:
    """How many characters of the value have room."""
    return (
        bisect_right(
            range(1, len(value) + 1),
            0,
            key=lambda count: 0 if _fits(box, [*before, *value[:count]], size) else 1,
        )
        if value
        else 0
    )


def _wrapped(box: Box, glyphs: Sequence[Glyph], size: float) -> list[Sequence[Glyph]]:
    """Rows of the box's width. Words and numbers stay whole where they can."""
    if box.lines == 1:
        return [glyphs]
    rows: list[Sequence[Glyph]] = []
    rest = list(glyphs)
    while rest:
        end = _row_end(rest, box.width, size)
        rows.append(rest[:end])
        rest = rest[end:]
        while rest and rest[0].text.isspace():
            rest = rest[1:]
    return rows


def _row_end(glyphs: Sequence[Glyph], width: float, size: float) -> int:
    end, length = 0, 0.0
    for glyph in glyphs:
        length += glyph.advance * size * MM_PER_POINT
        if length > width:
            break
        end += 1
    if end == len(glyphs):
        return end
    best = end
    while best > 1 and not _may_break(glyphs[best - 1].text, glyphs[best].text):
        best -= 1
    return best if best > 1 else max(end, 1)


def _may_break(left: str, right: str) -> bool:
    if right in CLOSING:
        return False
    inside_word = (left + right).isascii() and not left.isspace() and not right.isspace()
    return not inside_word


def _runs(glyphs: Sequence[Glyph], size: float) -> tuple[Run, ...]:
    runs: list[Run] = []
    x = 0.0
    for key, group in groupby(glyphs, key=lambda glyph: glyph.face):
        part = list(group)
        runs.append(Run("".join(glyph.text for glyph in part), key, x))
        x += _length(part, size)
    return tuple(runs)
