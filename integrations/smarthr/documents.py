"""Bytes of a body to JSON values, however deep, odd or broken they are."""

import json
import re
from collections.abc import Iterator
from typing import TypeAlias

import ijson  # type: ignore[import-untyped]  # ijson carries no types
import ijson.backends.python  # type: ignore[import-untyped]  # as above
from ijson.common import JSONError  # type: ignore[import-untyped]  # as above

from integrations.smarthr.errors import UnexpectedAnswer

JsonObject: TypeAlias = dict[str, object]

# Where a body is too deep to be read whole, containers below these levels are left out: list,
# crew, departments and department are needed.
_KEPT_LEVELS = 4
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(body: bytes) -> object:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnexpectedAnswer("not UTF-8") from None
    try:
        return json.loads(text)
    except RecursionError:
        return _read_shallow(body)
    except ValueError:  # also an integer of thousands of digits
        raise UnexpectedAnswer("not JSON") from None


def read_object(body: bytes) -> JsonObject:
    document = read_json(body)
    if not isinstance(document, dict):
        raise UnexpectedAnswer("not a JSON object")
    return document


def read_objects(body: bytes) -> list[JsonObject]:
    """Lists are bare arrays, errors are objects: the type tells them apart."""
    document = read_json(body)
    if not isinstance(document, list):
        raise UnexpectedAnswer("not a JSON array")
    if not all(isinstance(element, dict) for element in document):
        raise UnexpectedAnswer("an element of the list is not an object")
    return document


def _read_shallow(body: bytes) -> object:
    """`parent` nests to the root of the tree, deeper than json can follow."""
    try:
        return _build(_events(body))
    except (JSONError, ValueError):
        raise UnexpectedAnswer("not JSON") from None


def _events(body: bytes) -> Iterator[tuple[str, object]]:
    # The C back end is ten times faster, but turns lone surrogates into question marks.
    backend = ijson.backends.python if _SURROGATE_ESCAPE.search(body) else ijson
    events: Iterator[tuple[str, object]] = backend.basic_parse(body, use_float=True)
    return events


def _build(events: Iterator[tuple[str, object]]) -> object:
    root: list[object] = []
    stack: list[JsonObject | list[object]] = [root]
    keys: list[str] = [""]
    depth = 0
    for event, value in events:
        if event in ("end_map", "end_array"):
            depth -= 1
            if depth < _KEPT_LEVELS:
                stack.pop()
                keys.pop()
        elif event in ("start_map", "start_array"):
            if depth < _KEPT_LEVELS:
                opened: JsonObject | list[object] = {} if event == "start_map" else []
                _put(stack[-1], keys[-1], opened)
                stack.append(opened)
                keys.append("")
            depth += 1
        elif depth <= _KEPT_LEVELS:
            if event == "map_key":
                keys[-1] = str(value)
            else:
                _put(stack[-1], keys[-1], value)
    return root[0]


def _put(container: JsonObject | list[object], key: str, value: object) -> None:
    if isinstance(container, dict):
        container[key] = value
    else:
        container.append(value)
