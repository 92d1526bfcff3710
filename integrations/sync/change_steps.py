"""変更分同期: what changed since the last good sync, and nothing else (X2).

It never deletes and never proposes a deletion: who is not shown may only be unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from companies.set_based import batches
from integrations.choices import Phase, Subject
from integrations.smarthr.paging import PER_PAGE
from integrations.smarthr.records import BadRecord, Crew, Page
from integrations.sync.department_steps import read_departments, write_groups
from integrations.sync.ledger import Ledger
from integrations.sync.people_steps import (
    PageReader,
    crew_ids,
    finish_refresh,
    held_crews,
    read_crews,
    read_pages,
    seen_crews,
    settle_held,
)
from integrations.sync.unreadable import hidden_from_token, note_attributes
from integrations.sync.work import Work

# Read again before the watermark: a change can show up later than its own time says.
OVERLAP: Final = timedelta(minutes=10)
EVERYBODY: Final = "all"


def read_changed_departments(work: Work) -> None:
    """Whole, because departments send no webhook; not where there is no group to compare."""
    if _compares_groups(work.ledger):
        read_departments(work)


def write_changed_groups(work: Work) -> None:
    if _compares_groups(work.ledger):
        write_groups(work)


def _compares_groups(ledger: Ledger) -> bool:
    if ledger.settings.slot is not None or ledger.progress.departments.page > 1:
        return True
    return any(group.smarthr_id for group in ledger.groups())


def read_changes(work: Work) -> None:
    """The crews from the latest change down to the watermark, then those reported last time."""
    ledger = work.ledger
    if not ledger.progress.since:
        ledger.step(lambda: _begin(ledger))
    if ledger.progress.since != EVERYBODY:
        try:
            finish_refresh(work)
            read_pages(work, _ChangesReader(work))
            _read_reported(work)
        except _NotSorted:
            ledger.step(lambda: _begin_with_everybody(ledger))
    if ledger.progress.since == EVERYBODY:
        read_crews(work)


def settle_changes(work: Work) -> None:
    """E11: what was emptied is told from what cannot be read by a page of others."""
    ledger = work.ledger
    if ledger.progress.crews_read_from:
        began = datetime.fromisoformat(ledger.progress.crews_read_from)
        seen = crew_ids(seen_crews(ledger))
        ledger.step(lambda: ledger.drop_candidates(Subject.EMPLOYEE, seen, before=began))
    is_in_doubt = bool(held_crews(ledger)) and bool(hidden_from_token(ledger))
    if is_in_doubt and not ledger.progress.looked_for_values:
        page = work.client.crews_page(1, fields=ledger.settings.crew_fields)

        def note() -> None:
            note_attributes(ledger.progress, page.items, ledger.settings)
            ledger.progress.looked_for_values = True

        ledger.step(note)
    settle_held(work)


def _begin(ledger: Ledger) -> None:
    watermark = ledger.watermark()
    since = EVERYBODY if watermark is None else (watermark - OVERLAP).isoformat()
    ledger.progress.since = since


def _begin_with_everybody(ledger: Ledger) -> None:
    ledger.progress.since = EVERYBODY
    ledger.progress.crews.read_again(tries=1)
    ledger.progress.done, ledger.progress.total = 0, None


class _NotSorted(Exception):
    """SmartHR does not sort as asked, so nothing tells where the changes end."""


class _ChangesReader(PageReader):
    is_whole = False

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.since = datetime.fromisoformat(self.ledger.progress.since)

    def read(self, number: int) -> Page[Crew]:
        page = self.work.client.crews_page(
            number, fields=self.ledger.settings.crew_fields, newest_first=True
        )
        moments = _moments(page.items)
        if moments != sorted(moments, reverse=True):
            raise _NotSorted
        reached = bool(moments) and moments[-1] < self.since
        return replace(page, has_next=page.has_next and not reached)


def _moments(records: Sequence[Crew | BadRecord]) -> list[datetime]:
    return [r.updated_at for r in records if isinstance(r, Crew) and r.updated_at is not None]


def _read_reported(work: Work) -> None:
    ledger = work.ledger
    seen = seen_crews(ledger)
    remaining = sorted(crew for crew in ledger.reported() if str(crew) not in seen)
    reader = _ReportedReader(work)
    for batch in batches(remaining, PER_PAGE):
        work.checkpoint()
        found = work.client.crews_by_id(batch, fields=ledger.settings.crew_fields)
        numbers = [page.number for page in ledger.pages(Phase.CREWS)]
        page = Page(
            number=max(numbers, default=0) + 1,
            items=tuple(found.values()),
            total=None,
            has_next=False,
            read_at=datetime.now(UTC),
        )
        reader.before(page)

        def take(page: Page[Crew] = page) -> None:
            reader.take(page)
            ledger.progress.done += len(page.items)

        ledger.step(take)
        reader.after(page)


class _ReportedReader(PageReader):
    """Crews asked for one by one say nothing about until when changes were read."""

    def take(self, page: Page[Crew]) -> None:
        newest = self.ledger.progress.newest
        super().take(page)
        self.ledger.progress.newest = newest
