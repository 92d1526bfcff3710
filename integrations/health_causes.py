"""What HealthIssue rows are about: troubles that last, and notices that are mailed once (X3)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from integrations.reasons import CONNECTION_TROUBLES, Reason


class Cause(StrEnum):
    """Troubles that are no Reason of a sync, and notices."""

    # Auto: registering again failed; `detail` says why. Manual: a person has to act.
    WEBHOOK_DISABLED = "webhook_disabled"
    WEBHOOK_GONE = "webhook_gone"
    WEBHOOK_WRONG = "webhook_wrong"
    NO_SUCCESS = "no_success"
    SYNC_FAILED = "sync_failed"
    DELIVERIES_PARKED = "deliveries_parked"
    # Told once, then over.
    WEBHOOK_HEALED = "webhook_healed"
    DELETIONS_ASKED = "deletions_asked"
    LOGINS_CHANGED = "logins_changed"
    LOGINS_HELD = "logins_held"


WEBHOOK_TROUBLES: Final = frozenset(
    {Cause.WEBHOOK_DISABLED, Cause.WEBHOOK_GONE, Cause.WEBHOOK_WRONG}
)
# What a good reading of people disproves, whoever read.
DISPROVED_BY_READING: Final = frozenset(
    {
        *(CONNECTION_TROUBLES - {Reason.PERMISSION_MISSING}),
        Cause.NO_SUCCESS,
    }
)
NOTICES: Final = frozenset(
    {Cause.WEBHOOK_HEALED, Cause.DELETIONS_ASKED, Cause.LOGINS_CHANGED, Cause.LOGINS_HELD}
)
# Of a row of the operator's company: a cause that most companies have.
_COMMON: Final = "common:"


def common(cause: str) -> str:
    return f"{_COMMON}{cause}"


def shared_cause(cause: str) -> str | None:
    """What most companies have, where the row is about that."""
    return cause.removeprefix(_COMMON) if cause.startswith(_COMMON) else None


def is_trouble(cause: str) -> bool:
    """Whether it lasts and is shown on the company's screens."""
    return cause not in NOTICES and shared_cause(cause) is None
