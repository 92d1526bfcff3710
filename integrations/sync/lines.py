"""Lines of the report about records that are stored here."""

from __future__ import annotations

from integrations.choices import Outcome, Subject
from integrations.sync.ledger import Line
from integrations.sync.types import Changes, GroupRow, Note, Person


def line_about(
    record: Person | GroupRow, outcome: Outcome, *notes: Note, changes: Changes | None = None
) -> Line:
    return Line(
        subject=Subject.EMPLOYEE if isinstance(record, Person) else Subject.GROUP,
        smarthr_id=str(record.smarthr_id),
        label=record.label,
        outcome=outcome,
        changes=changes or {},
        notes=notes,
        object_pk=record.pk,
    )


def deleted_line(record: Person | GroupRow) -> Line:
    changes: Changes = (
        {"employee_id": (record.employee_id, None)}
        if isinstance(record, Person)
        else {"name": (record.name, None)}
    )
    return line_about(record, Outcome.DELETED, changes=changes)
