"""SmartHR at work: people come all the time, and each of them is told of until it is taken."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simulator.account import Account
from tests.webhooks.posts import SECRET

EVENTS = ("crew_created", "crew_updated", "crew_deleted", "crew_imported")
# A new person every so many seconds.
PACE = 0.03


def register(account: Account, url: str) -> None:
    account.add_webhook(
        url=url, secret_token=SECRET, expose_only_id=True, **dict.fromkeys(EVENTS, True)
    )


@contextmanager
def hiring(account: Account) -> Iterator[Callable[[], None]]:
    """Until the end of the block, or what it gives is called. Deliveries that fail come again
    soon, and for ever."""
    account.webhook_tries = 10_000
    account.webhook_backoff = lambda failed: 0.3
    account.webhook_timeout = 10.0
    is_over = threading.Event()

    def hire() -> None:
        while not is_over.wait(PACE):
            account.add_crew()

    thread = threading.Thread(target=hire, daemon=True)
    thread.start()
    try:
        yield is_over.set
    finally:
        is_over.set()
        thread.join()


def accepted(account: Account) -> list[str]:
    """About whom SmartHR knows us to know: the crews of deliveries that got a 2xx."""
    tries = list(account.deliveries)
    return [crew for each in tries if 200 <= each.status < 300 for crew in each.crews]


def answers(account: Account) -> set[int]:
    """All that SmartHR was ever answered; 0 where no answer came."""
    return {each.status for each in list(account.deliveries)}
