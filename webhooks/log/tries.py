"""試行の履歴 of one delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from companies.models import Company
from webhooks.log.texts import try_text
from webhooks.models import Delivery, DeliveryTry

# One that waits for the account for 7 days has hundreds.
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class TryLine:
    at: datetime
    text: str
    took: str


@dataclass(frozen=True, slots=True)
class Tries:
    lines: Sequence[TryLine]
    has_more: bool


def newest_tries(company: Company, delivery: Delivery) -> Tries:
    rows = DeliveryTry.objects.for_company(company).filter(delivery=delivery)
    found = list(rows.order_by("-at", "-pk")[: MOST + 1])
    lines = [TryLine(row.at, try_text(row.reason), took(row.seconds)) for row in found[:MOST]]
    return Tries(lines, len(found) > MOST)


def took(seconds: float) -> str:
    """0.42 → 0.4秒; a try is over within a minute or two."""
    if seconds < 60:
        return f"{seconds:.1f}秒"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}分{rest}秒"
