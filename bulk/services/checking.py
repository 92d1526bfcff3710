"""The preview of an import: every row is planned and told, nothing is changed (B5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from uuid import UUID

from django.db import transaction

from bulk.choices import JobStatus, PartKind, Subject, Verdict
from bulk.layouts import ERRORS, LAYOUTS
from bulk.models import Job, PreviewRow
from bulk.planning.employees import PASSWORD
from bulk.planning.rows import Counts, Fingerprint, PlannedRow, in_order
from bulk.reading.problems import Unreadable
from bulk.reading.table import CellProblem
from bulk.services.export import IN_MEMORY, extras_of
from bulk.services.files import FileGone, open_file, remove_file, store_file
from bulk.services.importers import Importer
from bulk.services.jobs import LostLease, beat, claim, end
from bulk.services.tables import importer_of, table_of
from bulk.workbook import write_workbook
from companies.set_based import create_many
from companies.texts import is_storable

FILE_GONE: Final = "ファイルの保存期間が過ぎました。もう一度ファイルを選択してください。"
GROUPS_NAMED: Final = 100
LABEL_LENGTH: Final = 600


def check_import(job_id: int) -> None:
    """Does nothing where another works on it."""
    claimed = claim(job_id)
    if claimed is None:
        return
    job, lease = claimed
    try:
        with open_file(job=job, kind=PartKind.UPLOAD) as file:
            _check(job, lease, file)
    except (Unreadable, FileGone) as problem:
        text = str(problem) if isinstance(problem, Unreadable) else FILE_GONE
        PreviewRow.objects.for_company(job.company_id).filter(job=job).delete()
        end(job, lease, JobStatus.FAILED, error=text)
        remove_file(job=job)
    except LostLease:
        return


def _check(job: Job, lease: UUID, file: IO[bytes]) -> None:
    subject = Subject(job.subject)
    importer = importer_of(
        company=job.company, subject=subject, file=file, creates_groups=job.creates_groups
    )
    PreviewRow.objects.for_company(job.company_id).filter(job=job).delete()
    counts, fingerprint, done = Counts(), Fingerprint(), 0
    for rows in importer.planned():
        done += len(rows)
        counts.add(rows)
        fingerprint.add(rows)
        with transaction.atomic():
            beat(job, lease, done=done)
            create_many(PreviewRow, [_preview(job, row) for row in rows])
    _add_late_problems(job, importer.late_problems(), counts)
    if counts.errors:
        _store_errors(job, file)
    end(
        job,
        lease,
        JobStatus.READY,
        new=counts.new,
        changed=counts.changed,
        unchanged=counts.unchanged,
        errors=counts.errors,
        total=done,
        plan=fingerprint.text(),
        new_groups=_named_groups(importer),
    )


def _named_groups(importer: Importer) -> list[str]:
    paths = [storable(path) for path in importer.new_group_paths]
    return [*paths[:GROUPS_NAMED], *(["…"] if len(paths) > GROUPS_NAMED else [])]


def _preview(job: Job, row: PlannedRow) -> PreviewRow:
    return PreviewRow(
        company_id=job.company_id,
        job=job,
        number=row.number,
        verdict=row.verdict,
        label=storable(row.label)[:LABEL_LENGTH],
        is_linked=row.is_linked,
        person=row.person,
        changes=[[storable(text) for text in change] for change in row.changes],
        errors=[_told(problem) for problem in in_order(row.errors)],
        notes=row.notes,
    )


def _told(problem: CellProblem) -> list[str]:
    return [problem.cell, storable(problem.shown), storable(problem.text)]


def _add_late_problems(job: Job, found: Mapping[int, CellProblem], counts: Counts) -> None:
    rows = PreviewRow.objects.for_company(job.company_id).filter(job=job, number__in=list(found))
    for row in rows:
        if row.verdict != Verdict.ERROR:
            counts.move_to_errors(Verdict(row.verdict))
        row.verdict = Verdict.ERROR
        row.errors = [*row.errors, _told(found[row.number])]
        row.save(update_fields=["verdict", "errors"])


def _store_errors(job: Job, file: IO[bytes]) -> None:
    """The same workbook with the reasons at the end of each row; without the passwords."""
    subject = Subject(job.subject)
    layout = LAYOUTS[subject]
    with SpooledTemporaryFile(IN_MEMORY) as written:
        write_workbook(
            written,
            sheet=layout.sheet,
            headings=(*layout.headings, ERRORS),
            rows=_rows_with_errors(job, subject, file),
            extras=extras_of(subject, job.company),
        )
        store_file(job=job, kind=PartKind.ERRORS, file=written)


def _rows_with_errors(job: Job, subject: Subject, file: IO[bytes]) -> Iterator[Sequence[str]]:
    wrong = PreviewRow.objects.for_company(job.company_id).filter(job=job, verdict=Verdict.ERROR)
    texts = {number: _as_line(errors) for number, errors in wrong.values_list("number", "errors")}
    for row in table_of(subject, file).rows():
        values = list(row.values)
        if subject is Subject.EMPLOYEES:
            values[PASSWORD] = ""
        for problem in row.problems:
            if problem.column is not None:
                values[problem.column] = problem.shown
        yield [*values, texts.get(row.number, "")]


def _as_line(errors: Iterable[Sequence[Any]]) -> str:
    return "／".join(f"{cell}：{text}" for cell, _, text in errors)


def storable(text: str) -> str:
    """As it can be kept: a database takes no NUL and no half of a character."""
    if is_storable(text):
        return text
    return "".join(character if is_storable(character) else "\ufffd" for character in text)
