"""Answers that are no data to errors."""

from integrations.smarthr.documents import read_object
from integrations.smarthr.errors import (
    IpNotPermitted,
    PermissionMissing,
    SmartHRError,
    SubdomainRenamed,
    UnexpectedAnswer,
)
from integrations.smarthr.transport import Answer

_FORBIDDEN = 3
_NOT_FOUND = 4
_IP_NOT_PERMITTED = 15


def refusal(answer: Answer, *, permission: str) -> SmartHRError:
    code = _error_code(answer)
    if answer.status == 403 and code == _FORBIDDEN:
        return PermissionMissing(permission)
    if answer.status == 403 and code == _IP_NOT_PERMITTED:
        return IpNotPermitted()
    if answer.status == 400 and _says_inactive(answer):
        return SubdomainRenamed()
    return UnexpectedAnswer(f"HTTP {answer.status}" + ("" if code is None else f", code {code}"))


def is_not_found(answer: Answer) -> bool:
    """SmartHR's own 404: a proxy's or a wrong address's says nothing about the record."""
    return answer.status == 404 and _error_code(answer) == _NOT_FOUND


def _error_code(answer: Answer) -> int | None:
    try:
        code = read_object(answer.body).get("code")
    except UnexpectedAnswer:
        return None
    return code if type(code) is int and 0 <= code < 1000 else None


def _says_inactive(answer: Answer) -> bool:
    # The form of this body is not documented, only its words: "subdomain acme is inactive".
    text = answer.body[:10_000].decode("utf-8", "replace").lower()
    return "subdomain" in text and "inactive" in text
