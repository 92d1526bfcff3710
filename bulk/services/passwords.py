"""One-time passwords that an import brought (X5): a file that is fetched once."""

from __future__ import annotations

from collections.abc import Sequence
from tempfile import SpooledTemporaryFile
from typing import Final

from django.db import transaction

from bulk.choices import PartKind
from bulk.models import Job
from bulk.services.export import IN_MEMORY
from bulk.services.files import FileGone, open_file, remove_file, store_file
from bulk.services.importers import OneTimePassword
from bulk.workbook import Heading, write_workbook
from companies.audit import Event, person, write_audit
from companies.models import AuditAction
from companies.refusals import Refused
from employees.models import Employee

SHEET: Final = "一時パスワード"
HEADINGS: Final = (Heading("社員ID", 26), Heading("氏名", 30), Heading("一時パスワード", 26))
GONE: Final = (
    "一時パスワードは、すでにダウンロードしたか、期限が過ぎたため、ありません。"
    "必要なときは、社員の画面でパスワードを再発行してください。"
)


def store_one_time_passwords(job: Job, passwords: Sequence[OneTimePassword]) -> None:
    with SpooledTemporaryFile(IN_MEMORY) as file:
        write_workbook(file, sheet=SHEET, headings=HEADINGS, rows=passwords)
        store_file(job=job, kind=PartKind.PASSWORDS, file=file)


@transaction.atomic
def take_one_time_passwords(*, job: Job, actor: Employee) -> bytes:
    """The workbook, which is gone with it. Raises Refused."""
    jobs = Job.objects.for_company(job.company_id).filter(pk=job.pk, confirmed_by=actor.pk)
    locked: Job | None = jobs.select_for_update().first()
    if locked is None:
        raise Refused(GONE)
    try:
        with open_file(job=locked, kind=PartKind.PASSWORDS) as file:
            content = file.read()
    except FileGone:
        raise Refused(GONE) from None
    remove_file(job=locked, kind=PartKind.PASSWORDS)
    label = f"{SHEET}（{job.one_time_passwords:,}名）"
    event = Event(AuditAction.DOWNLOADED, "import", job.pk, label, {})
    write_audit(company=job.company_id, actor=person(actor), events=[event])
    return content
