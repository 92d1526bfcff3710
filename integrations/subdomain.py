"""T2: the subdomain is one DNS label."""

import re

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ADDRESS = re.compile(r"https://([a-z0-9-]{1,63})\.smarthr\.jp(?:/.*)?", re.IGNORECASE)


def parse_subdomain(text: str) -> str | None:
    """The label, also from `https://LABEL.smarthr.jp/…`; None for anything else."""
    if not text.isascii():  # lower() and IGNORECASE make ASCII letters of some others
        return None
    value = text
    if (address := _ADDRESS.fullmatch(value)) is not None:
        value = address[1]
    value = value.lower()
    return value if _LABEL.fullmatch(value) else None
