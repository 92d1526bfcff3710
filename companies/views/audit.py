"""監査ログ: who or what changed which record, and the same as a file (X6)."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from companies import audit
from companies.access import administrators_only, not_for_support
from companies.audit_log import COUNTED, PAGE_SIZE, AuditFilter, each_entry, page_of
from companies.audit_rows import CSV_HEADER, audit_rows, csv_rows
from companies.audit_texts import type_choices
from companies.csv_lines import csv_lines
from companies.models import ActorKind, AuditAction, AuditEntry
from companies.requests import SignedInRequest

BESIDE: Final = ("before", "after")


@administrators_only
@require_GET
def log(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    asked = AuditFilter.from_query(request.GET.dict())
    context: dict[str, Any] = {
        "filter": asked,
        "problems": asked.problems,
        "kinds": ActorKind.choices,
        "types": type_choices(),
        "actions": AuditAction.choices,
        "query": _without_place(request),
        "counted": COUNTED,
        "size": PAGE_SIZE,
    }
    if asked.problems:
        return render(request, "companies/audit_log.html", context, status=422)
    before, after = (request.GET.get(name, "") for name in BESIDE)
    page = page_of(company, asked, before=before, after=after)
    rows = audit_rows(company, page.entries)
    context |= {
        "page": page,
        "rows": rows,
        "about": _about(asked, page.entries),
        "shows_badge": any(row.actor.is_linked or row.record.is_linked for row in rows),
    }
    return render(request, "companies/audit_log.html", context)


@administrators_only
@not_for_support
@require_GET
def download(request: SignedInRequest) -> HttpResponseBase:
    """The lines that the filter leaves, the newest first; noted in the log itself."""
    company = request.user.company
    asked = AuditFilter.from_query(request.GET.dict())
    if asked.problems:
        return redirect("audit-log")
    # Without the line about this download.
    rows = asked.entries(company).filter(at__lt=timezone.now())
    label = "監査ログ（条件あり）" if asked.is_narrow else "監査ログ"
    event = audit.Event(AuditAction.DOWNLOADED, "audit_log", None, label, {})
    audit.write_audit(company=company, actor=audit.person(request.user), events=[event])
    response = StreamingHttpResponse(
        csv_lines(CSV_HEADER, csv_rows(each_entry(rows))), content_type="text/csv; charset=utf-8"
    )
    name = f"監査ログ_{timezone.localdate():%Y%m%d}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _about(asked: AuditFilter, entries: Any) -> str:
    """The name of the one record or actor that the page is about."""
    first: AuditEntry | None = entries[0] if entries else None
    if first is None or not (asked.object or asked.actor):
        return ""
    return first.object_label if asked.object else first.actor_label


def _without_place(request: SignedInRequest) -> str:
    """The filter as an address."""
    query = request.GET.copy()
    for name in BESIDE:
        query.pop(name, None)
    return query.urlencode()
