"""An HTTP adapter whose answers end: a time-out per read alone never stops a dripping server."""

import io
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.client import HTTPResponse, IncompleteRead
from typing import ClassVar, Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

# For one whole answer, from its first header to the last byte of its body.
ANSWER_DEADLINE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one client's answers."""

    answer: float | None = None  # seconds for one whole answer; None: ANSWER_DEADLINE
    ends_at: float | None = None  # monotonic; no answer is waited for any longer

    def end_of_answer(self) -> float:
        """Of one whose request was sent now."""
        ends_at = time.monotonic() + (ANSWER_DEADLINE if self.answer is None else self.answer)
        return ends_at if self.ends_at is None else min(ends_at, self.ends_at)


class _TimedReads(io.RawIOBase):
    """Gives every read what is left until the deadline, at most the read time-out."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, ends_at: float) -> None:
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
    def __init__(
        self, sock: socket.socket, *args: object, limits: Limits, **kwargs: object
    ) -> None:
        super().__init__(sock, *args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        self._timed = _TimedReads(self.fp.detach(), sock, limits.end_of_answer())
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        super().begin()
        if self._timed.is_at_end:
            # http.client takes the end of the stream for the end of the headers, and then of an
            # empty body.
            raise IncompleteRead(b"")


class _Timed(HTTPConnection):
    limits: ClassVar[Limits]

    @property
    def response_class(self) -> Callable[..., HTTPResponse]:  # type: ignore[override]  # a class or what makes one
        return partial(_TimedResponse, limits=self.limits)

    def _new_conn(self) -> socket.socket:
        """Of a host with many addresses each would get the whole time-out."""
        if self.limits.ends_at is None:
            return super()._new_conn()
        failure = OSError("no address")
        for *_, address in socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM):
            left = self.limits.ends_at - time.monotonic()
            if left <= 0:
                raise TimeoutError("connection over its deadline")
            longest = self.timeout if isinstance(self.timeout, int | float) else left
            try:
                return create_connection(
                    (str(address[0]), self.port),
                    min(left, longest),
                    socket_options=self.socket_options,
                )
            except OSError as error:
                failure = error
        raise failure


class DeadlineAdapter(HTTPAdapter):
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        super().__init__()

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]  # as they came
        of_client = self._limits

        class Http(_Timed):
            limits = of_client

        class Https(_Timed, HTTPSConnection):
            limits = of_client

        class HttpPool(HTTPConnectionPool):
            ConnectionCls = Http

        class HttpsPool(HTTPSConnectionPool):
            ConnectionCls = Https

        self.poolmanager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
