"""What SmartHR sends, and how the tests send it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from tests.integrations.conftest import Answer, Customer, run_command
from webhooks.models import Delivery

SECRET = "a-secret-that-only-smarthr-knows"
HEADER = "X-SmartHR-Token"


def body(event: str, *crews: str | UUID) -> dict[str, Any]:
    """As with `expose_only_id`."""
    named = [{"id": str(crew)} for crew in crews]
    about: dict[str, Any] = {"crew": named[0]} if named else {}
    if event == "crew_imported":
        about = {"crew_import_result": {"created_crews": [], "updated_crews": named}}
    return {"event": event, "triggered_at": "2026-04-01T01:00:02.000+09:00", **about}


def address(customer: Customer) -> str:
    return f"/webhooks/smarthr/{customer.integration.webhook_public_id}/"


def send(
    customer: Customer, event: str = "crew_updated", *crews: str | UUID, secret: str = SECRET
) -> int:
    """The status that SmartHR sees."""
    crews = crews or (uuid4(),)
    return send_bytes(customer, json.dumps(body(event, *crews)).encode(), secret=secret)


def send_bytes(customer: Customer, content: bytes, *, secret: str = SECRET) -> int:
    response = Client().post(
        address(customer), content, content_type="application/json", headers={HEADER: secret}
    )
    return int(response.status_code)


def processed(customer: Customer) -> Answer:
    return run_command("process_webhooks", company=customer.company.code)


def counts(**values: int) -> dict[str, int]:
    return {"processed": 0, "ignored": 0, "failed": 0, "pending": 0, **values}


def counted(answer: Answer) -> dict[str, int]:
    return {name: answer[name] for name in counts()}


def deliveries(customer: Customer) -> list[Delivery]:
    return list(Delivery.objects.for_company(customer.company).order_by("received_at", "pk"))


def stored(customer: Customer) -> list[tuple[str, str, str]]:
    """Event, status and reason of each, by receipt."""
    return [(row.event, row.status, row.reason) for row in deliveries(customer)]
