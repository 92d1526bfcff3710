"""Webhook受信ログ: every delivery of the company, and each with its people and its tries (W8)."""

from __future__ import annotations

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from companies.access import administrators_only
from companies.models import Company
from companies.requests import SignedInRequest
from integrations.banners import banner_for, situation_of
from webhooks.choices import LogState
from webhooks.log.filters import PERIOD_CHOICES, LogFilter
from webhooks.log.people import crews_of, person_lines, reported
from webhooks.log.rows import log_rows
from webhooks.log.states import EVENT_CHOICES, event_label, state_label, state_of
from webhooks.log.texts import delivery_text
from webhooks.log.tries import newest_tries
from webhooks.log.waits import may_sync, outlook_of
from webhooks.models import Delivery
from webhooks.services.upkeep import KEPT

PAGE_SIZE: Final = 50
REPORTED: Final = "reported"


@administrators_only
@require_GET
def log_page(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    narrowed = LogFilter.from_query(request.GET.dict())
    page = Paginator(narrowed.deliveries(company), PAGE_SIZE).get_page(request.GET.get("page"))
    outlook = outlook_of(company)
    rows = log_rows(list(page.object_list), company, outlook)
    counts = _open_counts(company)
    banner = banner_for(situation_of(request, company), request.path)
    has_any = bool(rows) or Delivery.objects.for_company(company).exists()
    context = {
        "page": page,
        "rows": rows,
        "filter": narrowed,
        "periods": PERIOD_CHOICES,
        "states": LogState.choices,
        "events": EVENT_CHOICES,
        "query": request.GET.urlencode(),
        **counts,
        "failed_label": f"失敗{counts['failed']:,}件",
        "shows_badge": any(person.is_linked for row in rows for person in row.named),
        "has_any": has_any,
        "notice": outlook.notice(
            waiting=counts["waiting"], has_any=has_any, said=banner.text if banner else ""
        ),
        "refusal": outlook.refusal,
        "may_sync": may_sync(outlook),
        "kept_days": KEPT.days,
    }
    return render(request, "webhooks/log.html", context)


@administrators_only
@require_GET
def delivery_page(request: SignedInRequest, pk: int) -> HttpResponse:
    company = request.user.company
    delivery = get_object_or_404(Delivery.objects.for_company(company).defer("crew_ids"), pk=pk)
    outlook = outlook_of(company)
    with_reports = reported(company, delivery).count()
    only_reported = bool(with_reports) and request.GET.get("show") == REPORTED
    crews = reported(company, delivery) if only_reported else crews_of(company, delivery)
    page = Paginator(crews, PAGE_SIZE).get_page(request.GET.get("page"))
    people = person_lines(list(page.object_list), company)
    context: dict[str, Any] = {
        "delivery": delivery,
        "event": event_label(delivery),
        "state": state_of(delivery),
        "state_label": state_label(delivery),
        "text": delivery_text(delivery),
        "next_try": outlook.next_try(delivery),
        "offers_retry": outlook.offers_retry(delivery),
        "refusal": outlook.refusal,
        "may_sync": may_sync(outlook),
        "page": page,
        "people": people,
        "shows_badge": any(person.is_linked for person in people),
        "has_texts": any(person.texts for person in people),
        "with_reports": with_reports,
        "only_reported": only_reported,
        "tries": newest_tries(company, delivery),
    }
    return render(request, "webhooks/delivery.html", context)


def _open_counts(company: Company) -> dict[str, int]:
    """What is not done: waiting, parked, and not to be read."""
    rows = Delivery.objects.for_company(company)
    failed, parked = rows.failed().count(), rows.parked().count()
    return {
        "waiting": rows.pending().count(),
        "parked": parked,
        "unreadable": failed - parked,
        "failed": failed,
    }
