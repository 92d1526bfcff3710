"""One record per id: rows can shift between pages, and lists are read more than once. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from integrations.smarthr.records import Crew, Department

Record = TypeVar("Record", Crew, Department)


def newest_of_each(records: Iterable[Record]) -> list[Record]:
    newest: dict[UUID, Record] = {}
    for record in records:
        known = newest.get(record.id)
        if known is None or _version(record) >= _version(known):
            newest[record.id] = record
    return list(newest.values())


def _version(record: Crew | Department) -> tuple[float, datetime]:
    return (record.updated_at.timestamp() if record.updated_at else 0.0, record.read_at)
