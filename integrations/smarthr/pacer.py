"""The border between this package and whoever keeps the pace of a token."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

# Waits up to this many seconds are slept through; nothing longer holds a worker.
LONGEST_INLINE_WAIT: Final = 5.0
# `reset` is seconds, not an epoch. Anything above a day is an epoch or nonsense.
_LONGEST_RESET: Final = 86_400
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What one answer says about the limits of the token; None where it says nothing usable."""

    remaining: int | None = None
    reset: float | None = None
    is_refused: bool = False  # a 429

    @property
    def is_used_up(self) -> bool:
        return self.is_refused or self.remaining == 0


class Pacer(Protocol):
    def wait_turn(self) -> None:
        """Return when a request may be sent; RateLimited when that is not within seconds."""

    def saw(self, limits: RateLimits) -> None:
        """Take note of an answer."""

    def thread_done(self) -> None:
        """Let go of what this thread holds; called by a background thread before it ends."""


def rate_limits(status: int, headers: Mapping[str, str]) -> RateLimits:
    """Both header sets count, since their division of labour is not documented."""
    is_refused = status == 429
    sets = [_header_set(headers, name) for name in ("x-rate-limit", "x-intensive-rate-limit")]
    used_up = [reset for remaining, reset in sets if remaining == 0 and reset is not None]
    if used_up:
        return RateLimits(0, max(used_up), is_refused)
    remaining, reset = sets[0] if sets[0] != (None, None) else sets[1]
    return RateLimits(remaining, reset, is_refused)


def _header_set(headers: Mapping[str, str], name: str) -> tuple[int | None, float | None]:
    remaining = _number(headers.get(f"{name}-remaining"))
    reset = _number(headers.get(f"{name}-reset"))
    if reset is not None and reset > _LONGEST_RESET:
        reset = None
    return None if remaining is None else int(remaining), reset


def _number(raw: str | None) -> float | None:
    text = (raw or "").strip()
    return float(text) if _NUMBER.fullmatch(text) else None
