"""One try to deliver."""

import time
from typing import NamedTuple

import requests

from simulator.deliveries.delivery import DeliveryError
from simulator.json_text import encode


class Answer(NamedTuple):
    status: int
    error: DeliveryError | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def post(url: str, secret: object, body: bytes, timeout: float) -> Answer:
    started = time.monotonic()
    try:
        status = _status(url, _headers(secret), body, timeout)
    except requests.Timeout:
        return Answer(0, DeliveryError.TIMEOUT)
    except Exception:  # noqa: BLE001 - an address may be anything, and so may what it does
        return Answer(0, DeliveryError.NO_ANSWER)
    # The limits of the connection and of each read may come to more together.
    if time.monotonic() - started > timeout:
        return Answer(0, DeliveryError.TIMEOUT)
    return Answer(status)


def _status(url: str, headers: dict[str, str | bytes], body: bytes, timeout: float) -> int:
    # A connection for each, or a receiver that closes an idle one would look like a failure.
    with requests.Session() as session:
        session.trust_env = False
        # The status is all that counts, so the body of the answer is never read.
        with session.post(
            url, data=body, headers=headers, timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            return response.status_code


def _headers(secret: object) -> dict[str, str | bytes]:
    headers: dict[str, str | bytes] = {
        "Content-Type": "application/json",
        "User-Agent": "SmartHR-simulator",
    }
    if isinstance(secret, str):
        headers["X-SmartHR-Token"] = encode(secret)
    elif isinstance(secret, bytes):
        headers["X-SmartHR-Token"] = secret
    return headers
