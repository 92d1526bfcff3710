"""What stands in a delivery."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from simulator.clock import JAPAN
from simulator.json_text import Record, array, dumps, encode, with_raw_members


def event_body(event: str, sender: str, subject: Mapping[str, str]) -> bytes:
    """The envelope; the sender and the values of `subject` are JSON text already."""
    moment = datetime.now(JAPAN).isoformat(timespec="milliseconds")
    head = {"event": event, "triggered_at": moment}
    return encode(with_raw_members(head, {"sender": sender, **subject}))


def import_result(created: Iterable[str], updated: Iterable[str]) -> str:
    return with_raw_members({}, {"created_crews": array(created), "updated_crews": array(updated)})


def id_text(crew: Record) -> str:
    return dumps({"id": crew["id"]})


def padded(body: bytes, size: int) -> bytes:
    """At the front, so that whoever reads only the beginning finds nothing."""
    return body[:1] + b" " * size + body[1:]
