"""One-time passwords (X5): made by the program, shown once, good for some days. Pure."""

import secrets
from datetime import datetime, timedelta
from typing import Final

# Nothing that is mistaken for another on paper or on the telephone.
ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"
LENGTH: Final = 14
# Some people get it as a letter and log in when they are back.
GOOD_FOR: Final = timedelta(days=14)


def one_time_password() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def issued_at(expires_at: datetime) -> datetime:
    return expires_at - GOOD_FOR
