import time
from collections.abc import Iterable
from dataclasses import replace

from simulator.deliveries.bodies import padded
from simulator.deliveries.delivery import Delivery, DeliveryError, LoggedDelivery
from simulator.deliveries.post import Answer, post
from simulator.deliveries.queue import DeliveryQueue
from simulator.deliveries.switches import WebhookSwitches
from simulator.json_text import Record
from simulator.store import AUTO, Store

LOG_LENGTH = 50_000


class Courier(WebhookSwitches, Store):
    """Brings deliveries to the webhooks of a store, and disables one that does not take them.

    Threads of its own send; they look up address and secret only when the account's lock is free,
    so nothing goes out before the change that it tells of is complete.
    """

    def __init__(self, name: str) -> None:
        Store.__init__(self, name)
        WebhookSwitches.__init__(self)
        # Each try, and what was never tried, the latest ones; clear it as you like.
        self.deliveries: list[LoggedDelivery] = []
        self._queue = DeliveryQueue(self._deliver, self)
        self._held: list[Delivery] | None = None

    def hold_webhooks(self) -> list[Delivery]:
        """From now on deliveries gather in this list instead of being sent."""
        with self.lock:
            if self._held is None:
                self._held = []
            return self._held

    def release_webhooks(self, order: Iterable[Delivery] | None = None) -> None:
        """Hold no longer; send what was held in this order, or as it came.

        What the order names twice goes twice, and what it does not name is dropped.
        """
        with self.lock:
            held, self._held = self._held or [], None
            released = list(held if order is None else order)
            for delivery in released:
                self._queue.put(replace(delivery))
            for delivery in held:
                if delivery not in released:
                    self._log(delivery, 0, Answer(0, DeliveryError.DROPPED))

    def wait_for_webhooks(self, timeout: float = 5.0) -> None:
        """Until nothing is on its way or waits for a try; what is held does not count."""
        if not self._queue.wait_until_idle(timeout):
            raise TimeoutError(f"webhooks are still on their way after {timeout:g} s")

    def stop_webhooks(self) -> None:
        """For good: the simulator ends, or the account goes."""
        self._queue.stop()

    # SmartHR is not known to catch up once a webhook is enabled again, so what waits is given up.

    def change_webhook(self, key: str, /, **attributes: object) -> None:
        with self.lock:
            super().change_webhook(key, **attributes)
            if attributes.get("disabled_at") is not None:
                self._give_up(key)

    def delete_webhook(self, key: str, /) -> None:
        with self.lock:
            super().delete_webhook(key)
            self._give_up(key)

    def _give_up(self, webhook: str) -> None:
        for delivery in self._queue.cancel(webhook):
            self._log(delivery, 0, Answer(0, DeliveryError.DISABLED))

    def _dispatch(self, delivery: Delivery) -> None:
        if self.webhook_drops > 0:
            self.webhook_drops -= 1
            self._log(delivery, 0, Answer(0, DeliveryError.DROPPED))
            return
        for _ in range(1 + self.webhook_duplicates):
            each = replace(delivery)
            if self._held is not None:
                self._held.append(each)
            else:
                self._queue.put(each)

    def _deliver(self, delivery: Delivery) -> float | None:
        """One try; the seconds until the next one, if there is to be one."""
        with self.lock:
            webhook = self.webhooks.get(delivery.webhook)
        if webhook is None or webhook.get("disabled_at") is not None:
            self._log(delivery, 0, Answer(0, DeliveryError.DISABLED))
            return None
        delivery.attempts += 1
        answer = post(
            str(webhook.get("url")),
            self._secret_of(webhook),
            padded(delivery.body, self.webhook_padding),
            self.webhook_timeout,
        )
        self._log(delivery, delivery.attempts, answer)
        if answer.is_success:
            return None
        if delivery.attempts < self.webhook_tries:
            return self.webhook_backoff(delivery.attempts)
        self._disable(delivery)
        return None

    def _secret_of(self, webhook: Record) -> object:
        if self.webhook_secret is AUTO:
            return webhook.get("secret_token") or None
        return self.webhook_secret

    def _disable(self, delivery: Delivery) -> None:
        with self.lock:
            # Cancelled: it was disabled while this was on its way, and may be enabled again.
            if delivery.webhook in self.webhooks and not delivery.is_cancelled:
                self.change_webhook(delivery.webhook, disabled_at=self.clock.now())

    def _log(self, delivery: Delivery, attempt: int, answer: Answer) -> None:
        logged = LoggedDelivery(
            time.monotonic(),
            delivery.event,
            delivery.webhook,
            delivery.crews,
            delivery.names,
            attempt,
            answer.status,
            answer.error,
        )
        with self.lock:
            self.deliveries.append(logged)
            if len(self.deliveries) > LOG_LENGTH:
                # A demo may run for weeks.
                del self.deliveries[: LOG_LENGTH // 2]
