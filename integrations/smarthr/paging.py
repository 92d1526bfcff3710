"""What the headers of a list say about its other pages."""

import re
from collections.abc import Mapping
from typing import Final

PER_PAGE: Final = 100  # the most that SmartHR gives

_LINK_TARGET = re.compile(r"<[^>]*>")
_REL_NEXT = re.compile(r"""\brel\s*=\s*(?:next\b|"[^"]*\bnext\b[^"]*")""", re.IGNORECASE)
_COUNT = re.compile(r"[0-9]{1,9}")


def total_count(headers: Mapping[str, str]) -> int | None:
    raw = headers.get("x-total-count", "").strip()
    return int(raw) if _COUNT.fullmatch(raw) else None


def has_next(headers: Mapping[str, str], *, number: int, rows: int) -> bool:
    """The addresses in `Link` are never followed: only whether there is a next one counts."""
    if rows == 0:
        return False
    link = headers.get("link")
    if link is not None:
        return _REL_NEXT.search(_LINK_TARGET.sub("", link)) is not None
    total = total_count(headers)
    return rows == PER_PAGE if total is None else number * PER_PAGE < total
