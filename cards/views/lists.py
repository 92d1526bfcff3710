"""名刺リスト."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cards.filters import CardFilter
from cards.queries import page_of_cards, visible_cards
from companies.access import shown_to_support, signed_in
from companies.requests import SignedInRequest
from employees.models import Employee
from groups.queries import group_tree
from groups.tree import GroupTree

PAGE_SIZE = 50
HEADS = {"name": "社員", "department": "部署名", "title": "肩書き", "updated": "更新日時"}


@signed_in
@shown_to_support
@require_GET
def card_list(request: SignedInRequest) -> HttpResponse:
    person = cast(Employee, request.user)
    if person.is_administrator:
        return _everybodys(request, person)
    return _own(request, person)


def _everybodys(request: SignedInRequest, person: Employee) -> HttpResponse:
    company = person.company
    wanted = CardFilter.from_query(request.GET.dict())
    whose = _whose(wanted, person)
    tree = group_tree(company)
    cards = wanted.apply(visible_cards(person), company, tree)
    number = request.GET.get("page")
    found = page_of_cards(cards, company, number=number, size=PAGE_SIZE, narrow=wanted.is_narrow)
    context: dict[str, Any] = {
        "page": found.page,
        "rows": found.rows,
        "filter": wanted,
        "whose": whose,
        "groups": _group_choices(tree),
        "heads": [_head(key, label, wanted) for key, label in HEADS.items()],
        "has_any": bool(found.page.paginator.count) or visible_cards(person).exists(),
    }
    return render(request, "cards/list.html", context)


def _own(request: SignedInRequest, person: Employee) -> HttpResponse:
    cards = visible_cards(person).order_by("pk")
    number = request.GET.get("page")
    found = page_of_cards(cards, person.company, number=number, size=PAGE_SIZE, narrow=True)
    return render(request, "cards/own.html", {"page": found.page, "rows": found.rows})


def _whose(wanted: CardFilter, person: Employee) -> Employee | None:
    if wanted.employee is None:
        return None
    people = Employee.objects.for_company(person.company).defer("source", "password")
    found: Employee = get_object_or_404(people, pk=wanted.employee)
    return found


def _group_choices(tree: GroupTree) -> list[tuple[int, str]]:
    """Indented like the tree; the badge as words, for an <option> holds no markup (O1)."""
    return [
        (node.pk, "　" * min(depth, 6) + node.name + ("（SmartHR）" if node.is_linked else ""))
        for node, depth in tree.walk()
    ]


def _head(key: str, label: str, wanted: CardFilter) -> dict[str, Any]:
    is_here = wanted.sort == key
    direction = ("descending" if wanted.downwards else "ascending") if is_here else ""
    # The newest come first where somebody asks for dates.
    first = f"-{key}" if key == "updated" else key
    other = key if wanted.downwards else f"-{key}"
    return {"label": label, "order": other if is_here else first, "direction": direction}
