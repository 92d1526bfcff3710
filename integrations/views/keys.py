"""Primary keys that a browser sends."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_KEY = 18  # digits that every database takes, and Python turns into a number


def primary_keys(given: Iterable[str]) -> set[int]:
    """What can be one; the rest is nobody's."""
    return {
        int(text)
        for text in given
        if text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY
    }
