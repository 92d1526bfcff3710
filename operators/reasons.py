"""Why the operator's staff does something: a text that the company reads in its audit log. Pure."""

from typing import Final

from companies.refusals import Problem, Refused
from companies.texts import is_storable

SHORTEST: Final = 10
LONGEST: Final = 500
MISSING: Final = f"理由を{SHORTEST}文字以上{LONGEST}文字以内で入力してください。"


def checked_reason(text: str) -> str:
    """Raises Refused."""
    reason = text.strip()
    if not SHORTEST <= len(reason) <= LONGEST or not is_storable(reason):
        raise Refused(problems=[Problem("reason", MISSING)])
    return reason
