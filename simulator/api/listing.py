import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from simulator.api.messages import ApiRequest, ApiResponse, json_response
from simulator.errors import BadRequest, FieldError
from simulator.json_text import Record, array

DEFAULT_PER_PAGE = 10
MAX_PER_PAGE = 100


@dataclass(frozen=True)
class Page:
    number: int
    size: int

    @classmethod
    def asked_for(cls, query: Mapping[str, str]) -> "Page":
        number = _whole_number(query, "page", 1)
        size = _whole_number(query, "per_page", DEFAULT_PER_PAGE)
        return cls(max(1, number), min(MAX_PER_PAGE, max(1, size)))

    def cut(self, keys: list[str]) -> list[str]:
        start = (self.number - 1) * self.size
        return keys[start : start + self.size]


def list_response(request: ApiRequest, page: Page, total: int, texts: Iterable[str]) -> ApiResponse:
    headers = {
        "x-total-count": str(total),
        "x-page": str(page.number),
        "x-per-page": str(page.size),
    }
    link = _link(request, page, total)
    if link:
        headers["Link"] = link
    return json_response(array(texts), headers=headers)


def _link(request: ApiRequest, page: Page, total: int) -> str:
    last = max(1, -(-total // page.size))
    targets: dict[str, int] = {}
    if page.number > 1:
        targets |= {"first": 1, "prev": min(page.number - 1, last)}
    if page.number < last:
        targets |= {"next": page.number + 1, "last": last}
    return ", ".join(
        f'<{request.url}?{urlencode({**request.query, "page": number})}>; rel="{rel}"'
        for rel, number in targets.items()
    )


def _whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise BadRequest(errors=[FieldError(f"{name} は整数で指定してください。", None, name)])
    return int(text)


def sorted_keys(
    keys: list[str], sort: str, allowed: frozenset[str], read: Callable[[str], Record]
) -> list[str]:
    """Keys in the order of `sort=a,-b`; nulls last, first when descending, as in PostgreSQL."""
    for part in reversed([part.strip() for part in sort.split(",") if part.strip()]):
        name = part.removeprefix("-")
        if name not in allowed:
            message = f"sort に {name} は指定できません。"
            raise BadRequest(errors=[FieldError(message, None, "sort")])
        keys = sorted(
            keys,
            key=lambda key: _comparable(read(key).get(name)),
            reverse=part.startswith("-"),
        )
    return keys


def _comparable(value: object) -> tuple[int, float, str]:
    # Tests put any type into any field, and a sort must not fail over it.
    if value is None:
        return (2, 0.0, "")
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, value if isinstance(value, str) else json.dumps(value, default=str))
