"""グループ."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from companies.access import administrators_only
from companies.requests import SignedInRequest
from groups.queries import listed_groups

PAGE_SIZE = 200


@administrators_only
@require_GET
def group_list(request: SignedInRequest) -> HttpResponse:
    page = listed_groups(request.user.company, page=request.GET.get("page"), size=PAGE_SIZE)
    return render(request, "groups/list.html", {"page": page})
