"""Reading the body of a delivery from the server's stream, past Django's limits (W5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

LARGEST_BODY: Final = 5 * 1024 * 1024
# A sender that goes on and on is left to the server.
MOST_DRAINED: Final = 64 * 1024 * 1024
_CHUNK: Final = 64 * 1024


class Truncated(Exception):
    """The sender was gone before the end: nobody waits for an answer, and it will be sent again."""


def read_body(environ: Mapping[str, Any]) -> bytes | None:
    """The body, with or without a Content-Length; None for one that is too large.

    Raises Truncated.
    """
    stream = environ["wsgi.input"]
    length = _content_length(environ)
    if length is None and not environ.get("wsgi.input_terminated"):
        return b""  # a server that does not say where the body ends gives none to read
    body, read = bytearray(), 0
    while read < MOST_DRAINED and (length is None or read < length):
        chunk = _read(stream, _CHUNK if length is None else min(_CHUNK, length - read))
        if not chunk:
            break
        read += len(chunk)
        if read <= LARGEST_BODY:
            body += chunk
    if read > LARGEST_BODY:
        return None
    if length is not None and read < length:
        raise Truncated
    return bytes(body)


def _read(stream: Any, size: int) -> bytes:
    try:
        chunk: bytes = stream.read(size)
    except Exception as error:  # servers have errors of their own for a broken body
        raise Truncated from error
    return chunk


def _content_length(environ: Mapping[str, Any]) -> int | None:
    text = str(environ.get("CONTENT_LENGTH") or "")
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        return None
    return int(text)
