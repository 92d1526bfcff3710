"""社員IDの変更の確認: what a sync that nobody looked on at has held back (S5)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from companies.access import administrators_only
from companies.requests import SignedInRequest
from integrations.models import HeldLogin
from integrations.plan import plan_of
from integrations.services.connection import integration_of

PAGE_SIZE = 50


@administrators_only
@require_GET
def held_logins(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    held = HeldLogin.objects.for_company(company).select_related("employee")
    held = held.order_by("employee__last_name", "employee__first_name", "pk")
    page = Paginator(held, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": page.object_list, "plan": plan_of(integration_of(company))}
    return render(request, "integrations/held_logins.html", context)
