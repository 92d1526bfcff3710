from datetime import UTC, date, datetime, timedelta, timezone

MILLISECOND = timedelta(milliseconds=1)
JAPAN = timezone(timedelta(hours=9))


def stamp(moment: datetime) -> str:
    """SmartHR writes UTC with milliseconds and a Z."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def today() -> date:
    """SmartHR's dates have no zone and are meant in Japan."""
    return datetime.now(JAPAN).date()


class Clock:
    """Wall clock that never gives a millisecond twice, so that `sort=-updated_at` is total."""

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> str:
        current = datetime.now(UTC)
        current = current.replace(microsecond=current.microsecond // 1000 * 1000)
        self._last = max(current, self._last + MILLISECOND)
        return stamp(self._last)
