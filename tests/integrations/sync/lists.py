"""A SmartHR that is two lists in memory, cut into pages: for properties of the plan alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from integrations.choices import DeletionPolicy, NameSource, RetiredPolicy, RunKind
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.records import Crew, Department, Page
from integrations.sync.engine import Ending, advance
from integrations.sync.memory import MemoryLedger, Records
from integrations.sync.types import GroupRow, SyncSettings
from integrations.sync.work import Work

T = TypeVar("T")
READ_AT = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
TODAY = date(2026, 4, 1)
DEFAULT_GROUP = 1


@dataclass
class Lists:
    """Stands in for the client."""

    crews: Sequence[Crew]
    departments: Sequence[Department] = ()
    page_size: int = 100
    read_at: datetime = READ_AT

    def crews_page(self, number: int, *, fields: Sequence[str]) -> Page[Crew]:
        return self._page(self.crews, number)

    def departments_page(self, number: int) -> Page[Department]:
        return self._page(self.departments, number)

    def crews_by_id(self, ids: Sequence[UUID], *, fields: Sequence[str]) -> dict[UUID, Crew]:
        return {crew.id: crew for crew in self.crews if crew.id in set(ids)}

    def crew_exists(self, crew_id: UUID) -> bool:
        return any(crew.id == crew_id for crew in self.crews)

    def read_ahead(
        self,
        first: int,
        reader: Callable[[int], Page[T]],
        *,
        window: int = 2,
        arrived: Callable[[Page[T]], bool] = lambda page: True,
    ) -> Generator[Page[T], None, None]:
        page = reader(first)
        yield page
        while page.has_next:
            page = reader(page.number + 1)
            yield page

    def _page(self, items: Sequence[T], number: int) -> Page[T]:
        start = (number - 1) * self.page_size
        rows = tuple(items[start : start + self.page_size])
        return Page(
            number=number,
            items=rows,
            total=len(items),
            has_next=start + len(rows) < len(items),
            read_at=self.read_at,
        )


def empty_company() -> Records:
    group = GroupRow(
        pk=DEFAULT_GROUP,
        name="グループ1",
        parent_id=None,
        position=None,
        smarthr_id=None,
        is_default=True,
    )
    return Records(groups={DEFAULT_GROUP: group})


def settings(**changes: Any) -> SyncSettings:
    values: dict[str, Any] = {
        "company_code": "acme",
        "slot": None,
        "retired": RetiredPolicy.IMPORT,
        "names": NameSource.LEGAL,
        "deletion": DeletionPolicy.CONFIRM,
        "force_password_change": True,
        "today": TODAY,
        **changes,
    }
    return SyncSettings(**values)


def sync(
    records: Records, lists: Lists, *, kind: RunKind = RunKind.EMPLOYEES, **changes: Any
) -> tuple[MemoryLedger, Ending]:
    """One run on a copy of `records`; the ledger holds what came of it."""
    ledger = MemoryLedger(kind, settings(**changes), copy.deepcopy(records))
    return ledger, advance(Work(ledger, cast(SmartHRClient, lists)))
