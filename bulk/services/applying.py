"""Writing what a preview said, as a whole or not at all (B5).

Everything, the job's own end too, is one transaction. Its lock on the job's row is the only mark
of who works on it, so a worker that dies leaves nothing: the next one begins anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final, NamedTuple

from django.core.cache import cache
from django.db import OperationalError, transaction
from django.utils import timezone

from bulk.choices import JobStatus, PartKind, Subject
from bulk.models import Job, PreviewRow
from bulk.planning.rows import Counts, Fingerprint
from bulk.reading.problems import Unreadable
from bulk.services.files import FileGone, open_file, remove_file
from bulk.services.importers import Importer, OneTimePassword
from bulk.services.jobs import INTERRUPTED, MOST_TRIES
from bulk.services.passwords import store_one_time_passwords
from bulk.services.tables import importer_of
from companies.audit import Actor, Event, write_audit
from companies.models import ActorKind, AuditAction
from companies.refusals import Refused
from employees.models import Employee
from employees.services.records import has_administrator
from employees.services.removal import lock_company

log = logging.getLogger(__name__)

STALE: Final = (
    "プレビューの後にデータが変わったため、実行しませんでした。何も変更していません。"
    "「プレビューを作り直す」を押し、内容を確認してください。"
)
NOT_ALLOWED: Final = (
    "インポートを実行した社員が管理者ではなくなったため、実行しませんでした。何も変更していません。"
    "ほかの管理者がもう一度実行してください。"
)


class Applied(NamedTuple):
    counts: Counts
    one_time_passwords: list[OneTimePassword]


class NotApplied(Exception):
    """Nothing was written; the text is for people."""


def apply_import(job_id: int) -> None:
    """Does nothing where another applies it, or it is done."""
    try:
        if _begin(job_id):
            _apply_job(job_id)
    except OperationalError as problem:
        # A lock or a connection that was lost: the sweep tries again.
        log.warning("import %s could not be applied now: %s", job_id, type(problem).__name__)


def _begin(job_id: int) -> bool:
    """Counts the try, which has to outlive it."""
    with transaction.atomic():
        job = _locked(job_id)
        if job is None:
            return False
        if job.tries >= MOST_TRIES:
            _fail(job, INTERRUPTED)
            return False
        job.tries += 1
        job.heartbeat_at = timezone.now()
        job.save(update_fields=["tries", "heartbeat_at"])
        return True


def _apply_job(job_id: int) -> None:
    try:
        with transaction.atomic():
            job = _locked(job_id)
            if job is not None:
                _apply_and_end(job)
    except NotApplied as problem:
        with transaction.atomic():
            job = _locked(job_id)
            if job is not None:
                _fail(job, str(problem))


def _apply_and_end(job: Job) -> None:
    lock_company(job.company_id)
    if not _is_administrator(job.confirmed_by):
        raise NotApplied(NOT_ALLOWED)
    who = job.confirmed_by_label
    actor = Actor(ActorKind.IMPORT, f"インポート #{job.pk}（{who}）", job.pk)
    subject = Subject(job.subject)
    try:
        with open_file(job=job, kind=PartKind.UPLOAD) as file:
            importer = importer_of(
                company=job.company, subject=subject, file=file, creates_groups=job.creates_groups
            )
            rows = PreviewRow.objects.for_company(job.company_id).filter(job=job)
            people = [pk for pk in rows.values_list("person", flat=True) if pk is not None]
            applied = write_all(importer, actor=actor, people=people, plan=job.plan, job=job)
    except (FileGone, Unreadable) as problem:
        raise NotApplied(STALE) from problem
    job.one_time_passwords = len(applied.one_time_passwords)
    if applied.one_time_passwords:
        store_one_time_passwords(job, applied.one_time_passwords)
    job.status, job.finished_at, job.done = JobStatus.DONE, timezone.now(), job.total
    job.save(update_fields=["status", "finished_at", "done", "one_time_passwords"])
    remove_file(job=job, kind=PartKind.UPLOAD)
    write_audit(company=job.company_id, actor=actor, events=[imported(subject, applied, job.pk)])


def write_all(
    importer: Importer,
    *,
    actor: Actor,
    people: Iterable[int],
    plan: str | None = None,
    job: Job | None = None,
) -> Applied:
    """Plans anew and writes, in the caller's transaction, which has locked the company.

    `people`: keys of all whom the first plan concerned. `plan`: the fingerprint of what a person
    has seen. Raises NotApplied (the caller rolls back)
    and Unreadable.
    """
    importer.lock(people)
    counts, fingerprint, done = Counts(), Fingerprint(), 0
    for rows in importer.planned():
        counts.add(rows)
        fingerprint.add(rows)
        if counts.errors:
            raise NotApplied(STALE)
        try:
            importer.write(rows, actor)
        except Refused as problem:
            raise NotApplied(STALE) from problem
        done += len(rows)
        if job is not None:
            cache.set(progress_key(job.pk), done, 600)
    if importer.late_problems() or (plan is not None and fingerprint.text() != plan):
        raise NotApplied(STALE)
    if not has_administrator(importer.company):  # C6
        raise NotApplied(STALE)
    return Applied(counts, importer.one_time_passwords)


def imported(subject: Subject, applied: Applied, job_id: int | None) -> Event:
    counts, unit = applied.counts, subject.unit
    label = f"{subject.label}（新規{counts.new:,}{unit}・変更{counts.changed:,}{unit}）"
    return Event(AuditAction.IMPORTED, "import", job_id, label, {})


def progress_key(job_id: int) -> str:
    """What the transaction cannot show before its end is told by the cache."""
    return f"bulk:{job_id}:done"


def _locked(job_id: int) -> Job | None:
    """None where another holds it: with PostgreSQL at once, with SQLite after a while."""
    jobs = Job.objects.across_companies().filter(pk=job_id, status=JobStatus.APPLYING)
    job: Job | None = jobs.select_for_update(skip_locked=True).first()
    return job


def _fail(job: Job, text: str) -> None:
    job.status, job.error, job.finished_at = JobStatus.FAILED, text, timezone.now()
    job.save(update_fields=["status", "error", "finished_at"])


def _is_administrator(person: Employee | None) -> bool:
    if person is None:
        return False
    people = Employee.objects.for_company(person.company_id).able_administrators()
    return bool(people.filter(pk=person.pk).exists())
