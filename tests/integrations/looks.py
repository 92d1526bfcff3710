"""The hourly look at a customer's connection, for tests."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from integrations.choices import WebhookMode
from integrations.models import HealthIssue, SmartHRIntegration
from integrations.services.health_checks import check_company
from integrations.services.webhook_registration import ensure_registered
from tests.integrations.conftest import Customer


def look(customer: Customer) -> dict[str, dict[str, Any]]:
    """The next hourly look; the open issues after it."""
    set_columns(customer, next_health_at=timezone.now())
    check_company(customer.company.pk)
    return issues(customer)


def issues(customer: Customer) -> dict[str, dict[str, Any]]:
    rows = HealthIssue.objects.for_company(customer.company).filter(closed_at=None)
    return {row.cause: row.detail for row in rows}


def set_columns(customer: Customer, **columns: Any) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(**columns)


def make_automatic(customer: Customer) -> Customer:
    """自動同期する, registered, after a first import by a person."""
    set_columns(customer, webhook_mode=WebhookMode.AUTO, people_imported_at=timezone.now())
    ensure_registered(company=customer.company)
    return customer
