"""A run: started with a button, watched, cancelled, and read as a report at one address."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from companies import audit
from companies.access import administrators_only
from companies.requests import SignedInRequest
from employees.models import Employee
from integrations import report
from integrations.choices import SYNC_KINDS, RunKind, Trigger
from integrations.models import SyncRun
from integrations.reason_texts import explain
from integrations.services.connection import ConnectionChanges, configure, integration_of
from integrations.services.runs import NotReady, request_cancel, start_run
from integrations.views.progress import RunView

PAGE_SIZE = 50


@administrators_only
@require_POST
def start(request: SignedInRequest, kind: str) -> HttpResponse:
    """「インポート・同期実行」; a second press leads to the run that is going on (T6)."""
    if kind not in SYNC_KINDS:
        raise Http404
    try:
        run, started = start_run(
            company=request.user.company,
            kind=RunKind(kind),
            trigger=Trigger.SCREEN,
            actor=cast(Employee, request.user),
        )
    except NotReady as refusal:
        text = explain(refusal.reason, {}, subject="")
        messages.error(request, f"{text.what}{text.next}")
        return redirect("smarthr-settings")
    if started:
        messages.success(request, f"{run.get_kind_display()}の同期を受け付けました。")
    else:
        messages.info(request, "すでに同期を実行中です。実行中の同期を表示しています。")
    return redirect("smarthr-run", run.pk)


@administrators_only
@require_GET
def run_page(request: SignedInRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    integration = integration_of(request.user.company)
    view = RunView(run, integration.department_slot)
    if run.is_active:
        return render(request, "integrations/run_active.html", {"view": view})
    waiting = report.waiting_deletions(request.user.company)
    context = {"view": view, "integration": integration, "waiting": waiting}
    context["asks_about_account"] = view.asks_about(integration)
    context |= _report(request, run, waiting)
    return render(request, "integrations/run_report.html", context)


@administrators_only
@require_GET
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the page asks for every 2 seconds; the last answer brings the report."""
    run = _run(request, pk)
    # "summary": a part of another page, which stays; "summary=refresh": one that has to follow.
    summary = request.GET.get("summary", "refresh")
    if not run.is_active and summary == "refresh":
        return HttpResponseClientRefresh()
    view = RunView(run, integration_of(request.user.company).department_slot)
    part = "_run_summary" if "summary" in request.GET else "_run_progress"
    context = {"view": view, "polled": True, "follows": summary == "refresh"}
    return render(request, f"integrations/{part}.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    if request.method == "POST":
        request_cancel(run=run, actor=cast(Employee, request.user))
        return redirect("smarthr-run", run.pk)
    if not run.is_active:
        return redirect("smarthr-run", run.pk)
    return render(request, "integrations/cancel.html", {"view": RunView(run, None)})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def accept_account(request: SignedInRequest, pk: int) -> HttpResponse:
    """T5: a 管理者 says that the new account is the right one."""
    run = _run(request, pk)
    integration = integration_of(request.user.company)
    view = RunView(run, None)
    if not view.asks_about(integration):
        return redirect("smarthr-run", run.pk)
    if request.method == "POST":
        configure(
            company=request.user.company,
            actor=audit.person(request.user),
            changes=ConnectionChanges(accept_account=True),
        )
        messages.success(request, "接続先を確認しました。もう一度同期してください。")
        return redirect("smarthr-settings")
    context = {"view": view, "integration": integration}
    return render(request, "integrations/accept_account.html", context)


def _run(request: SignedInRequest, pk: int) -> SyncRun:
    run: SyncRun = get_object_or_404(SyncRun.objects.for_company(request.user.company), pk=pk)
    return run


def _report(
    request: SignedInRequest, run: SyncRun, waiting: report.WaitingDeletions
) -> dict[str, Any]:
    """The chosen tab of the report, one page of it."""
    company = request.user.company
    tabs = report.tabs_of(run, waiting)
    tab = report.chosen_tab(request.GET.get("tab"), tabs)
    number = request.GET.get("page")
    has_report = any(entry.count for entry in tabs)
    context: dict[str, Any] = {"tabs": tabs, "tab": tab, "has_report": has_report}
    if (subject := report.CANDIDATE_TABS.get(tab.key)) is not None:
        asked = Paginator(report.candidates(company, subject), PAGE_SIZE).get_page(number)
        rows_of = report.person_rows if tab.key == "people" else report.group_rows
        return {**context, "page": asked, "rows": rows_of(list(asked), company=company)}
    page = Paginator(report.records_of(run, tab.key), PAGE_SIZE).get_page(number)
    return {**context, "page": page, "rows": page.object_list}
