"""What the tests of the log share."""

from __future__ import annotations

from typing import Any

from django.test import Client

from tests.integrations.views.screen import text as text

PAGE = "/webhooks/log/"
RETRY_ALL = f"{PAGE}retry/"


def rows(client: Client, **query: Any) -> list[Any]:
    """The lines of the log, with everything that was ever received."""
    found: list[Any] = client.get(PAGE, {"period": "all", **query}).context["rows"]
    return found


def detail(delivery: Any) -> str:
    return f"{PAGE}{delivery.pk}/"


def retry(delivery: Any) -> str:
    return f"{detail(delivery)}retry/"


def note(reason: str, **values: Any) -> dict[str, Any]:
    return {"reason": str(reason), "detail": values}
