"""Requests to SmartHR: paced, limited in time and size, tried again where that can help."""

import json
import math
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
from urllib3.exceptions import HTTPError

from integrations.smarthr.deadline import DeadlineAdapter, Limits
from integrations.smarthr.errors import (
    ConnectionFailed,
    Maintenance,
    RateLimited,
    RetryLater,
    TokenRejected,
    UnexpectedAnswer,
)
from integrations.smarthr.haste import Haste
from integrations.smarthr.pacer import LONGEST_INLINE_WAIT, Pacer, rate_limits

_TIMEOUTS: Final = (5.0, 30.0)  # connect, each read
_BODY_LIMIT: Final = 32 * 1024 * 1024  # after decompression
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)  # between five tries
_PATIENCE: Final = 60.0  # no new try of the same request after this many seconds
_SENDABLE = re.compile(r"[\x21-\x7e]+")
# Sent twice, they would do twice what they do; whether the first one arrived is not known.
_NOT_REPEATED: Final = frozenset({"POST"})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)  # names, birth dates
    read_at: datetime


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        # Even with allow_redirects=False, requests would read a redirect's body without limit
        # and parse its Location.
        return None


class Transport:
    """One keep-alive session. Threads may share it: the connection pool locks itself, and with
    cookies refused a request changes nothing else in the session."""

    def __init__(
        self,
        *,
        token: str,
        pacer: Pacer,
        on_request: Callable[[], None],
        sleep: Callable[[float], None],
        haste: Haste | None = None,
    ) -> None:
        self._pacer = pacer
        self._on_request = on_request
        self._sleep = sleep
        self._haste = haste
        # Monotonic; nothing is waited for any longer.
        self._ends_at = math.inf if haste is None else time.monotonic() + haste.total
        # Anything else fails inside http.client, with the token in the error's text.
        self._is_token_sendable = _SENDABLE.fullmatch(token) is not None
        limits = Limits() if haste is None else Limits(haste.answer, self._ends_at)
        self._session = _new_session(token if self._is_token_sendable else "", limits)

    def get(self, url: str, params: Mapping[str, str]) -> Answer:
        """The first answer that another try could not better: 200, 3xx or 4xx."""
        return self._request("GET", url, params=params)

    def send(self, method: str, url: str, payload: Mapping[str, object] | None = None) -> Answer:
        """The same for a request that writes; a payload goes as JSON, and into no error.

        A POST that got no whole answer is not tried again: it may have been carried out.
        """
        if payload is None:
            return self._request(method, url)
        body = json.dumps(payload).encode()
        return self._request(method, url, data=body, headers={"Content-Type": "application/json"})

    def close(self) -> None:
        self._session.close()

    def _request(self, method: str, url: str, **content: Any) -> Answer:
        if not self._is_token_sendable:
            raise TokenRejected
        patient_until = time.monotonic() + _PATIENCE
        for pause in (*self._pauses(), None):
            try:
                return self._attempt(method, url, content)
            except RetryLater as failure:
                if pause is None or time.monotonic() > patient_until:
                    raise
                if isinstance(failure, ConnectionFailed) and method in _NOT_REPEATED:
                    raise
                self._wait_after(failure, pause)
        raise AssertionError("unreachable")

    def _pauses(self) -> tuple[float, ...]:
        return _PAUSES if self._haste is None else self._haste.pauses

    def _wait_after(self, failure: RetryLater, pause: float) -> None:
        """Sleeps before the next try; raises the failure where that would take too long."""
        longest = LONGEST_INLINE_WAIT if self._haste is None else self._haste.longest_wait
        wait = failure.wait or _jittered(pause)
        is_long = failure.wait is not None and failure.wait > longest
        if is_long or time.monotonic() + wait > self._ends_at:
            raise failure
        self._sleep(wait)

    def _timeouts(self) -> tuple[float, float]:
        """For connecting, and for each read."""
        if self._haste is None:
            return _TIMEOUTS
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise ConnectionFailed("no time left")
        return min(self._haste.connect, left), min(self._haste.answer, left)

    def _attempt(self, method: str, url: str, content: Mapping[str, Any]) -> Answer:
        self._pacer.wait_turn()
        timeouts = self._timeouts()
        self._on_request()
        read_at = datetime.now(UTC)
        try:
            with self._session.request(
                method, url, **content, stream=True, allow_redirects=False, timeout=timeouts
            ) as response:
                self._take_note(response)
                body = _read_body(response)
        except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
            # Not chained: their texts may quote headers, addresses and bytes of the answer.
            raise ConnectionFailed(type(error).__name__) from None
        return Answer(response.status_code, response.headers, body, read_at)

    def _take_note(self, response: requests.Response) -> None:
        """Errors that say all by their status; bodies of those are not even read."""
        status = response.status_code
        limits = rate_limits(status, response.headers)
        self._pacer.saw(limits)
        if status == 429:
            raise RateLimited(limits.reset)
        if status == 503:  # in maintenance every call answers so
            raise Maintenance
        if status >= 500:
            raise ConnectionFailed(f"HTTP {status}")
        if status == 401:
            raise TokenRejected


def _new_session(token: str, limits: Limits) -> requests.Session:
    session = _Session()
    session.trust_env = False  # no proxies, no .netrc
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update(
        {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
        }
    )
    for scheme in ("https://", "http://"):
        session.mount(scheme, DeadlineAdapter(limits))
    return session


def _jittered(pause: float) -> float:
    return pause * random.uniform(0.8, 1.2)  # noqa: S311  # spreads load, keeps no secret


def _read_body(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > _BODY_LIMIT:
            raise UnexpectedAnswer(f"body over {_BODY_LIMIT} bytes")
    return bytes(body)
