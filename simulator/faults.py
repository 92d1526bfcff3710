"""Faults that a test orders: which request they hit, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from simulator.api.messages import ApiRequest


class FaultKind(StrEnum):
    HTML_200 = "html200"
    NULL_200 = "null200"
    OBJECT_200 = "object200"
    EMPTY_LIST_200 = "empty_list200"
    BAD_JSON = "bad_json"
    NOT_FOUND_HTML = "not_found_html"
    REDIRECT = "redirect"
    STATUS = "status"
    TOO_MANY = "too_many"
    MAINTENANCE = "maintenance"
    IP_NOT_PERMITTED = "ip_not_permitted"
    INACTIVE = "inactive"
    CUT_BODY = "cut_body"
    DROP_CONNECTION = "drop_connection"
    SLOW = "slow"
    DRIP = "drip"
    HUGE_BODY = "huge_body"
    WRONG_TOTAL = "wrong_total"
    MISSING_TOTAL = "missing_total"


@dataclass
class Fault:
    kind: FaultKind
    # Below the API root, "*" as in file names: "/crews", "/crews/*"; None is every path.
    path: str | None = None
    method: str | None = None
    page: int | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    # How many requests it hits; None is every one until it is cancelled.
    times: int | None = 1
    # How many matching requests pass unharmed before the first hit.
    after: int = 0
    status: int = 500
    reset: int = 1
    seconds: float = 1.0
    delta: int = 1
    size: int = 50_000_000
    location: str = "https://example.com/login"
    # x-total-count of an empty list: a number, or None for the true count.
    total: int | None = 0
    hits: int = 0

    def matches(self, request: ApiRequest) -> bool:
        if self.path is not None and not fnmatchcase(request.path, self.path):
            return False
        if self.method is not None and request.method != self.method.upper():
            return False
        if self.page is not None and request.query.get("page", "1") != str(self.page):
            return False
        return all(request.query.get(name) == value for name, value in self.query.items())

    @property
    def is_spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    def cancel(self) -> None:
        self.times = 0


class FaultQueue:
    """Of the faults that match a request the oldest one hits it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        for fault in self._faults:
            fault.cancel()
        self._faults.clear()

    def take(self, request: ApiRequest) -> Fault | None:
        for fault in self._faults:
            if fault.is_spent or not fault.matches(request):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.hits += 1
            return fault
        return None
