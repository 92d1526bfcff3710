"""Dates inside a text, in the ways people write their birth date. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

# Overlapping ones are found too: each pattern only looks ahead.
_EIGHT = re.compile(r"(?=(\d{4})([-/.]?)(\d{2})\2(\d{2}))")
_WRITTEN = re.compile(r"(?=(?<!\d)(\d{4})[-/. 年](\d{1,2})[-/. 月](\d{1,2})(?!\d))")
_ERA = re.compile(
    r"(?=(昭和|平成|令和|(?<![a-z])[shr])(元|\d{1,2})[-/. 年]?(\d{1,2})[-/. 月]?(\d{1,2})(?!\d))"
)
_SIX = re.compile(r"(?=(?<!\d)(\d{2})([-/.]?)(\d{2})\2(\d{2})(?!\d))")
# The year before the first of each era.
_ERAS: Final = {
    "昭和": 1925,
    "s": 1925,
    "平成": 1988,
    "h": 1988,
    "令和": 2018,
    "r": 2018,
}


def dates_in(text: str, *, today: date) -> Iterator[date]:
    """Every date once, the plainest way of writing first. `text` is in small letters, in NFKC.

    19900401 and 1990-04-01, 1990年4月1日, 平成2年4月1日 and h2.4.1, 900401 and 90-04-01. Of two
    digits the year is the last one that is over.
    """
    found = (*_full_years(text), *_era_years(text), *_short_years(text, today))
    return iter(dict.fromkeys(found))


def _full_years(text: str) -> Iterator[date]:
    for match in _EIGHT.finditer(text):
        yield from _date(int(match[1]), match[3], match[4])
    for match in _WRITTEN.finditer(text):
        yield from _date(int(match[1]), match[2], match[3])


def _era_years(text: str) -> Iterator[date]:
    for match in _ERA.finditer(text):
        year = 1 if match[2] == "元" else int(match[2])
        yield from _date(_ERAS[match[1]] + year, match[3], match[4])


def _short_years(text: str, today: date) -> Iterator[date]:
    for match in _SIX.finditer(text):
        year = 2000 + int(match[1])
        yield from _date(year if year <= today.year else year - 100, match[3], match[4])


def _date(year: int, month: str, day: str) -> Iterator[date]:
    try:
        yield date(year, int(month), int(day))
    except ValueError:  # a number that is no date
        return
