"""Imports and exports as the screens start them, worked on in the foreground."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from bulk.choices import Subject
from bulk.models import Job
from bulk.services.applying import apply_import
from bulk.services.checking import check_import
from bulk.services.jobs import confirm_import, start_import
from employees.models import Employee


def uploaded(
    actor: Employee,
    content: bytes,
    subject: Subject = Subject.EMPLOYEES,
    *,
    creates_groups: bool = False,
) -> Job:
    return start_import(
        company=actor.company,
        subject=subject,
        file=BytesIO(content),
        file_name="社員.xlsx",
        creates_groups=creates_groups,
        actor=actor,
    )


def previewed(actor: Employee, content: bytes, subject: Subject = Subject.EMPLOYEES) -> Job:
    job = uploaded(actor, content, subject)
    check_import(job.pk)
    job.refresh_from_db()
    return job


def confirmed(actor: Employee, content: bytes, subject: Subject = Subject.EMPLOYEES) -> Job:
    job = previewed(actor, content, subject)
    confirm_import(job=job, actor=actor)
    job.refresh_from_db()
    return job


def applied(actor: Employee, content: bytes, subject: Subject = Subject.EMPLOYEES) -> Job:
    job = confirmed(actor, content, subject)
    apply_import(job.pk)
    job.refresh_from_db()
    return job


def exists(actor: Employee, code: str = "00027") -> bool:
    return bool(Employee.objects.for_company(actor.company).filter(employee_id=code).exists())


def later(job: Job, **delta: float) -> None:
    """As if its worker had been silent, and the file kept, for so long."""
    past = timedelta(**delta)
    Job.objects.for_company(job.company).filter(pk=job.pk).update(
        heartbeat_at=job.heartbeat_at - past,
        expires_at=job.expires_at - past,
        created_at=job.created_at - past,
    )
