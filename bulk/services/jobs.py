"""The life of a job: started, claimed, watched, ended, purged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import IO, Any, Final
from uuid import UUID, uuid4

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from bulk.choices import JobKind, JobStatus, PartKind, Subject
from bulk.models import FilePart, Job, PreviewRow
from bulk.services.files import has_file, remove_file, store_file
from companies.models import Company
from companies.refusals import Refused
from employees.models import Employee

log = logging.getLogger(__name__)

KEPT_FOR: Final = timedelta(hours=24)
ROWS_KEPT_FOR: Final = timedelta(days=30)  # of an import that was applied
JOBS_KEPT_FOR: Final = timedelta(days=396)  # 13 months (X6)
LEASE: Final = timedelta(seconds=60)
MOST_TRIES: Final = 3
LABEL_LENGTH: Final = 300
TASKS: Final = {
    JobKind.EXPORT: "bulk.write_export",
    JobKind.IMPORT: "bulk.check_import",
}
APPLY: Final = "bulk.apply_import"

BUSY: Final = "この会社のインポートを実行中です。終わってから、もう一度ファイルを選択してください。"
INTERRUPTED: Final = (
    "処理が何度も途切れたため、止めました。何も変更していません。"
    "時間をおいて、もう一度やり直してください。"
)
NOT_READY: Final = (
    "このインポートは実行できません。すでに実行したか、期限が過ぎました。"
    "もう一度ファイルを選択してください。"
)
HAS_ERRORS: Final = (
    "エラーがあるため、インポートできません。ファイルを直して、もう一度選択してください。"
)


class LostLease(Exception):
    """Another works on the job, or it was ended."""


def start_export(*, company: Company, subject: Subject, actor: Employee, total: int) -> Job:
    job = _create(company, JobKind.EXPORT, subject, actor, total=total)
    _ask_worker_on_commit(job)
    return job


@transaction.atomic
def start_import(
    *,
    company: Company,
    subject: Subject,
    file: IO[bytes],
    file_name: str,
    creates_groups: bool,
    actor: Employee,
) -> Job:
    """Raises Refused where another import of the company is worked on."""
    try:
        with transaction.atomic():
            job = _create(
                company,
                JobKind.IMPORT,
                subject,
                actor,
                file_name=file_name[-255:],
                creates_groups=creates_groups,
            )
    except IntegrityError:
        raise Refused(BUSY) from None
    store_file(job=job, kind=PartKind.UPLOAD, file=file)
    _ask_worker_on_commit(job)
    return job


@transaction.atomic
def confirm_import(*, job: Job, actor: Employee) -> None:
    """Asks a worker to apply it; of several at once one does. Raises Refused."""
    if job.errors:
        raise Refused(HAS_ERRORS)
    ready = Job.objects.for_company(job.company_id).filter(
        pk=job.pk, status=JobStatus.READY, errors=0, expires_at__gt=timezone.now()
    )
    values: Mapping[str, Any] = {
        "status": JobStatus.APPLYING,
        "confirmed_by": actor,
        "confirmed_by_label": actor.label[:LABEL_LENGTH],
        "heartbeat_at": timezone.now(),
        "lease": None,
        "tries": 0,
        "done": 0,
    }
    try:
        with transaction.atomic():
            asked = ready.update(**values)
    except IntegrityError:
        raise Refused(BUSY) from None
    if not asked:
        raise Refused(NOT_READY)
    transaction.on_commit(lambda: _ask(APPLY, job.pk), robust=True)


@transaction.atomic
def check_again(*, job: Job) -> None:
    """プレビューを作り直す: of an import that was not applied, from its file. Raises Refused."""
    failed = Job.objects.for_company(job.company_id).filter(
        pk=job.pk, status=JobStatus.FAILED, expires_at__gt=timezone.now()
    )
    if not has_file(job=job, kind=PartKind.UPLOAD):
        raise Refused(NOT_READY)
    try:
        with transaction.atomic():
            restarted = failed.update(
                status=JobStatus.WAITING,
                error="",
                tries=0,
                done=0,
                lease=None,
                finished_at=None,
                heartbeat_at=timezone.now(),
            )
    except IntegrityError:
        raise Refused(BUSY) from None
    if not restarted:
        raise Refused(NOT_READY)
    _ask_worker_on_commit(job)


@transaction.atomic
def discard_import(*, job: Job) -> None:
    """Forgets a preview and its file now."""
    jobs = Job.objects.for_company(job.company_id).filter(pk=job.pk, status=JobStatus.READY)
    if jobs.update(status=JobStatus.CANCELLED, finished_at=timezone.now()):
        forget(job)


def claim(job_id: int) -> tuple[Job, UUID] | None:
    """The job and a lease on it, where it waits or its worker is gone."""
    now, lease = timezone.now(), uuid4()
    free = (
        Job.objects.across_companies()
        .filter(pk=job_id, status__in=[JobStatus.WAITING, JobStatus.RUNNING])
        .filter(Q(lease=None) | Q(heartbeat_at__lt=now - LEASE))
    )
    claimed = free.update(
        status=JobStatus.RUNNING, lease=lease, heartbeat_at=now, tries=F("tries") + 1, done=0
    )
    if not claimed:
        return None
    job: Job = Job.objects.across_companies().select_related("company").get(pk=job_id)
    if job.tries > MOST_TRIES:
        end(job, lease, JobStatus.FAILED, error=INTERRUPTED)
        return None
    return job, lease


def beat(job: Job, held: UUID, /, **values: Any) -> None:
    """Says that somebody works on it. Raises LostLease."""
    jobs = Job.objects.for_company(job.company_id).filter(pk=job.pk, lease=held)
    if not jobs.update(heartbeat_at=timezone.now(), **values):
        raise LostLease


def end(job: Job, held: UUID, status: JobStatus, **values: Any) -> None:
    """Raises LostLease."""
    beat(job, held, status=status, lease=None, finished_at=timezone.now(), **values)


def forget(job: Job) -> None:
    """The files and the preview of a job."""
    remove_file(job=job)
    PreviewRow.objects.for_company(job.company_id).filter(job=job).delete()


def ask_again() -> None:
    """Workers for jobs that lost theirs, or whose message was lost."""
    late = timezone.now() - LEASE
    jobs = Job.objects.across_companies().filter(heartbeat_at__lt=late)
    for pk, kind in jobs.filter(status__in=[JobStatus.WAITING, JobStatus.RUNNING]).values_list(
        "pk", "kind"
    ):
        _ask(TASKS[JobKind(kind)], pk)
    for pk in jobs.filter(status=JobStatus.APPLYING).values_list("pk", flat=True):
        _ask(APPLY, pk)


def purge() -> None:
    """Ends the 24 hours of files and previews, and all of jobs of long ago."""
    now = timezone.now()
    jobs = Job.objects.across_companies()
    over = jobs.filter(expires_at__lte=now).exclude(status=JobStatus.APPLYING)
    FilePart.objects.across_companies().filter(job__in=over).delete()
    jobs.filter(expires_at__lte=now, status=JobStatus.READY).update(
        status=JobStatus.CANCELLED, finished_at=now
    )
    rows = PreviewRow.objects.across_companies()
    rows.filter(job__in=over).exclude(job__status=JobStatus.DONE).delete()
    rows.filter(job__in=over.filter(created_at__lte=now - ROWS_KEPT_FOR)).delete()
    jobs.filter(created_at__lte=now - JOBS_KEPT_FOR).delete()


def _create(
    company: Company, kind: JobKind, subject: Subject, actor: Employee, **values: Any
) -> Job:
    now = timezone.now()
    job: Job = Job.objects.create(
        company=company,
        kind=kind,
        subject=subject,
        started_by=actor,
        started_by_label=actor.label[:LABEL_LENGTH],
        heartbeat_at=now,
        expires_at=now + KEPT_FOR,
        **values,
    )
    return job


def _ask_worker_on_commit(job: Job) -> None:
    # A broker that is down costs half a minute: the sweep finds the row.
    transaction.on_commit(lambda: _ask(TASKS[JobKind(job.kind)], job.pk), robust=True)


def _ask(task: str, job_id: int) -> None:
    current_app.send_task(task, args=[job_id])
