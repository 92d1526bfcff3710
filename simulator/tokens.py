import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum

from simulator.errors import Forbidden

ALL_SCOPES = frozenset(
    f"{resource}:{right}"
    for resource in ("crews", "departments", "webhooks")
    for right in ("read", "update")
)


class HiddenAs(StrEnum):
    """How a blocked attribute comes out. SmartHR does not document which it is."""

    OMIT = "omit"
    NULL = "null"


@dataclass(frozen=True)
class Token:
    value: str
    scopes: frozenset[str] = ALL_SCOPES
    hidden_attributes: frozenset[str] = frozenset()
    hidden_as: HiddenAs = HiddenAs.OMIT

    def require(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Forbidden


def presented_token(authorization: str) -> str | None:
    """The token in an Authorization header: Bearer, or the user name of Basic."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded.partition(":")[0] or None
