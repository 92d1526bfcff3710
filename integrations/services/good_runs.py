"""What a sync that ended well leaves behind: until when was read, and what need not be asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from integrations.choices import PEOPLE_KINDS, UNATTENDED, RunKind
from integrations.models import SmartHRIntegration, SyncRun
from integrations.signals import people_read
from integrations.sync.change_steps import EVERYBODY
from integrations.sync.progress import Progress


def note_good_run(run: SyncRun, progress: Progress) -> None:
    """In the transaction that ends the run."""
    rows = SmartHRIntegration.objects.for_company(run.company_id)
    rows.update(last_success_at=timezone.now())
    if run.kind not in PEOPLE_KINDS:
        return
    _note_watermark(run, progress, rows)
    rows.filter(changes_wanted_at__lte=run.started_at).update(changes_wanted_at=None)
    if run.kind == RunKind.EMPLOYEES:
        rows.filter(full_wanted_at__lte=run.started_at).update(full_wanted_at=None)
    if run.kind == RunKind.EMPLOYEES and run.trigger not in UNATTENDED:
        rows.filter(people_imported_at=None).update(people_imported_at=timezone.now())
    people_read.send(
        sender=SyncRun,
        company_id=run.company_id,
        since=run.started_at,
        whole=run.kind == RunKind.EMPLOYEES,
    )


def _note_watermark(run: SyncRun, progress: Progress, rows: Any) -> None:
    """X2: by SmartHR's clock, and never beyond the moment when the reading began: who was read
    first may have changed since, while a later page shows a change that is newer still."""
    if not progress.newest or not progress.crews_read_from:
        return
    newest = datetime.fromisoformat(progress.newest)
    until = min(newest, datetime.fromisoformat(progress.crews_read_from))
    # Not where a setting that affects people changed this very moment: then all are to be read.
    same = rows.filter(settings_version=run.settings_version)
    is_whole = run.kind == RunKind.EMPLOYEES or progress.since == EVERYBODY
    if not is_whole:  # one that was taken away meanwhile stays away
        same = same.filter(crews_watermark__isnull=False)
    same.filter(Q(crews_watermark=None) | Q(crews_watermark__lt=until)).update(
        crews_watermark=until
    )
