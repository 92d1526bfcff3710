"""Every line that any test writes into the audit log must have Japanese words (X6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from companies.audit_texts import RECORDS
from companies.models import ActorKind, AuditAction, AuditEntry


def unlabelled(entries: Iterable[AuditEntry]) -> list[str]:
    """What the screen could not put into words."""
    return [text for entry in entries for text in _missing(entry)]


def _missing(entry: AuditEntry) -> Iterator[str]:
    if entry.actor_kind not in ActorKind.values:
        yield f"actor kind {entry.actor_kind}"
    if entry.action not in AuditAction.values:
        yield f"action {entry.action}"
    record = RECORDS.get(entry.object_type)
    if record is None:
        yield f"record {entry.object_type}"
        return
    for name, values in entry.changes.items():
        if name not in record.fields:
            yield f"field {entry.object_type}.{name}"
        if len(values) != 2:
            yield f"not before and after: {entry.object_type}.{name}"


@contextmanager
def watched() -> Iterator[None]:
    """Refuses to write a line without words."""
    manager: Any = AuditEntry.objects
    write = manager.bulk_create

    def bulk_create(entries: Any, *args: Any, **options: Any) -> Any:
        entries = list(entries)
        missing = unlabelled(entries)
        assert not missing, f"give it Japanese words in <app>/audit_texts.py: {missing}"
        return write(entries, *args, **options)

    manager.bulk_create = bulk_create
    try:
        yield
    finally:
        del manager.bulk_create
