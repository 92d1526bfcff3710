from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class DeliveryError(StrEnum):
    """Why a delivery has no answer."""

    TIMEOUT = "timeout"
    NO_ANSWER = "no_answer"
    # By order of a test.
    DROPPED = "dropped"
    # Its webhook was disabled or deleted before its turn.
    DISABLED = "disabled"


# Told apart by identity: duplicates are alike.
@dataclass(eq=False)
class Delivery:
    """One event on its way to one webhook."""

    event: str
    webhook: str
    crews: tuple[str, ...]
    # As they were then; nobody can look up a deleted crew.
    names: tuple[str, ...]
    body: bytes
    attempts: int = 0
    # When it is due, and its turn among those due at the same time.
    place: tuple[float, int] = (0.0, 0)
    is_cancelled: bool = False

    @property
    def lanes(self) -> set[tuple[str, str]]:
        return {(self.webhook, crew) for crew in self.crews}


class LoggedDelivery(NamedTuple):
    time: float
    event: str
    webhook: str
    crews: tuple[str, ...]
    names: tuple[str, ...]
    # From 1; 0 where it was not even tried.
    attempt: int
    # 0 where no answer came.
    status: int
    error: DeliveryError | None
