"""What a text has to be before it is stored. Pure."""

import unicodedata


def is_storable(text: str) -> bool:
    """No NUL and no lone surrogate, which PostgreSQL refuses."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def is_one_line(text: str) -> bool:
    """Without control characters and line breaks: what a person may type for a name."""
    return not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text)
