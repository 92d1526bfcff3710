"""What the tests of mails about troubles and notices share: companies, hours, beats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.core.mail import EmailMessage

from companies.models import Company
from integrations import tasks
from tests.factories import AdministratorFactory, CompanyFactory, IntegrationFactory

START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)  # 9 o'clock in Japan
Outbox = list[EmailMessage]


def connected(name: str, **values: Any) -> Company:
    company = CompanyFactory(code=name, name=f"{name}株式会社")
    IntegrationFactory(company=company, plan_started_on=START.date(), **values)
    AdministratorFactory(company=company, employee_id=f"{name}-admin", last_name="山田")
    return company


def at(hours: float) -> time_machine.travel:
    return time_machine.travel(START + timedelta(hours=hours), tick=False)


def beat(hours: float) -> None:
    with at(hours):
        tasks.send_health_mails()
