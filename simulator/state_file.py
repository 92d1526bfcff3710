"""Keeps the accounts' records in a file, so that a demo survives a restart."""

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from simulator.account import Account
from simulator.json_text import Record

KINDS = ("crews", "departments", "webhooks")
QUIET_SECONDS = 0.5


class StateFile:
    """Saves shortly after a change, not at each of them, and once more when closed."""

    def __init__(self, path: Path, accounts: Mapping[str, Account]) -> None:
        self._path = path
        self._accounts = accounts
        self._saving = threading.Lock()
        self._changed = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulator-state", daemon=True)

    def restore(self) -> bool:
        """Fill the accounts from the file; False when there is none that can be read."""
        try:
            state = json.loads(self._path.read_text(encoding="utf-8"))
            for subdomain, account in self._accounts.items():
                _restore_account(account, state["accounts"][subdomain])
        except FileNotFoundError:
            return False
        except (ValueError, KeyError, TypeError, AttributeError):
            # Kept aside rather than written over: somebody may want to look at it.
            self._path.replace(self._path.with_suffix(".broken"))
            return False
        return True

    def start(self) -> None:
        for account in self._accounts.values():
            account.on_change = self._changed.set
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._changed.set()
        self._thread.join()
        self.save()

    def save(self) -> None:
        with self._saving:
            state = {"accounts": {name: _state_of(a) for name, a in self._accounts.items()}}
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            # Webhook secrets are in it.
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(state, file, default=lambda _: None)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)

    def _run(self) -> None:
        while not self._closed.is_set():
            self._changed.wait()
            self._closed.wait(QUIET_SECONDS)
            self._changed.clear()
            if not self._closed.is_set():
                self.save()


def _state_of(account: Account) -> Record:
    # Records are replaced, never changed in place, so a shallow copy is a snapshot.
    with account.lock:
        state: Record = {kind: dict(getattr(account, kind)) for kind in KINDS}
        return state | {"made": account.made}


def _restore_account(account: Account, state: Record) -> None:
    with account.lock:
        kinds = {kind: dict(state[kind]) for kind in KINDS}  # type: ignore[call-overload]
        for kind, records in kinds.items():
            getattr(account, kind).clear()
            getattr(account, kind).update(records)
        account.made = int(str(state["made"]))
        account.touched(departments=True)
