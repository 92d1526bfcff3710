"""The audit log is kept for two years (X6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from companies.models import AuditEntry, Company

KEPT: Final = timedelta(days=731)  # two years, one of them a leap year
BATCH: Final = 1000


def purge_old_entries() -> int:
    """Company by company, so that the index by time is used; returns how many went.

    Each batch is a transaction of its own: whoever is killed has done what is done. Several at
    once leave each other's batches alone.
    """
    done = 0
    for company_id in Company.objects.order_by("pk").values_list("pk", flat=True):
        while gone := _purge_batch(company_id):
            done += gone
    return done


@transaction.atomic
def _purge_batch(company_id: int) -> int:
    rows = AuditEntry.objects.for_company(company_id)
    old = rows.filter(at__lt=timezone.now() - KEPT).order_by("at", "pk")
    keys = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    rows.filter(pk__in=keys).delete()
    return len(keys)
