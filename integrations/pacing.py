"""One pace per token for all workers and processes: a slot for each request, kept in a row."""

import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.db import connections, transaction
from django.utils.crypto import salted_hmac

from integrations.models import TokenPace
from integrations.smarthr.errors import RateLimited
from integrations.smarthr.pacer import LONGEST_INLINE_WAIT, RateLimits

# 10 a second are allowed; at exactly 10 some seconds hold 11.
_SPACING: Final = 1 / 9.6
# A request sent this late would come too close to the eleventh one after it.
_LATEST: Final = 0.025
_HOURLY: Final = 4_950  # of 5,000, kept free for requests that we do not know of
_HOUR: Final = 60  # minutes
_SECOND: Final = 1.0
_DAY: Final = 86_400.0  # seconds; no limit is longer


def pace_key(token: str, api_url: str) -> str:
    """Which row paces this token; says nothing about the token."""
    host = urlsplit(api_url).netloc.lower()
    return salted_hmac("integrations.pacing", f"{host}\n{token}", algorithm="sha256").hexdigest()


class RowPacer:
    def __init__(
        self,
        key: str,
        *,
        longest_wait: float = LONGEST_INLINE_WAIT,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._key = key
        self._longest_wait = longest_wait
        self._clock = clock
        self._sleep = sleep

    def wait_turn(self) -> None:
        for _ in range(3):  # a machine too busy to be on time is slow enough by itself
            slot = self._reserve()
            self._sleep(max(slot - self._clock(), 0.0))
            if self._clock() - slot <= _LATEST:
                return

    def saw(self, limits: RateLimits) -> None:
        if not limits.is_used_up or not limits.reset:
            return  # nearly every answer: no write
        if not limits.is_refused and limits.reset <= _SECOND:
            return  # the tenth request of a second is allowed; the spacing sees to the next
        until = self._clock() + limits.reset
        TokenPace.objects.filter(key=self._key, blocked_until__lt=until).update(blocked_until=until)

    def thread_done(self) -> None:
        connections.close_all()  # those of the calling thread

    def _reserve(self) -> float:
        # Durable: inside another transaction the row would stay locked during the request.
        with transaction.atomic(durable=True):
            row = _locked_row(self._key)
            now = self._clock()  # after the wait for the lock
            minutes = _last_hour(row.minutes, now)
            slot = max(now, _next_slot(row, now), _hour_frees_at(minutes))
            if slot - now > self._longest_wait:
                raise RateLimited(slot - now)
            minute = str(int(slot // 60))
            row.minutes = {**minutes, minute: minutes.get(minute, 0) + 1}
            row.next_at = slot + _SPACING
            row.save(update_fields=["minutes", "next_at"])
        return slot


def _locked_row(key: str) -> TokenPace:
    rows = TokenPace.objects.select_for_update()  # SQLite: the transaction itself is IMMEDIATE
    row = rows.filter(key=key).first()
    if row is None:
        TokenPace.objects.bulk_create([TokenPace(key=key)], ignore_conflicts=True)
        row = rows.get(key=key)
    return row


def _next_slot(row: TokenPace, now: float) -> float:
    """Moments further off than any wait that is ever noted are from before a clock was set back."""
    slot = row.next_at if row.next_at - now <= LONGEST_INLINE_WAIT + 2 * _SPACING else now
    blocked_until = row.blocked_until if row.blocked_until - now <= _DAY else now
    return max(slot, blocked_until)


def _last_hour(minutes: dict[str, int], now: float) -> dict[str, int]:
    # A request of the minute m may have been sent at its very end, so it counts for 61 minutes.
    this_minute = int(now // 60)
    oldest = this_minute - _HOUR
    return {m: count for m, count in minutes.items() if oldest <= int(m) <= this_minute + 1}


def _hour_frees_at(minutes: dict[str, int]) -> float:
    """When so many of the old requests are out of the hour that one more fits."""
    counted = sum(minutes.values())
    frees_at = 0.0
    for minute in sorted(minutes, key=int):
        if counted < _HOURLY:
            break
        counted -= minutes[minute]
        frees_at = (int(minute) + _HOUR + 1) * 60.0
    return frees_at
