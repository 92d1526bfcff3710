"""What a 接続テスト found out (T4), as it is kept in SmartHRIntegration.check_result.

Findings only: what of it is needed depends on the settings, which may change afterwards
(integrations.services.connection_state).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Access(StrEnum):
    GRANTED = "granted"
    MISSING = "missing"
    UNKNOWN = "unknown"  # not asked for, or an answer that says neither


class AccountMatch(StrEnum):
    """T5: whether the account knows anything that we are linked to."""

    NOTHING_LINKED = "nothing_linked"
    KNOWN = "known"
    NOTHING_KNOWN = "nothing_known"
    UNDECIDED = "undecided"  # none of those asked for, but there are more
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    # The reason code of what stopped the test; what it found before that is kept.
    error: str = ""
    subdomain: str = ""
    # When SmartHR takes requests again, where it said so.
    retry_at: datetime | None = None
    crews_read: Access = Access.UNKNOWN
    departments_read: Access = Access.UNKNOWN
    webhooks_read: Access = Access.UNKNOWN
    webhooks_update: Access = Access.UNKNOWN
    # How many crews the page had, and which of their attributes were asked for.
    seen: int = 0
    asked: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    # Blank for every crew of the page, and nothing says that this is wrong.
    valueless: tuple[str, ...] = ()
    # Numbers of crews, retired ones included (E13); None where they are not known.
    crews: int | None = None
    retired: int | None = None
    account: AccountMatch = AccountMatch.NOT_ASKED

    def to_json(self) -> dict[str, Any]:
        retry_at = self.retry_at.isoformat() if self.retry_at else None
        return {**asdict(self), "retry_at": retry_at}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CheckResult | None:
        """None where there is none, or one of another version of this program."""
        if not data:
            return None
        try:
            return cls(**{**data, **_typed(data)})
        except (KeyError, TypeError, ValueError):
            return None


def _typed(data: Mapping[str, Any]) -> dict[str, Any]:
    rights = ("crews_read", "departments_read", "webhooks_read", "webhooks_update")
    return {
        **{name: Access(data[name]) for name in rights},
        **{name: tuple(data[name]) for name in ("asked", "unreadable", "valueless")},
        "account": AccountMatch(data["account"]),
        "retry_at": datetime.fromisoformat(data["retry_at"]) if data["retry_at"] else None,
    }
