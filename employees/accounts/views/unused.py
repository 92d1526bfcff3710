"""初期パスワード: who still has the password that was given, and letters with new ones (X5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from companies import audit
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.accounts import queries
from employees.accounts.choices import Kind
from employees.accounts.forms import WhoseForm, moment_of
from employees.accounts.views.issuing import login_address
from employees.models import Employee, EmployeeQuerySet
from employees.passwords import MINIMUM_LENGTH
from employees.services import letters
from groups.queries import group_tree
from groups.tree import GroupTree

PAGE_SIZE = 50
NAMED = 10
# What an address names that does not exist is nobody's, not everybody's.
NO_GROUP = -1
_key = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True)
class Whose:
    """What an address says: a group or all, with what is below it or not, and which kind."""

    tree: GroupTree
    form: WhoseForm
    group: int | None
    below: bool
    kind: Kind

    @property
    def groups(self) -> set[int] | None:
        if self.group is None:
            return None
        return queries.group_and_below(self.tree, self.group) if self.below else {self.group}

    @property
    def is_narrow(self) -> bool:
        return self.group is not None or self.kind is not Kind.ALL

    def query(self, **more: int) -> str:
        values: dict[str, Any] = {"group": self.group, "kind": self.kind.value, **more}
        if self.below:
            values.setdefault("below", "on")
        return urlencode({name: value for name, value in values.items() if value})


def whose(request: SignedInRequest) -> Whose:
    tree = group_tree(request.user.company)
    form = WhoseForm(request.GET, tree=tree)
    is_known = form.is_valid()
    found = form.cleaned_data
    return Whose(
        tree=tree,
        form=form,
        group=found["group"] if is_known else NO_GROUP,
        below=found.get("below", False),
        kind=found.get("kind", Kind.ALL),
    )


@administrators_only
@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    wanted = whose(request)
    counts = queries.counts_by_group(company)
    context = {
        "whose": wanted,
        "form": wanted.form,
        "total": sum(counts.values(), queries.Counts()),
        "days": company.initial_password_days,
        "shows_people": request.GET.get("tab") == "people",
    }
    if context["shows_people"]:
        context |= _people_tab(request, wanted)
    else:
        context |= _groups_tab(request, wanted.tree, counts)
    return render(request, "employees/accounts/unused.html", context)


def _groups_tab(
    request: SignedInRequest, tree: GroupTree, counts: dict[int, queries.Counts]
) -> dict[str, Any]:
    nodes = [node for node, _ in tree.walk() if node.pk in counts]
    page = Paginator(nodes, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(node, tree.short_path(node.pk), counts[node.pk]) for node in page.object_list]
    return {"page": page, "rows": rows}


def _people_tab(request: SignedInRequest, wanted: Whose) -> dict[str, Any]:
    people = _people(request, wanted).defer("password", "source")
    ordered = people.order_by("last_name", "first_name", "pk")
    page = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(person, wanted.tree.short_path(person.group_id)) for person in page.object_list]
    expired = queries.expired(request.user.company)
    keys = [person.pk for person in page.object_list]
    found = queries.unused_passwords(request.user.company).filter(expired, pk__in=keys)
    return {
        "page": page,
        "rows": rows,
        "expired": set(found.values_list("pk", flat=True)),
        "others": page.paginator.count - _is_own_among(request, wanted),
    }


def _people(request: SignedInRequest, wanted: Whose) -> EmployeeQuerySet:
    people = queries.of_kind(request.user.company, wanted.kind)
    groups = wanted.groups
    found: EmployeeQuerySet = people if groups is None else people.filter(group__in=groups)
    return found


def _is_own_among(request: SignedInRequest, wanted: Whose) -> bool:
    return bool(_people(request, wanted).filter(pk=request.user.pk).exists())


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: SignedInRequest) -> HttpResponse:
    """Asks with names and numbers; then a page with one letter for each person."""
    wanted = whose(request)
    asked_at = moment_of(request.POST.get("asked_at") or request.GET.get("asked_at"))
    if request.method != "POST":
        return _ask(request, wanted, asked_at)
    chosen = request.POST.get("chosen", "").split(",")
    keys = [int(text) for text in chosen if _key.fullmatch(text)]
    try:
        return _issue(request, wanted, keys, asked_at)
    except Refused as refusal:
        return _ask(request, wanted, asked_at, problem=str(refusal), status=422)


@transaction.atomic
def _issue(
    request: SignedInRequest, wanted: Whose, keys: list[int], asked_at: datetime
) -> HttpResponse:
    """The page is made before the commit: whoever has no letter keeps the password."""
    company = request.user.company
    made = letters.issue_letters(
        company=company, keys=keys, asked_at=asked_at, actor=audit.person(request.user)
    )
    context = {
        "company": company,
        "letters": [(letter, wanted.tree.path(letter.employee.group_id)) for letter in made],
        "left_out": len(set(keys)) - len(made),
        "remaining": len(_keys(request, wanted, asked_at)),
        "more": wanted.query(asked_at=int(asked_at.timestamp())),
        "login_address": login_address(),
        "issued_at": timezone.now(),
        "minimum_length": MINIMUM_LENGTH,
    }
    return render(request, "employees/accounts/letters.html", context)


def _ask(
    request: SignedInRequest,
    wanted: Whose,
    asked_at: datetime,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    keys = _keys(request, wanted, asked_at)
    batch = keys[: letters.MOST]
    people = Employee.objects.for_company(request.user.company).in_bulk(batch[:NAMED])
    context = {
        "whose": wanted,
        "later": len(keys) - len(batch),
        "batch": len(batch),
        "unnamed": max(0, len(batch) - NAMED),
        "chosen": ",".join(map(str, batch)),
        "named": [people[pk] for pk in batch[:NAMED] if pk in people],
        "group_path": wanted.tree.path(wanted.group) if wanted.group else "",
        "asked_at": int(asked_at.timestamp()),
        "problem": problem,
        "below": _below(request, wanted, asked_at),
    }
    return render(request, "employees/accounts/issue_letters.html", context, status=status)


def _below(request: SignedInRequest, wanted: Whose, asked_at: datetime) -> dict[str, Any] | None:
    """How many it would be together with the groups below, where only the group is meant."""
    if wanted.group is None or wanted.below:
        return None
    wider = Whose(wanted.tree, wanted.form, wanted.group, True, wanted.kind)
    if len(wider.groups or ()) == 1:
        return None
    return {"count": len(_keys(request, wider, asked_at)), "query": wider.query()}


def _keys(request: SignedInRequest, wanted: Whose, asked_at: datetime) -> list[int]:
    """Not oneself: for that is パスワードの変更."""
    people = queries.of_kind(request.user.company, wanted.kind).exclude(pk=request.user.pk)
    people = people.filter(queries.not_issued_after(asked_at))
    return queries.in_order_of_groups(people, wanted.tree, wanted.groups)
