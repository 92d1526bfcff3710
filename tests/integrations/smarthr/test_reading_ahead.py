import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

import pytest

from integrations.smarthr.errors import Maintenance
from integrations.smarthr.reading_ahead import read_ahead
from integrations.smarthr.records import Department, Page

READ_AT = datetime(2026, 1, 15, tzinfo=UTC)
WAIT = 5.0


class Pages:
    """A reader of `count` pages that notes what is read, and may hold or fail some."""

    def __init__(self, count: int, *, total: int | None = None) -> None:
        self.count = count
        self.total = total
        self.started: list[int] = []
        self.threads: set[int] = set()
        self.held: dict[int, threading.Event] = {}
        self.failing: dict[int, Exception] = {}
        self.done = 0

    def read(self, number: int) -> Page[Department]:
        self.started.append(number)
        self.threads.add(threading.get_ident())
        if number in self.held:
            assert self.held[number].wait(WAIT)
        if number in self.failing:
            raise self.failing[number]
        return Page(
            number=number,
            items=(),
            total=self.total,
            has_next=number < self.count,
            read_at=READ_AT,
        )

    def thread_done(self) -> None:
        self.done += 1


def until(condition: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.001)


@pytest.mark.parametrize("window", [0, 1, 2, 3])
@pytest.mark.parametrize("total", [None, 450, 500, 900])
def test_pages_come_in_order_and_none_is_read_twice(window: int, total: int | None) -> None:
    pages = Pages(5, total=total)

    numbers = [
        page.number
        for page in read_ahead(1, pages.read, window=window, thread_done=pages.thread_done)
    ]

    assert numbers == [1, 2, 3, 4, 5]
    assert set(pages.started) >= {1, 2, 3, 4, 5}
    assert len(pages.started) == len(set(pages.started))
    assert pages.done == window


@pytest.mark.parametrize("total", [None, 450, 500])
def test_no_page_after_the_last_is_asked_for(total: int | None) -> None:
    pages = Pages(5, total=total)

    list(read_ahead(1, pages.read, window=3, thread_done=pages.thread_done))

    assert sorted(pages.started) == [1, 2, 3, 4, 5]


def test_reading_starts_at_the_first_page_given() -> None:
    pages = Pages(5)

    numbers = [
        page.number for page in read_ahead(4, pages.read, window=2, thread_done=pages.thread_done)
    ]

    assert numbers == [4, 5]


def test_next_pages_are_read_while_the_caller_works_on_one() -> None:
    pages = Pages(10, total=1000)
    reading = read_ahead(1, pages.read, window=2, thread_done=pages.thread_done)

    next(reading)
    until(lambda: sorted(pages.started) == [1, 2, 3])
    time.sleep(0.02)

    assert sorted(pages.started) == [1, 2, 3]
    assert threading.get_ident() not in pages.threads
    reading.close()


def test_later_page_that_is_read_first_waits_for_its_turn() -> None:
    pages = Pages(3, total=300)
    pages.held[2] = threading.Event()
    reading = read_ahead(1, pages.read, window=2, thread_done=pages.thread_done)
    next(reading)
    until(lambda: 3 in pages.started)

    pages.held[2].set()

    assert [page.number for page in reading] == [2, 3]


def test_error_comes_where_its_page_would_have_come() -> None:
    pages = Pages(5, total=500)
    pages.failing[3] = Maintenance()
    reading = read_ahead(1, pages.read, window=3, thread_done=pages.thread_done)

    assert [page.number for page in islice(reading, 2)] == [1, 2]
    with pytest.raises(Maintenance) as caught:
        next(reading)
    assert caught.value is pages.failing[3]
    assert pages.done == 3


def test_error_of_a_page_that_turns_out_not_to_exist_does_not_matter() -> None:
    pages = Pages(2, total=300)
    pages.failing[3] = Maintenance()

    numbers = [
        page.number for page in read_ahead(1, pages.read, window=3, thread_done=pages.thread_done)
    ]

    assert numbers == [1, 2]


def test_closing_waits_for_the_requests_under_way_and_starts_no_other() -> None:
    pages = Pages(10, total=1000)
    pages.held[2] = threading.Event()
    reading = read_ahead(1, pages.read, window=1, thread_done=pages.thread_done)
    next(reading)
    until(lambda: 2 in pages.started)
    threading.Timer(0.05, pages.held[2].set).start()

    reading.close()

    assert pages.started == [1, 2]
    assert pages.done == 1
    assert not [t for t in threading.enumerate() if t.name.startswith("smarthr-")]


def test_a_page_is_seen_before_the_next_one_is_asked_for() -> None:
    pages = Pages(3)
    seen: list[tuple[int, list[int]]] = []

    def arrived(page: Page[Department]) -> bool:
        seen.append((page.number, list(pages.started)))
        return True

    done = pages.thread_done
    list(read_ahead(1, pages.read, window=1, thread_done=done, arrived=arrived))

    assert seen == [(1, [1]), (2, [1, 2]), (3, [1, 2, 3])]


def test_nothing_is_read_ahead_of_a_page_that_says_so() -> None:
    pages = Pages(3)
    reading = read_ahead(
        1, pages.read, window=1, thread_done=pages.thread_done, arrived=lambda page: False
    )

    first = next(reading)
    reading.close()

    assert (first.number, pages.started) == (1, [1])


def test_nothing_is_read_before_the_first_page_is_wanted() -> None:
    pages = Pages(3)

    read_ahead(1, pages.read, window=2, thread_done=pages.thread_done)

    assert pages.started == []
