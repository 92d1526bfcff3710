"""グループ: the tree, and one group."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from companies.access import administrators_only
from companies.requests import SignedInRequest
from groups import queries
from groups.flows import is_left_alone, layout_of
from groups.models import Group
from groups.rows import Numbers, rows_of

CHILDREN_SHOWN = 50


@administrators_only
@require_GET
def group_list(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    wanted, at = request.GET.get("q", "").strip(), request.GET.get("at", "")
    numbers = Numbers(queries.members_by_group(company), queries.approvers_counted(company))
    found = rows_of(
        queries.group_tree(company),
        numbers,
        wanted=wanted,
        at=int(at) if at.isascii() and at.isdigit() and len(at) < 19 else None,
    )
    return render(request, "groups/list.html", {"found": found, "q": wanted})


@administrators_only
@require_GET
def group_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    company = request.user.company
    group = get_object_or_404(Group.objects.for_company(company), pk=pk)
    tree = queries.group_tree(company)
    if pk not in tree.nodes:  # deleted in this moment
        raise Http404
    flow = layout_of(tree, queries.approvers_by_group(company)).flows()[pk]
    members = queries.members_by_group(company)
    children = tree.children(pk)
    context = {
        "group": group,
        "ancestors": tree.ancestors(pk)[:-1],
        "path": tree.path(pk),
        "members": members.get(pk, 0),
        "members_below": tree.sums(members)[pk],
        "children": children[:CHILDREN_SHOWN],
        "more_children": max(0, len(children) - CHILDREN_SHOWN),
        "steps": [(step, tree.path(step.group) if step.group else "") for step in flow],
        "is_left_alone": is_left_alone(flow),
    }
    return render(request, "groups/detail.html", context)
