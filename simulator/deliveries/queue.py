import itertools
import threading
import time
from bisect import insort
from collections.abc import Callable

from simulator.deliveries.delivery import Delivery
from simulator.deliveries.switches import WebhookSwitches

GRACE_SECONDS = 1.0


class DeliveryQueue:
    """Hands out deliveries when they are due, to threads that live only while there are any.

    `deliver` returns the seconds until the next try, or None when there is none. Whoever holds
    the account's lock may call this; nothing here asks for that lock.
    """

    def __init__(
        self, deliver: Callable[[Delivery], float | None], switches: WebhookSwitches
    ) -> None:
        self._deliver = deliver
        self._switches = switches
        self._changed = threading.Condition()
        # By place.
        self._waiting: list[Delivery] = []
        self._in_flight: set[Delivery] = set()
        self._threads: set[threading.Thread] = set()
        self._numbers = itertools.count()
        self._is_stopped = False

    def put(self, delivery: Delivery, seconds: float = 0.0) -> None:
        with self._changed:
            if self._is_stopped:
                return
            delivery.place = (time.monotonic() + seconds, next(self._numbers))
            insort(self._waiting, delivery, key=lambda other: other.place)
            self._changed.notify_all()
            if len(self._threads) < self._switches.webhooks_at_once:
                thread = threading.Thread(target=self._run, name="simulator-webhook", daemon=True)
                self._threads.add(thread)
                thread.start()

    def cancel(self, webhook: str) -> list[Delivery]:
        """Take out what waits for that webhook; what is on its way will not be tried again."""
        with self._changed:
            cancelled = [other for other in self._waiting if other.webhook == webhook]
            self._waiting = [other for other in self._waiting if other.webhook != webhook]
            for delivery in self._in_flight:
                if delivery.webhook == webhook:
                    delivery.is_cancelled = True
            self._changed.notify_all()
            return cancelled

    def wait_until_idle(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._waiting and not self._in_flight, timeout
            )

    def stop(self) -> None:
        """Forget what waits. What is on its way gets a moment, and is left to itself after it."""
        with self._changed:
            self._is_stopped = True
            self._waiting.clear()
            self._changed.notify_all()
            threads = list(self._threads)
        deadline = time.monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        while (delivery := self._take()) is not None:
            seconds = None
            try:
                seconds = self._deliver(delivery)
            finally:
                self._done(delivery, seconds)

    def _take(self) -> Delivery | None:
        with self._changed:
            while self._waiting:
                delivery, seconds = self._next()
                if delivery is not None:
                    self._waiting.remove(delivery)
                    self._in_flight.add(delivery)
                    return delivery
                self._changed.wait(seconds)
            self._threads.discard(threading.current_thread())
            return None

    def _next(self) -> tuple[Delivery | None, float | None]:
        """Whose turn it is; or how long nobody's will be, None being until something changes."""
        if len(self._in_flight) >= self._switches.webhooks_at_once:
            return None, None
        in_order = self._switches.webhooks_in_order
        taken = {lane for delivery in self._in_flight for lane in delivery.lanes}
        now = time.monotonic()
        for delivery in self._waiting:
            due, _ = delivery.place
            if due > now:
                return None, due - now
            if not in_order or taken.isdisjoint(delivery.lanes):
                return delivery, None
            taken |= delivery.lanes
        return None, None

    def _done(self, delivery: Delivery, seconds: float | None) -> None:
        with self._changed:
            self._in_flight.discard(delivery)
            if seconds is not None and not delivery.is_cancelled:
                self.put(delivery, seconds)
            self._changed.notify_all()
