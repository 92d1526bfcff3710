"""Rules for single values that come from SmartHR. Pure; the same on every database."""

import re
from datetime import date

from integrations.smarthr.records import Text

_date = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# What PostgreSQL refuses and SQLite would store: NUL and lone surrogates.
_unstorable = re.compile("[\x00\ud800-\udfff]")


def text_or_empty(value: Text) -> str:
    """The text, or "" for null and for what could not be read."""
    return value if isinstance(value, str) else ""


def is_blank(value: Text) -> bool:
    """Whether SmartHR says "nothing": null, empty or white space. Not for a missing key."""
    return value is None or (isinstance(value, str) and not value.strip())


def is_storable(value: str, length: int) -> bool:
    return len(value) <= length and _unstorable.search(value) is None


def storable(value: str, length: int) -> str:
    """A value for reports and notes: cut, and free of what a database refuses."""
    return _unstorable.sub("\ufffd", value)[:length]


def birth_date(value: Text, *, today: date) -> date | None:
    """The date of birth; None when it is missing, no date, or in the future (E8)."""
    match = _date.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        born = date(year, month, day)
    except ValueError:
        return None
    return born if born <= today else None
