"""What every step of a sync shares: the ledger, the client, and reading a list to its end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from integrations.choices import Phase
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.records import Page
from integrations.sync.ledger import Ledger
from integrations.sync.progress import MAX_TRIES, Listing

T = TypeVar("T")


class Paused(Exception):
    """The slice of work is over; the run goes on in the next one."""


@dataclass(slots=True)
class Work:
    ledger: Ledger
    client: SmartHRClient
    should_pause: Callable[[], bool] = field(default=lambda: False)

    def checkpoint(self) -> None:
        if self.should_pause():
            raise Paused

    def enter(self, phase: Phase) -> None:
        def enter() -> None:
            progress = self.ledger.progress
            progress.finished[progress.phase] = progress.done
            progress.phase, progress.done, progress.total = phase, 0, None

        self.ledger.step(enter)


@dataclass(slots=True)
class Reading(Generic[T]):
    """How one list is read: where from, where it stands, and what becomes of each page."""

    phase: Phase
    reader: Callable[[int], Page[T]]
    # The present state, asked for each time: a repeated step starts from a fresh copy.
    listing: Callable[[], Listing]
    # In one step each.
    take: Callable[[Page[T]], None]
    # Outside the step: may ask SmartHR, and is never repeated. `before` needs `hold`.
    before: Callable[[Page[T]], None] = field(default=lambda page: None)
    after: Callable[[Page[T]], None] = field(default=lambda page: None)
    # Keeps a page that has arrived, and gives the one kept by a run that was killed. Without,
    # nothing is read ahead: at most one page is read twice.
    hold: Callable[[Page[T]], None] | None = None
    held: Callable[[], Page[T] | None] = field(default=lambda: None)
    # Whether the pages together are the whole list: only then the count has to match.
    is_whole: bool = True


def read_list(work: Work, reading: Reading[T]) -> None:
    """Reads page after page until the list is whole or given up."""
    while not reading.listing().ended:
        if not reading.listing().exhausted:
            with closing(_pages(work, reading)) as pages:
                for page in pages:
                    _apply(work, reading, page)
        work.ledger.step(lambda: _end(work.ledger, reading))


def _apply(work: Work, reading: Reading[T], page: Page[T]) -> None:
    def take() -> None:
        reading.take(page)
        state, progress = reading.listing(), work.ledger.progress
        state.page, state.exhausted = page.number + 1, not page.has_next
        progress.done += len(page.items)
        progress.total = page.total

    work.ledger.step(take)
    reading.after(page)
    if page.has_next:
        work.checkpoint()


def _pages(work: Work, reading: Reading[T]) -> Generator[Page[T], None, None]:
    """The next page is read while one is applied, and none beyond it."""
    held = reading.held()
    if held is not None:
        reading.before(held)
        yield held
        if not held.has_next:
            return
    hold = reading.hold

    def arrived(page: Page[T]) -> bool:
        reading.before(page)  # with no other request under way
        if hold is not None:
            hold(page)
        return not work.should_pause()  # what is read ahead of a pause is read in vain

    first = reading.listing().page
    yield from work.client.read_ahead(
        first, reading.reader, window=1 if hold else 0, arrived=arrived
    )


def _end(ledger: Ledger, reading: Reading[T]) -> None:
    end = _end_reading if reading.is_whole else _end_partly
    end(ledger, reading.phase, reading.listing())


def _end_reading(ledger: Ledger, phase: Phase, listing: Listing) -> None:
    """E12, G4: the ids seen have to match `x-total-count`; a mismatch is read once more."""
    pages = ledger.pages(phase, listing.reading)
    totals = {page.total for page in pages}  # they differ where the list changed meanwhile
    seen = {record_id for page in pages for record_id in page.ids}
    if None in totals or totals == {len(seen)}:
        listing.uncounted, listing.ended = None in totals, True
    elif listing.tries < MAX_TRIES:
        listing.read_again(tries=listing.tries + 1)
        ledger.progress.done = 0
    else:
        listing.short = listing.ended = True


def _end_partly(ledger: Ledger, phase: Phase, listing: Listing) -> None:
    """X2: where the list got shorter on the way, a row can have slipped between two pages."""
    totals = [page.total for page in ledger.pages(phase, listing.reading) if page.total is not None]
    if totals == sorted(totals):
        listing.ended = True
    elif listing.tries < MAX_TRIES:
        listing.read_again(tries=listing.tries + 1)
        ledger.progress.done = 0
    else:
        listing.short = listing.ended = True
