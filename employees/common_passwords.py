"""Passwords that many people have: a list, and what is made of it by habit. Pure, and cheap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.contrib.auth.password_validation import CommonPasswordValidator

# What stands in Japan for "password", "welcome" and "love" in lists of stolen passwords.
JAPANESE: Final = frozenset(
    "aishiteru arigatou gomennasai himitsu kaisha konnichiwa meishi meishikanri nihon nippon "
    "ohayou omedetou osaka pasuwado pasuwaado sakura shachou shinjuku tokyo toukyou yokohama "
    "ぱすわーど パスワード あいうえお 会社 名刺 名刺管理 東京 大阪 日本".split()
)
# What may stand around such a word without making it another: a date, a number, marks.
ADDED: Final = 8
_ROWS: Final = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "あいうえおかきくけこさしすせそたちつてと",
)
_SWAPS: Final = str.maketrans(
    {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s"}
)
_core = re.compile(r"^([\W\d_]*)(.*?)([\W\d_]*)$", re.DOTALL)
_known: Final = frozenset(CommonPasswordValidator().passwords)


def is_common(password: str) -> bool:
    """`password` in small letters."""
    return any(text in _known or text in JAPANESE for text in _forms(password)) or _is_a_row(
        password
    )


def _forms(password: str) -> Iterator[str]:
    yield password
    yield _unit(password)
    before, word, after = _core.fullmatch(password).groups()  # type: ignore[union-attr]  # always
    if word and len(before) + len(after) <= ADDED:
        yield _unit(word)
        yield word.translate(_SWAPS)
    yield password.translate(_SWAPS)


def _unit(text: str) -> str:
    """What the text repeats: sakura of sakurasakura, itself of others."""
    size = (text + text).find(text, 1)
    return text[:size]


def _is_a_row(password: str) -> bool:
    """Keys or letters in their order, or a few characters again and again."""
    unit = _unit(password)
    if len(unit) <= 4 and len(unit) < len(password):
        return True
    return any(unit in row * 3 or unit in row[::-1] * 3 for row in _ROWS)
