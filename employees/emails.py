"""What an e-mail address is here (E11). Pure."""

import re

EMAIL_LENGTH = 254
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# Dots may be doubled or last in the local part, as Japanese carriers issued them.
_email = re.compile(rf"{_ATOM}(?:{_ATOM}|\.)*@{_LABEL}(?:\.{_LABEL})+")


def is_valid_email(text: str) -> bool:
    return len(text) <= EMAIL_LENGTH and _email.fullmatch(text) is not None
