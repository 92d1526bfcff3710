"""What was done with nobody looking on, counted over a rolling hour (W7, S5)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from companies.models import Company
from integrations.choices import UnattendedKind
from integrations.models import UnattendedAct

ROLLING: Final = timedelta(hours=1)


def acts_lately(company: Company, kind: UnattendedKind) -> int:
    """The caller holds the company's lock, so that nobody adds one meanwhile."""
    since = datetime.now(UTC) - ROLLING
    acts = UnattendedAct.objects.for_company(company).filter(kind=kind, at__gt=since)
    return int(acts.count())


def note_acts(company: Company, kind: UnattendedKind, crews: Collection[UUID]) -> None:
    now = datetime.now(UTC)
    UnattendedAct.objects.bulk_create(
        [UnattendedAct(company=company, kind=kind, smarthr_id=crew, at=now) for crew in crews]
    )
