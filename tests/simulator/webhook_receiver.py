"""Somebody who takes webhooks: a small HTTP server in this process."""

import json
import threading
import time
from collections import deque
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple

from simulator.account import Account
from simulator.deliveries.delivery import DeliveryError

CREW_EVENTS = ("crew_created", "crew_updated", "crew_deleted", "crew_imported")
# Nobody listens there.
DEAD = "http://127.0.0.1:9/"


def listen(account: Account, url: str, **attributes: object) -> str:
    return account.add_webhook(**({"url": url} | dict.fromkeys(CREW_EVENTS, True) | attributes))


def outcomes(account: Account) -> list[tuple[str, int, int, DeliveryError | None]]:
    return [(d.event, d.attempt, d.status, d.error) for d in account.deliveries]


class Received(NamedTuple):
    path: str
    headers: Message
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)


class WebhookReceiver:
    def __init__(self) -> None:
        self.received: list[Received] = []
        # The coming answers; 204 after them.
        self.statuses: deque[int] = deque()
        self.answers_after = 0.0
        self.most_at_once = 0
        self._at_once = 0
        self._counting = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def contents(self) -> list[Any]:
        return [received.content for received in self.received]

    @property
    def events(self) -> list[str]:
        return [content["event"] for content in self.contents]

    @property
    def crews(self) -> list[str]:
        return [content["crew"]["id"] for content in self.contents]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver._take(Received(self.path, self.headers, body))
                self.send_response(status)
                self.send_header("Location", receiver.url + "elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
                receiver._leave()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nobody reads it."""

        return Handler

    def _take(self, received: Received) -> int:
        with self._counting:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self.received.append(received)
            status = self.statuses.popleft() if self.statuses else 204
        time.sleep(self.answers_after)
        return status

    def _leave(self) -> None:
        with self._counting:
            self._at_once -= 1

    def __enter__(self) -> "WebhookReceiver":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def told(account: Account, receiver: WebhookReceiver) -> list[Any]:
    """What has come since the last look."""
    account.wait_for_webhooks()
    contents = receiver.contents
    receiver.received.clear()
    return contents
