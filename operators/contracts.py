"""When a contract has ended, and when its company may be erased (P3). Pure."""

from datetime import date, timedelta
from typing import Final

KEPT_DAYS: Final = 30


def erasable_on(ended_on: date) -> date:
    """The first day on which a company may be erased."""
    return ended_on + timedelta(days=KEPT_DAYS)


def is_erasable(ended_on: date | None, today: date) -> bool:
    return ended_on is not None and today >= erasable_on(ended_on)


def has_ended(ended_on: date | None, today: date) -> bool:
    """From the day after the last day of the contract."""
    return ended_on is not None and today > ended_on
