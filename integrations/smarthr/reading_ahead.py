"""Pages in order, the next ones read in background threads while the caller applies one."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from integrations.smarthr.paging import PER_PAGE
from integrations.smarthr.records import Page

T = TypeVar("T")


def read_ahead(
    first: int,
    reader: Callable[[int], Page[T]],
    *,
    window: int,
    thread_done: Callable[[], None],
    arrived: Callable[[Page[T]], bool] = lambda page: True,
) -> Generator[Page[T], None, None]:
    """Up to `window` pages ahead; 0 reads in the caller's thread.

    `arrived` sees each page in order before the next one is asked for, and says whether to read
    ahead of it. It is not called for a window of 0.

    An error comes where its page would have come. Closing the generator waits for the requests
    under way, at most one per thread.
    """
    if window == 0:
        yield from _one_by_one(first, reader)
        return
    readers = _Readers(reader, window, thread_done)
    try:
        pending = deque([readers.ask(first)])
        number = first
        while pending:
            page = pending.popleft().result()
            ahead = arrived(page)
            while ahead and page.has_next and len(pending) < window:
                # Beyond the next page, only what the count promises: no request for nothing.
                if pending and (page.total is None or page.total <= number * PER_PAGE):
                    break
                number += 1
                pending.append(readers.ask(number))
            yield page
            if not page.has_next:
                return
            if not pending:
                number += 1
                pending.append(readers.ask(number))
    finally:
        readers.stop()


def _one_by_one(first: int, reader: Callable[[int], Page[T]]) -> Iterator[Page[T]]:
    page = reader(first)
    yield page
    while page.has_next:
        page = reader(page.number + 1)
        yield page


class _Readers(Generic[T]):
    """Threads of our own instead of an executor's: each says when it is done, so that database
    connections of the pacer do not outlive it."""

    def __init__(
        self, reader: Callable[[int], Page[T]], count: int, thread_done: Callable[[], None]
    ) -> None:
        self._reader = reader
        self._thread_done = thread_done
        self._asked: SimpleQueue[tuple[int, Future[Page[T]]] | None] = SimpleQueue()
        self._futures: list[Future[Page[T]]] = []
        self._threads = [
            Thread(target=self._work, name=f"smarthr-{n}", daemon=True) for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, number: int) -> Future[Page[T]]:
        future: Future[Page[T]] = Future()
        self._futures = [known for known in self._futures if not known.done()] + [future]
        self._asked.put((number, future))
        return future

    def stop(self) -> None:
        for future in self._futures:
            future.cancel()
        for _ in self._threads:
            self._asked.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        try:
            while (task := self._asked.get()) is not None:
                number, future = task
                if future.set_running_or_notify_cancel():
                    self._read(number, future)
        finally:
            self._thread_done()

    def _read(self, number: int, future: Future[Page[T]]) -> None:
        try:
            future.set_result(self._reader(number))
        except BaseException as error:  # noqa: BLE001  # raised again in the caller's thread
            future.set_exception(error)
