"""What the operator's tests do and read again and again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from companies.audit import Actor
from companies.models import ActorKind, AuditEntry, Company

REASON = "問い合わせ0123の調査のため"
SUPPORT = Actor(ActorKind.SUPPORT, "サポート 支援 太郎（ops-01）", 1)


def audit_of(company: Company) -> list[AuditEntry]:
    return list(AuditEntry.objects.for_company(company).order_by("pk"))


def lines_of(company: Company) -> list[tuple[str, str, str, str]]:
    return [
        (entry.actor_kind, entry.actor_label, entry.object_label, entry.reason)
        for entry in audit_of(company)
    ]


def days_ago(number: int) -> date:
    return timezone.localdate() - timedelta(days=number)


def end_contract(company: Company, days: int) -> Company:
    company.contract_ended_on = days_ago(days)
    company.save(update_fields=["contract_ended_on"])
    return company


def path(company: Company, rest: str = "") -> str:
    return f"/operator/companies/{company.pk}/{rest}"


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text
