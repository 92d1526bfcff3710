"""Reports and previews are kept for 13 months (X6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from companies.models import Company
from integrations.choices import GOOD_STATUSES, RunKind
from integrations.models import RunRecord, SyncRun, Tie

KEPT: Final = timedelta(days=397)  # 13 months, in which there is a leap day
BATCH: Final = 1000


def purge_old_reports() -> int:
    """Returns how many lines of reports went. Each batch is a transaction of its own: whoever is
    killed has done what is done, and several at once leave each other's lines alone.

    Of each kind the newest run and the newest good one stay as a line of the history: they say
    that a person has let a sync run, and since when. Their reports go.
    """
    done = 0
    for company_id in Company.objects.order_by("pk").values_list("pk", flat=True):
        for run in _old_runs(company_id).order_by("pk").values_list("pk", flat=True):
            done += _purge_report(company_id, run)
        _old_runs(company_id).exclude(pk__in=_lasting(company_id)).delete()
    return done


def _old_runs(company_id: int) -> Any:
    limit = timezone.now() - KEPT
    rows = SyncRun.objects.for_company(company_id)
    return rows.filter(started_at__lt=limit, finished_at__lt=limit)


def _purge_report(company_id: int, run: int) -> int:
    done = 0
    for model in (RunRecord, Tie):
        while gone := _purge_batch(model.objects.for_company(company_id).filter(run=run)):
            done += gone
    return done


@transaction.atomic
def _purge_batch(rows: Any) -> int:
    locked = rows.order_by("pk").select_for_update(skip_locked=True)
    keys = list(locked.values_list("pk", flat=True)[:BATCH])
    rows.filter(pk__in=keys).delete()
    return len(keys)


def _lasting(company_id: int) -> set[int]:
    rows = SyncRun.objects.for_company(company_id).filter(finished_at__isnull=False)
    found: set[int] = set()
    for kind in RunKind:
        runs = rows.filter(kind=kind).order_by("-started_at").values_list("pk", flat=True)
        good = runs.filter(status__in=GOOD_STATUSES)
        for newest in (runs, good, good.filter(error_code="")):
            found.update(newest[:1])
    return found
