"""社員リスト."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from companies.access import administrators_only
from companies.requests import SignedInRequest
from employees.choices import Role
from employees.people_filter import LINKS, PeopleFilter
from employees.people_pages import people_page
from employees.queries import with_group_paths
from groups.queries import group_tree

# For a phone, which has no heads of columns to press.
SORTS: Final = (
    ("name", "氏名"),
    ("-name", "氏名（逆順）"),
    ("id", "社員ID"),
    ("-id", "社員ID（逆順）"),
    ("group", "グループ"),
    ("-group", "グループ（逆順）"),
    ("role", "権限（申請者から）"),
    ("-role", "権限（管理者から）"),
    ("-login", "最終ログイン（新しい順）"),
    ("login", "最終ログイン（古い順）"),
)


@administrators_only
@require_GET
def employee_list(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    wanted = PeopleFilter.of(request.GET)
    tree = group_tree(company)
    page = people_page(company, wanted=wanted, page=request.GET.get("page"), tree=tree)
    context = {
        "page": page,
        "rows": with_group_paths(page.object_list, tree),
        "filter": wanted,
        "query": wanted.query(),
        "tree": tree,
        "roles": Role.choices,
        "links": LINKS,
        "sorts": SORTS,
        # Nobody but whoever looks at it.
        "is_new": not wanted.is_narrow and page.paginator.count == 1,
    }
    return render(request, "employees/list.html", context)
