"""An HTTP adapter whose answers end: a time-out per read alone never stops a dripping server."""

import io
import time
from http.client import HTTPResponse, IncompleteRead
from socket import socket
from typing import Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

# For one whole answer, from its first header to the last byte of its body.
ANSWER_DEADLINE: Final = 60.0


class _TimedReads(io.RawIOBase):
    """Gives every read what is left until the deadline, at most the read time-out."""

    def __init__(self, raw: io.RawIOBase, sock: socket, ends_at: float) -> None:
        self._raw = raw
        self._sock = sock
        self._longest = sock.gettimeout()
        self._ends_at = ends_at
        self.is_at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]  # typeshed's private WriteableBuffer
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("answer over its deadline")
        self._sock.settimeout(left if self._longest is None else min(left, self._longest))
        count = self._raw.readinto(buffer)
        self.is_at_end = count == 0
        return count

    def close(self) -> None:
        # The raw file holds the socket open for http.client after "Connection: close".
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket, *args: object, **kwargs: object) -> None:
        super().__init__(sock, *args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        self._timed = _TimedReads(self.fp.detach(), sock, time.monotonic() + ANSWER_DEADLINE)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        super().begin()
        if self._timed.is_at_end:
            # http.client takes the end of the stream for the end of the headers, and then of an
            # empty body.
            raise IncompleteRead(b"")


class _Http(HTTPConnection):
    response_class = _TimedResponse


class _Https(HTTPSConnection):
    response_class = _TimedResponse


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class DeadlineAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]  # as they came
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
