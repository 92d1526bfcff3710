"""X3: what most companies have at the same time is the operator's to put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from companies.models import Company
from integrations.health_causes import shared_cause
from integrations.health_texts import message_of
from integrations.models import HealthIssue


@dataclass(frozen=True, slots=True)
class CommonTrouble:
    text: str
    since: datetime


def common_troubles(operator: Company) -> list[CommonTrouble]:
    """As the mail to the operator says them (integrations.services.common_causes)."""
    rows = HealthIssue.objects.for_company(operator).filter(closed_at=None).order_by("opened_at")
    return [
        CommonTrouble(message_of(row.cause, row.detail).text.both, row.opened_at)
        for row in rows
        if shared_cause(row.cause) is not None
    ]
