"""社員リスト."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from companies.access import administrators_only
from companies.requests import SignedInRequest
from employees import queries

PAGE_SIZE = 50


@administrators_only
@require_GET
def employee_list(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    people = queries.listed_people(company)
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = queries.with_group_paths(page.object_list, company=company)
    return render(request, "employees/list.html", {"page": page, "rows": rows})
