"""Telling of deliveries that could not be processed, once and not for each of them (X3, W8)."""

from __future__ import annotations

from django.db.models import Count

from integrations.health_causes import Cause
from integrations.models import HealthIssue
from integrations.services.health import clear_issue, report_issue
from webhooks.models import Delivery


def tell_of_parked() -> None:
    """Of every company: how many there are now, and where there are none any more."""
    failed = Delivery.objects.across_companies().failed()
    rows = failed.values("company_id").annotate(count=Count("pk"))
    counts = dict(rows.values_list("company_id", "count"))
    issues = HealthIssue.objects.across_companies().filter(
        cause=Cause.DELIVERIES_PARKED, closed_at=None
    )
    told = {issue.company_id: issue.detail.get("count") for issue in issues}
    for company_id, count in counts.items():
        if told.get(company_id) != count:
            report_issue(company_id, Cause.DELIVERIES_PARKED, {"count": count})
    for company_id in told.keys() - counts.keys():
        clear_issue(company_id, Cause.DELIVERIES_PARKED)
