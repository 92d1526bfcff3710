"""Celery's worker and beat as threads of this process, for the in-process broker."""

import threading
import time
from typing import Any

from celery import Celery
from celery.beat import EmbeddedService

STOP_SECONDS = 10
# One process for all: enough threads that syncs do not keep deliveries waiting.
THREADS = 4
QUEUES = ("syncs", "webhooks")


class BackgroundWork:
    def __init__(self, app: Celery, *, threads: int = THREADS) -> None:
        # Gossip, mingle and heartbeats speak to other workers, and there are none.
        self._worker: Any = app.WorkController(
            pool_cls="threads",
            concurrency=threads,
            queues=QUEUES,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        self._beat: Any = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
        self._thread = threading.Thread(target=self._worker.start, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._beat.start()

    def stop(self) -> bool:
        """Lets running tasks end; False when one did not in time (its row says where it was)."""
        stopping = threading.Thread(target=self._stop, name="stop", daemon=True)
        stopping.start()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in (stopping, self._thread):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not (stopping.is_alive() or self._thread.is_alive())

    def _stop(self) -> None:
        self._beat.stop()
        self._worker.stop()
