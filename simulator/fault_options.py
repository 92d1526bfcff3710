from collections.abc import Mapping
from typing import TypedDict


class FaultOptions(TypedDict, total=False):
    """What Account.fail takes by keyword; the meanings stand at Fault."""

    method: str | None
    query: Mapping[str, str]
    after: int
    status: int
    reset: int
    seconds: float
    delta: int
    size: int
    location: str
    total: int | None
