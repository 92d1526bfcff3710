"""One-time passwords (X5): made by the program, shown once, good for some days. Pure."""

import secrets
from datetime import datetime, timedelta
from typing import Final

# Nothing that is mistaken for another on paper or on the telephone.
ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"
LENGTH: Final = 14
_FAIR: Final = 256 - 256 % len(ALPHABET)
# Some people get it as a letter and log in when they are back.
GOOD_FOR: Final = timedelta(days=14)


def one_time_password() -> str:
    """Each character with the same chance: bytes beyond a multiple of their number are thrown away.

    Many are made at once, and `secrets.choice` costs ten times as much.
    """
    found = ""
    while len(found) < LENGTH:
        drawn = secrets.token_bytes(LENGTH * 2)
        found += "".join(ALPHABET[byte % len(ALPHABET)] for byte in drawn if byte < _FAIR)
    return found[:LENGTH]


def issued_at(expires_at: datetime) -> datetime:
    return expires_at - GOOD_FOR
