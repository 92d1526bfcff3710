"""すべての履歴: every run of the company, narrowed by kind and status."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from companies.access import administrators_only
from companies.requests import SignedInRequest
from integrations.choices import RunKind, RunStatus
from integrations.models import SyncRun
from integrations.services.connection import integration_of
from integrations.views.progress import RunView

PAGE_SIZE = 50


@administrators_only
@require_GET
def history(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    kind, status = request.GET.get("kind", ""), request.GET.get("status", "")
    runs = SyncRun.objects.for_company(company).order_by("-started_at", "-pk")
    if kind in RunKind.values:
        runs = runs.filter(kind=kind)
    if status in RunStatus.values:
        runs = runs.filter(status=status)
    page = Paginator(runs, PAGE_SIZE).get_page(request.GET.get("page"))
    slot = integration_of(company).department_slot
    context = {
        "page": page,
        "history": [RunView(run, slot) for run in page.object_list],
        "kinds": RunKind.choices,
        "statuses": RunStatus.choices,
        "kind": kind,
        "status": status,
        "is_narrow": bool(kind in RunKind.values or status in RunStatus.values),
    }
    return render(request, "integrations/history.html", context)
