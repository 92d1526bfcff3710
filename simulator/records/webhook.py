"""Webhook registrations: their JSON and the checks of what is written."""

import re
from urllib.parse import urlsplit

from simulator.errors import invalid
from simulator.json_text import Record

EVENTS = tuple(
    f"{subject}_{event}"
    for subject in ("crew", "dependent")
    for event in ("created", "updated", "deleted", "imported")
)
FLAGS = (*EVENTS, "expose_only_id")
ACCESS_TYPES = frozenset(("read_and_update", "hidden", "read_and_update_only_origin"))
DEFAULTS: Record = {
    "url": None,
    "description": None,
    **dict.fromkeys(FLAGS, False),
    "secret_token": None,
    "disabled_at": None,
    "access_type": "read_and_update",
    # The token that registered it; access_type may reserve the webhook for it.
    "origin": None,
}
NEVER_SENT = frozenset(("secret_token", "origin"))
TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?")


def webhook_body(record: Record) -> Record:
    body = DEFAULTS | record
    return {name: value for name, value in body.items() if name not in NEVER_SENT}


def webhook_changes(payload: Record) -> Record:
    """Checked attributes of a request body; unknown and read-only keys are ignored."""
    changes = {
        name: value for name, value in payload.items() if name in DEFAULTS and name != "origin"
    }
    for name, value in changes.items():
        if not _is_valid(name, value):
            raise invalid("Webhook", name, f"{name} の値が正しくありません。")
    return changes


def _is_valid(name: str, value: object) -> bool:
    if name in FLAGS:
        return isinstance(value, bool)
    if name == "url":
        return isinstance(value, str) and _is_web_address(value)
    if name == "access_type":
        return value in ACCESS_TYPES
    if name == "disabled_at" and isinstance(value, str):
        return TIME.fullmatch(value) is not None
    return value is None or isinstance(value, str)


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
