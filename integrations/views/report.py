"""The report of a run: one tab, narrowed, one page of it; and the same as a file."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from companies import audit
from companies.access import administrators_only, not_for_support
from companies.models import AuditAction
from companies.requests import SignedInRequest
from integrations import report, report_csv
from integrations.choices import RunKind
from integrations.forms import slot_label
from integrations.models import SmartHRIntegration, SyncRun
from integrations.record_links import smarthr_site
from integrations.report_filters import BY_REASON, ReportFilter, reason_choices
from integrations.services.snapshot import PREVIEWED_SLOT

PAGE_SIZE = 50
EVERYTHING = "all"


def report_context(
    request: SignedInRequest, run: SyncRun, integration: SmartHRIntegration
) -> dict[str, Any]:
    """The chosen tab of the report, as far as it was narrowed, one page of it."""
    tabs = report.tabs_of(run)
    tab = report.chosen_tab(request.GET.get("tab"), tabs)
    narrowed = ReportFilter.from_query(request.GET.dict(), tab.key)
    page = Paginator(narrowed.records(run), PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "tabs": tabs,
        "tab": tab,
        "has_report": any(entry.count for entry in tabs),
        "filter": narrowed,
        "reasons": reason_choices(run) if tab.key == BY_REASON else [],
        "reason_head": "理由" if run.kind == RunKind.PREVIEW else "起きたこと",
        "page": page,
        "rows": page.object_list,
        "site": smarthr_site(integration),
        **_of_preview(run, tabs),
    }


def _of_preview(run: SyncRun, tabs: list[report.Tab]) -> dict[str, Any]:
    if run.kind != RunKind.PREVIEW:
        return {}
    found = {tab.key: tab for tab in tabs}
    asks_about_slot = PREVIEWED_SLOT in run.options
    slot = slot_label(run.options[PREVIEWED_SLOT]) if asks_about_slot else ""
    return {"moved": found.get("moved"), "asked": found.get("asked"), "asked_slot": slot}


@administrators_only
@not_for_support
@require_GET
def download(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """結果をダウンロード: all records of a run or those of one tab; noted in the audit log (X6)."""
    run: SyncRun = get_object_or_404(SyncRun.objects.for_company(request.user.company), pk=pk)
    tab = request.GET.get("tab") or EVERYTHING
    if run.is_active or tab not in {EVERYTHING, *report.RECORD_TABS}:
        raise Http404
    records = report.records_of(run, None if tab == EVERYTHING else tab)
    lines = (
        report_csv.login_lines(records)
        if tab == "logins"
        else report_csv.report_lines(records, run.kind)
    )
    event = audit.Event(
        AuditAction.DOWNLOADED, "run", run.pk, f"{run.get_kind_display()} #{run.pk}", {}
    )
    audit.write_audit(company=run.company_id, actor=audit.person(request.user), events=[event])
    response: HttpResponse | StreamingHttpResponse = StreamingHttpResponse(
        lines, content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = content_disposition_header(True, _file_name(run, tab))
    return response


def _file_name(run: SyncRun, tab: str) -> str:
    everything = run.get_kind_display() if run.kind == RunKind.PREVIEW else "同期結果"
    what = everything if tab == EVERYTHING else report.TAB_LABELS[tab]
    return f"{what}_{timezone.localtime(run.started_at):%Y%m%d-%H%M}.csv".replace("／", "・")
