"""A report as CSV, to be opened with a spreadsheet or handed out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from companies.csv_lines import csv_lines
from integrations.choices import RunKind, Subject
from integrations.models import RunRecord
from integrations.record_changes import changes_of
from integrations.texts_by_kind import outcome_label, text_of

CHUNK = 2000
REPORT_HEADER = ("種類", "対象", "結果", "変更の内容", "起きたこと", "次にすること")
PREVIEW_HEADER = ("種類", "対象", "結果", "変更の内容", "理由", "次にすること")
LOGINS_HEADER = ("社員", "変更前の社員ID", "変更後の社員ID")


def report_lines(records: QuerySet[RunRecord], kind: str) -> Iterator[str]:
    """One line per record of a run of that kind; the whole file is never in memory."""
    header = PREVIEW_HEADER if kind == RunKind.PREVIEW else REPORT_HEADER
    return csv_lines(header, (_report_row(record, kind) for record in _each(records)))


def login_lines(records: QuerySet[RunRecord]) -> Iterator[str]:
    """S1: whose login changed, to be told to them."""
    return csv_lines(LOGINS_HEADER, (_login_row(record) for record in _each(records)))


def _each(records: QuerySet[RunRecord]) -> Iterator[RunRecord]:
    return records.iterator(chunk_size=CHUNK)


def _report_row(record: RunRecord, kind: str) -> Sequence[str]:
    changes = "、".join(
        f"{change.label} {change.before} → {change.after}" for change in changes_of(record)
    )
    text = text_of(record, kind)
    return (
        Subject(record.subject).label,
        record.label,
        outcome_label(record),
        changes,
        text.what if text else "",
        text.next if text else "",
    )


def _login_row(record: RunRecord) -> Sequence[str]:
    before, after = record.changes["employee_id"]
    return (record.label.rsplit("（", 1)[0], str(before), str(after))
