"""Whoever registers, removes or renews our webhook does so alone (W2)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from companies.models import Company
from integrations.models import SmartHRIntegration

# Longer than all requests of a holder together; a holder that was killed is waited out.
LEASE: Final = timedelta(seconds=90)
PATIENCE = 3.0  # seconds; a person waits
_PAUSE: Final = 0.1


class RegistrationBusy(Exception):
    """Somebody else is at it, and took longer than anybody should wait for."""


@dataclass(frozen=True, slots=True)
class Claim:
    company_id: int
    until: datetime

    def is_held(self, integration: SmartHRIntegration) -> bool:
        """Of a locked row: nobody has taken the claim over since."""
        return integration.webhook_busy_until == self.until


@contextmanager
def webhook_claim(company: Company | int, *, patience: float | None = None) -> Iterator[Claim]:
    """Raises RegistrationBusy. Inside, HTTP is allowed: no transaction is open."""
    company_id = company.pk if isinstance(company, Company) else company
    patient_until = time.monotonic() + (PATIENCE if patience is None else patience)
    claim = _wait_for(company_id, patient_until)
    try:
        yield claim
    finally:
        rows = SmartHRIntegration.objects.for_company(company_id)
        rows.filter(webhook_busy_until=claim.until).update(webhook_busy_until=None)


def _wait_for(company_id: int, patient_until: float) -> Claim:
    while (claim := _take(company_id)) is None:
        if time.monotonic() > patient_until:
            raise RegistrationBusy
        time.sleep(_PAUSE)
    return claim


def _take(company_id: int) -> Claim | None:
    now = timezone.now()
    free = Q(webhook_busy_until=None) | Q(webhook_busy_until__lt=now)
    claim = Claim(company_id, now + LEASE)
    rows = SmartHRIntegration.objects.for_company(company_id).filter(free)
    return claim if rows.update(webhook_busy_until=claim.until) else None
