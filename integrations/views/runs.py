"""A run: started with a button, watched, cancelled, and read as a report at one address."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from companies import audit
from companies.access import administrators_only
from companies.requests import SignedInRequest
from employees.models import Employee
from integrations.banners import situation_of
from integrations.choices import PEOPLE_KINDS, SYNC_KINDS, RunKind, RunStatus, Trigger
from integrations.models import SyncRun
from integrations.services.connection import (
    ConnectionChanges,
    RefusedValue,
    configure,
    integration_of,
)
from integrations.services.runs import request_cancel, start_run
from integrations.services.surveys import asks_first, start_survey
from integrations.views.progress import RunView
from integrations.views.report import report_context
from integrations.views.starting import started
from integrations.views.ties import survey_page
from integrations.waiting import waiting_cards


@administrators_only
@require_POST
def start(request: SignedInRequest, kind: str) -> HttpResponse:
    """「インポート・同期実行」 and 「変更分同期」; a second press leads to the active run (T6)."""
    if kind not in SYNC_KINDS:
        raise Http404
    company, actor = request.user.company, cast(Employee, request.user)
    # T7: 変更分同期 reads all where nothing was read before.
    if kind in PEOPLE_KINDS and "as_new" not in request.POST and asks_first(company):
        return started(
            request,
            lambda: start_survey(company=company, kind=RunKind.FIRST_IMPORT, actor=actor),
        )
    return started(
        request,
        lambda: start_run(company=company, kind=RunKind(kind), trigger=Trigger.SCREEN, actor=actor),
    )


@administrators_only
@require_GET
def run_page(request: SignedInRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    integration = integration_of(request.user.company)
    view = RunView(run, integration.department_slot)
    if run.is_active:
        return render(request, "integrations/run_active.html", {"view": view})
    if view.is_survey:
        return survey_page(request, view, integration)
    context: dict[str, Any] = {"view": view, "integration": integration}
    if run.status == RunStatus.NEEDS_CONFIRMATION:
        context["waiting"] = waiting = situation_of(request, request.user.company).waiting
        context["waiting_cards"] = waiting_cards(request.user.company) if waiting.people else 0
    context["asks_about_account"] = view.asks_about(integration)
    context |= report_context(request, run, integration)
    template = "run_preview" if run.kind == RunKind.PREVIEW else "run_report"
    return render(request, f"integrations/{template}.html", context)


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
    view = RunView(_run(request, pk), None)
    if view.goes_to_its_end:
        messages.info(request, "削除が済んでいるため、中止できません。このまま最後まで進みます。")
    elif request.method == "POST":
        request_cancel(run=view.run, actor=cast(Employee, request.user))
    elif view.run.is_active:
        return render(request, "integrations/cancel.html", {"view": view})
    return redirect("smarthr-run", pk)


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
        try:
            configure(
                company=request.user.company,
                actor=audit.person(request.user),
                changes=ConnectionChanges(accept_account=True),
            )
        except RefusedValue as refusal:
            messages.error(request, refusal.message)
            return redirect("smarthr-settings")
        messages.success(request, "接続先を確認しました。もう一度同期してください。")
        return redirect("smarthr-settings")
    context = {"view": view, "integration": integration}
    return render(request, "integrations/accept_account.html", context)


def _run(request: SignedInRequest, pk: int) -> SyncRun:
    run: SyncRun = get_object_or_404(SyncRun.objects.for_company(request.user.company), pk=pk)
    return run
