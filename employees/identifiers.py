"""The rule for 社員ID (C5) and the random ones (E3). Pure."""

import re
import secrets
import string
from collections.abc import Container

EMPLOYEE_ID_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9@._-]{1,22}[A-Za-z0-9]\Z"
# While two people swap their 社員ID, both are parked here; no login can look like it.
PARKED_PATTERN = r"\A~[0-9]{1,19}\Z"
RANDOM_ALPHABET = string.ascii_uppercase + string.digits
RANDOM_LENGTH = 8

_valid = re.compile(EMPLOYEE_ID_PATTERN)


def is_valid_employee_id(text: str) -> bool:
    return _valid.match(text) is not None


def random_employee_id(taken: Container[str] = ()) -> str:
    """Eight characters of A–Z and 0–9 from a secure source that nobody of `taken` has (E3)."""
    while True:
        candidate = "".join(secrets.choice(RANDOM_ALPHABET) for _ in range(RANDOM_LENGTH))
        if candidate not in taken:
            return candidate


def parked_employee_id(pk: int) -> str:
    return f"~{pk}"
