import math
import time
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    limit: int
    remaining: int
    reset: int
    is_exceeded: bool

    def headers(self, prefix: str) -> dict[str, str]:
        return {
            f"{prefix}-limit": str(self.limit),
            f"{prefix}-remaining": str(self.remaining),
            f"{prefix}-reset": str(self.reset),
        }


class RollingLimit:
    """At most `limit` requests in any stretch of `seconds`: the strictest reading of a limit."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._taken: deque[float] = deque()

    def check(self, limit: int) -> Allowance:
        now = time.monotonic()
        while self._taken and self._taken[0] <= now - self.seconds:
            self._taken.popleft()
        used = len(self._taken)
        wait = self._taken[0] + self.seconds - now if self._taken else self.seconds
        return Allowance(limit, max(0, limit - used), max(1, math.ceil(wait)), used >= limit)

    def take(self) -> None:
        self._taken.append(time.monotonic())


class WindowLimit:
    """At most `limit` requests in a window that opens with the first request."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._opened: float | None = None
        self._used = 0

    def check(self, limit: int) -> Allowance:
        now = time.monotonic()
        if self._opened is None or now >= self._opened + self.seconds:
            self._opened, self._used = now, 0
        wait = max(1, math.ceil(self._opened + self.seconds - now))
        return Allowance(limit, max(0, limit - self._used), wait, self._used >= limit)

    def take(self) -> None:
        self._used += 1


class TokenLimits:
    """The two limits of one token. A refused request costs nothing."""

    def __init__(self) -> None:
        self._second = RollingLimit(1.0)
        self._hour = WindowLimit(3600.0)

    def take(self, per_second: int | None, per_hour: int | None) -> tuple[bool, dict[str, str]]:
        """Whether the request is over a limit, and the headers that say so."""
        over = any(
            limit is not None and window.check(limit).is_exceeded
            for window, limit in ((self._second, per_second), (self._hour, per_hour))
        )
        if not over:
            self._second.take()
            self._hour.take()
        headers: dict[str, str] = {}
        if per_hour is not None:
            headers |= self._hour.check(per_hour).headers("x-rate-limit")
        # Vendors disagree on what "intensive" counts; here it is the burst limit per second.
        if per_second is not None:
            headers |= self._second.check(per_second).headers("x-intensive-rate-limit")
        return over, headers
