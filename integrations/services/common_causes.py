"""X3: a cause that most companies have is the operator's to put right: its staff is told once."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

from companies.models import Company
from integrations.health_causes import common, is_trouble, shared_cause
from integrations.models import HealthIssue, SmartHRIntegration
from integrations.plan import plan_of
from integrations.services.health import clear_issue, report_issue
from integrations.services.recipients import addresses, operators

LEAST: Final = 3


def note_common_causes() -> set[str]:
    """The causes that are the operator's now; none where nobody of the operator could be told."""
    operator = _operator()
    if operator is None:
        return set()
    found = _common_causes()
    for cause, count in found.items():
        report_issue(operator, common(cause), {"count": count})
    rows = HealthIssue.objects.for_company(operator).filter(closed_at=None)
    for known in rows.values_list("cause", flat=True):
        shared = shared_cause(known)
        if shared is not None and shared not in found:
            clear_issue(operator, known)
    return set(found)


def ended_common_causes() -> dict[str, datetime]:
    """Until when each was common: whoever has it still has to be seen with it afterwards."""
    ended: dict[str, datetime] = {}
    rows = HealthIssue.objects.across_companies().filter(
        company__is_operator=True, closed_at__isnull=False
    )
    for cause, closed_at in rows.order_by("closed_at").values_list("cause", "closed_at"):
        if (shared := shared_cause(cause)) is not None and closed_at is not None:
            ended[shared] = closed_at
    return ended


def _operator() -> Company | None:
    first = Company.objects.filter(is_operator=True).order_by("pk").first()
    return first if first is not None and addresses(operators()) else None


def _common_causes() -> dict[str, int]:
    rows = SmartHRIntegration.objects.across_companies().exclude(subdomain="")
    connected = {
        row.company_id for row in rows.exclude(token_ciphertext="") if plan_of(row).may_process
    }
    companies: dict[str, set[int]] = defaultdict(set)
    issues = HealthIssue.objects.across_companies().filter(closed_at=None, company_id__in=connected)
    for cause, company_id in issues.values_list("cause", "company_id"):
        companies[cause].add(company_id)
    return {
        cause: len(those)
        for cause, those in companies.items()
        if is_trouble(cause) and len(those) >= LEAST and 2 * len(those) > len(connected)
    }
