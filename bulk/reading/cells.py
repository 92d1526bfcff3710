"""What a cell says as text, or why it says nothing that can be taken. Pure."""

from __future__ import annotations

import re
from typing import Final

FORMULA: Final = "数式が入っています。数式ではなく値を入力してください。"
ERROR_VALUE: Final = "Excelのエラー値が入っています。値を入力し直してください。"
DATE: Final = "日付として入力されています。セルの表示形式を「文字列」にして、入力し直してください。"
TOO_LONG: Final = "文字数が多すぎます。短くしてください。"
NUMBER_UNCLEAR: Final = (
    "数値として読み取れません。セルの表示形式を「文字列」にして、入力し直してください。"
)
LONGEST_TEXT: Final = 32_767  # Excel's own limit

_escape = re.compile(r"_x([0-9A-Fa-f]{4})_")
_not_a_format = re.compile(r'"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_date_letters = re.compile(r"[ymdhsge]", re.IGNORECASE)
_whole_number = re.compile(r"-?[0-9]{1,15}")
# Excel's own numbers of formats for dates and times, the Japanese ones among them.
_built_in_dates: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})


class Bad(str):
    """A cell that cannot be taken: what it shows, and `reason`."""

    __slots__ = ("reason",)
    reason: str

    def __new__(cls, shown: str, reason: str) -> Bad:
        self = super().__new__(cls, shown)
        self.reason = reason
        return self


def unescaped(text: str) -> str:
    """Excel writes characters that XML cannot hold as _xHHHH_."""
    if "_x" not in text:
        return text
    return _escape.sub(lambda found: chr(int(found[1], 16)), text)


class NumberFormat:
    """As far as it decides what a number means."""

    __slots__ = ("digits", "is_date")

    def __init__(self, code: int, text: str | None) -> None:
        plain = _not_a_format.sub("", text or "")
        self.is_date = code in _built_in_dates if text is None else _is_date(plain)
        # "00000" shows 27 as 00027: what people see is what they mean.
        self.digits = len(plain) if plain and set(plain) == {"0"} else 0


PLAIN: Final = NumberFormat(0, None)


def number_text(raw: str, number_format: NumberFormat) -> str:
    """A number as people see it. Returns Bad where that cannot be told."""
    if number_format.is_date:
        return Bad("", DATE)
    if _whole_number.fullmatch(raw):
        return raw.zfill(number_format.digits)
    try:
        number = float(raw)
    except ValueError:
        return Bad(raw[:40], NUMBER_UNCLEAR)
    if number != number or abs(number) >= 1e15:
        return Bad(raw[:40], NUMBER_UNCLEAR)
    if number.is_integer():
        return str(int(number)).zfill(number_format.digits)
    return f"{number:.15g}"


def _is_date(plain: str) -> bool:
    if plain.casefold() in {"general", "g/標準"}:
        return False
    return _date_letters.search(plain.replace("E+", "").replace("e+", "")) is not None
