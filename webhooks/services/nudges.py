"""Telling a worker that something has come, without making the sender wait for the broker.

A thread of each process does it: it gathers for a moment, so that a burst is one message, and
whatever goes wrong costs nobody anything, for the sweep finds the rows (W5).
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from celery import current_app

log = logging.getLogger(__name__)

GATHER: Final = 0.2
PAUSE_AFTER_FAILURE: Final = 5.0
# A message that lay longer than this says nothing that the sweep has not said since.
EXPIRES: Final = 60.0
TASK: Final = "webhooks.process_company"


class Nudges:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: set[int] = set()
        self._something = threading.Event()
        self._thread: threading.Thread | None = None

    def ask(self, company_id: int) -> None:
        with self._lock:
            self._wanted.add(company_id)
            if self._thread is None or not self._thread.is_alive():  # also after a fork
                self._thread = threading.Thread(target=self._run, name="nudges", daemon=True)
                self._thread.start()
        self._something.set()

    def _run(self) -> None:
        while True:
            self._something.wait()
            time.sleep(GATHER)
            self._something.clear()
            with self._lock:
                companies, self._wanted = self._wanted, set()
            try:
                for company_id in companies:
                    current_app.send_task(TASK, args=[company_id], expires=EXPIRES, retry=False)
            except Exception as error:  # noqa: BLE001 - the broker's, whatever it is
                # The class only: the text may carry an address with a password.
                log.warning("no worker could be told (%s)", type(error).__name__)
                time.sleep(PAUSE_AFTER_FAILURE)


nudge = Nudges().ask
