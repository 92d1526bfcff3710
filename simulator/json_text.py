import json
from collections.abc import Iterable, Mapping

# Values come from tests and may be of any shape, on purpose.
Record = dict[str, object]


def dumps(value: object) -> str:
    # OMIT and other foreign objects inside a value become null instead of failing a whole page.
    return json.dumps(value, ensure_ascii=False, default=lambda _: None)


def encode(text: str) -> bytes:
    # A lone surrogate cannot be UTF-8; Python's backslash escape for it is JSON's own escape.
    return text.encode("utf-8", "backslashreplace")


def with_raw_members(body: Mapping[str, object], raw: Mapping[str, str]) -> str:
    """Object text of `body` plus members whose JSON text is built already.

    Deep parents are spliced in as text because json.dumps recurses and gives up near 1,000 levels.
    """
    members = [f"{dumps(key)}: {text}" for key, text in raw.items()]
    if body:
        members.insert(0, dumps(body)[1:-1])
    return "{" + ", ".join(members) + "}"


def array(texts: Iterable[str]) -> str:
    return "[" + ",".join(texts) + "]"
