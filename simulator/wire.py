"""A small threaded HTTP/1.1 server for WSGI.

Neither waitress nor werkzeug's server fits: the one cannot cut a body or drop a connection on
purpose, the other closes every connection, which would hide a client that does not reuse its own.
"""

import io
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import StartResponse, WSGIApplication

WIRE_KEY = "simulator.wire"
HOLDER_KEY = "simulator.wire_holder"


@dataclass(frozen=True)
class Wire:
    """How the bytes of one response leave, where that is not simply all at once."""

    is_dropped: bool = False
    # Send only this share of the body under the full Content-Length, then close.
    cut_to: float | None = None
    drip_chunk: int | None = None
    drip_pause: float = 0.0
    # A body too large to hold, with its length.
    stream: Callable[[], Iterator[bytes]] | None = None
    stream_length: int = 0


PLAIN = Wire()


class WireServer(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        application: WSGIApplication,
        listening: socket.socket | None,
    ) -> None:
        self.application = application
        self.stopping = threading.Event()
        self.connections_made = 0
        self._connections: set[socket.socket] = set()
        super().__init__(address, WireHandler, bind_and_activate=listening is None)
        if listening is not None:
            self.socket.close()
            self.socket = listening
            self.server_address = listening.getsockname()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        serve = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="simulator", daemon=True
        )
        serve.start()

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
        # Clients keep connections open; without this they would talk to a dead simulator.
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.connections_made += 1
        return True

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            self._connections.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up in the middle is daily business here.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class WireHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SmartHR-simulator"
    sys_version = ""
    # Headers and body leave in one write and at once: no 40 ms of Nagle against delayed ACK.
    disable_nagle_algorithm = True
    server: WireServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base says so
        """The account keeps its own log."""

    def serve(self) -> None:
        length = self._body_length()
        if length is None:
            self.send_error(411)
            self.close_connection = True
            return
        # Always read the body, or its bytes would be taken for the next request line.
        environ = self._environ(self.rfile.read(length), length)
        response = _Captured()
        result = self.server.application(environ, response.start)
        body = b"".join(result)
        close: Callable[[], None] | None = getattr(result, "close", None)
        if close is not None:
            close()
        self._send(response, body, environ[HOLDER_KEY].get(WIRE_KEY, PLAIN))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def _body_length(self) -> int | None:
        text = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not text.isdecimal():
            return None
        return int(text)

    def _environ(self, body: bytes, length: int) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            HOLDER_KEY: {},
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def _send(self, response: "_Captured", body: bytes, wire: Wire) -> None:
        if wire.is_dropped:
            self.close_connection = True
            return
        head = self._head(response, wire.stream_length if wire.stream else len(body), wire)
        if self.command == "HEAD":
            body = b""
        elif wire.cut_to is not None:
            body = body[: int(len(body) * wire.cut_to)]
            self.close_connection = True
        if wire.stream is not None or wire.drip_chunk is not None:
            self.wfile.write(head)
            self._write_slowly(_pieces(body, wire), wire.drip_pause)
        else:
            self.wfile.write(head + body)

    def _head(self, response: "_Captured", length: int, wire: Wire) -> bytes:
        lines = [
            f"HTTP/1.1 {response.status} {response.reason}",
            f"Server: {self.server_version}",
            f"Date: {self.date_time_string()}",
        ]
        lines += [
            f"{name}: {value}"
            for name, value in response.headers
            if name.lower() not in {"content-length", "date", "server"}
        ]
        if response.status not in {204, 304}:
            lines.append(f"Content-Length: {length}")
        if wire.cut_to is not None:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _write_slowly(self, pieces: Iterable[bytes], pause: float) -> None:
        for piece in pieces:
            self.wfile.write(piece)
            if self.server.stopping.wait(pause) if pause else self.server.stopping.is_set():
                self.close_connection = True
                return


class _Captured:
    """Stands in for WSGI's start_response."""

    def __init__(self) -> None:
        self.status = 500
        self.reason = ""
        self.headers: list[tuple[str, str]] = []

    @property
    def start(self) -> StartResponse:
        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            code, _, self.reason = status.partition(" ")
            self.status, self.headers = int(code), headers
            return lambda data: None

        return start_response


def _pieces(body: bytes, wire: Wire) -> Iterator[bytes]:
    if wire.stream is not None:
        yield from wire.stream()
    elif wire.drip_chunk is not None:
        for start in range(0, len(body), wire.drip_chunk):
            yield body[start : start + wire.drip_chunk]
