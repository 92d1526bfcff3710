"""会社: every customer, worst first; one of them; and a new one."""

from __future__ import annotations

from typing import Any, Final, cast

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from companies.access import operators_only
from companies.models import Company
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from operators.filters import PLANS, STANDINGS, CompanyFilter
from operators.forms import CompanyForm, ReasonForm
from operators.held_back import held_back
from operators.queries import company_row, customers, listed_companies, with_people
from operators.services.actors import support
from operators.services.common_troubles import common_troubles
from operators.services.companies import add_company
from operators.services.visits import LASTS
from operators.views.plan import acts_for

PAGE_SIZE: Final = 50


@operators_only
@require_GET
def company_list(request: SignedInRequest) -> HttpResponse:
    narrowed = CompanyFilter.from_query(request.GET.dict())
    everybody = listed_companies()
    page = Paginator(narrowed.rows(everybody), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": with_people(page.object_list),
        "filter": narrowed,
        "standings": STANDINGS,
        "plans": PLANS,
        "needing": sum(row.needs_somebody for row in everybody),
        "has_any": bool(everybody),
        "common": common_troubles(request.user.company),
    }
    return render(request, "operators/companies.html", context)


@operators_only
@require_GET
def company_page(request: SignedInRequest, pk: int) -> HttpResponse:
    return company_response(request, customer(pk))


@operators_only
@require_http_methods(["GET", "HEAD", "POST"])
def company_add(request: SignedInRequest) -> HttpResponse:
    """The password of the first 管理者 is part of this answer only; no browser keeps it."""
    form = CompanyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actor = support(cast(Employee, request.user))
            added = add_company(**form.cleaned_data, actor=actor)
        except Refused as refusal:
            form.take(refusal)
        else:
            return render(request, "operators/company_added.html", {"added": added})
    status = 422 if form.is_bound else 200
    return render(request, "operators/company_add.html", {"form": form}, status=status)


def customer(pk: int) -> Company:
    company: Company = get_object_or_404(customers(), pk=pk)
    return company


def company_response(
    request: SignedInRequest, company: Company, *, visit_form: ReasonForm | None = None
) -> HttpResponse:
    row = company_row(company)
    context: dict[str, Any] = {
        "row": row,
        "company": company,
        "acts": acts_for(row.plan, company),
        "held": held_back(company),
        "visit_form": visit_form or ReasonForm(),
        "visit_minutes": int(LASTS.total_seconds() // 60),
    }
    status = 422 if visit_form is not None else 200
    return render(request, "operators/company.html", context, status=status)
