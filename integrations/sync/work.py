"""What every step of a sync shares: the ledger, the client, and reading a list to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

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
            progress.phase, progress.done, progress.total = phase, 0, None

        self.ledger.step(enter)


def read_list(
    work: Work,
    phase: Phase,
    listing: Callable[[], Listing],
    reader: Callable[[int], Page[T]],
    take: Callable[[Page[T]], None],
    before: Callable[[Page[T]], None] = lambda page: None,
    after: Callable[[Page[T]], None] = lambda page: None,
) -> None:
    """Reads page after page, `take` in one step each, until the list is whole or given up.

    `before` and `after` are outside the step: they may ask SmartHR, and are never repeated.

    `listing` gives the present state, because a repeated step starts from a fresh copy.
    """
    ledger = work.ledger

    def take_page(page: Page[T]) -> None:
        take(page)
        state, progress = listing(), ledger.progress
        state.page, state.exhausted = page.number + 1, not page.has_next
        progress.done += len(page.items)
        progress.total = page.total

    while not listing().ended:
        if not listing().exhausted:
            for page in _pages(listing().page, reader):
                before(page)
                ledger.step(partial(take_page, page))
                after(page)
                if page.has_next:
                    work.checkpoint()
        ledger.step(lambda: _end_reading(ledger, phase, listing()))


def _pages(first: int, reader: Callable[[int], Page[T]]) -> Iterator[Page[T]]:
    """None is read ahead: of a run that is killed, at most one page is read twice."""
    page = reader(first)
    yield page
    while page.has_next:
        page = reader(page.number + 1)
        yield page


def _end_reading(ledger: Ledger, phase: Phase, listing: Listing) -> None:
    """E12, G4: the ids seen have to match `x-total-count`; a mismatch is read once more."""
    pages = ledger.pages(phase, listing.reading)
    total = pages[-1].total if pages else None
    seen = {record_id for page in pages for record_id in page.ids}
    if total is None or len(seen) == total:
        listing.uncounted, listing.ended = total is None, True
    elif listing.tries < MAX_TRIES:
        listing.read_again(tries=listing.tries + 1)
        ledger.progress.done = 0
    else:
        listing.short = listing.ended = True
