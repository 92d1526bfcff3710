"""Exports that take a while: written by a worker, fetched by the person who asked."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile

from django.utils import timezone

from bulk.choices import JobStatus, PartKind, Subject
from bulk.models import Job
from bulk.services.export import TOO_MANY_ROWS, tell_download, write_export
from bulk.services.files import has_file, pieces_of, store_file
from bulk.services.jobs import LostLease, beat, claim, end
from bulk.workbook import TooManyRows
from companies.audit import person
from employees.models import Employee


def run_export(job_id: int) -> None:
    """Does nothing where another works on it."""
    claimed = claim(job_id)
    if claimed is None:
        return
    job, lease = claimed
    try:
        with TemporaryFile() as file:
            count = write_export(
                company=job.company,
                subject=Subject(job.subject),
                file=file,
                told=lambda done: beat(job, lease, done=done),
            )
            beat(job, lease, done=count)
            store_file(job=job, kind=PartKind.EXPORT, file=file)
        end(job, lease, JobStatus.DONE, total=count, done=count)
    except TooManyRows:
        end(job, lease, JobStatus.FAILED, error=TOO_MANY_ROWS)
    except LostLease:
        return


def is_fetchable(job: Job) -> bool:
    in_time = job.status == JobStatus.DONE and job.expires_at > timezone.now()
    return in_time and has_file(job=job, kind=PartKind.EXPORT)


def fetch_export(*, job: Job, actor: Employee) -> Iterator[bytes]:
    """Its pieces; the download is in the audit log (X6). Raises FileGone while it is read."""
    subject = Subject(job.subject)
    tell_download(company=job.company, subject=subject, count=job.total, actor=person(actor))
    return pieces_of(job=job, kind=PartKind.EXPORT)
