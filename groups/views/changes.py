"""グループの追加, 名前の変更, 移動, 削除: ask, refuse or do, and go back to the tree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from companies.access import administrators_only
from companies.audit import person
from companies.models import Company
from companies.refusals import Problem, Refused
from companies.requests import SignedInRequest
from groups import queries
from groups.effects import effects_of_deletion, effects_of_move
from groups.forms import TOP, GroupForm, NameForm, ParentForm, add_refusal
from groups.models import Group
from groups.services import create_group, delete_group, move_group, rename_group
from groups.tree import SEPARATOR, GroupTree
from groups.wanted import (
    PARENT_GONE,
    may_be_parent,
    parent_of,
    problems_of_deletion,
    problems_of_moving,
)

SAME_PLACE = "今と同じ親グループです。別の親グループを選んでください。"
NUMBER_CHANGED = (
    "画面を開いている間に、移る社員の人数が変わりました。内容をもう一度確認してください。"
)
METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A group that may become the parent."""

    pk: int
    path: str
    is_linked: bool
    is_chosen: bool


def _sent(request: SignedInRequest) -> QueryDict | None:
    """Also where nothing was filled in: that is answered as a form with errors."""
    return request.POST if request.method == "POST" else None


@administrators_only
@require_http_methods(METHODS)
def group_add(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    form = GroupForm(_sent(request), initial={"parent": _wanted_parent(request, company)})
    if request.method == "POST" and form.is_valid():
        try:
            group = create_group(
                company=company,
                name=form.cleaned_data["name"],
                parent=_parent(company, form.cleaned_data["parent"]),
                actor=person(request.user),
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"グループ「{group.name}」を追加しました。")
            return _back_to(group.pk)
    context = _choices_context(queries.group_tree(company), form["parent"].value())
    return _form_page(request, "groups/add.html", form, context)


@administrators_only
@require_http_methods(METHODS)
def group_rename(request: SignedInRequest, pk: int) -> HttpResponse:
    group, tree = _group_and_tree(request, pk)
    context = {"group": group, "before": group.name, "path": tree.path(pk)}
    if request.method != "POST" and _is_locked(group):
        return redirect("group-detail", pk)
    form = NameForm(_sent(request), initial={"name": group.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_group(group=group, name=form.cleaned_data["name"], actor=person(request.user))
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"グループの名前を「{group.name}」に変更しました。")
            return _back_to(pk)
    return _form_page(request, "groups/rename.html", form, context)


@administrators_only
@require_http_methods(METHODS)
def group_move(request: SignedInRequest, pk: int) -> HttpResponse:
    """First where to, then what that does to approval and ordering (X7), then the move."""
    group, tree = _group_and_tree(request, pk)
    if request.method == "POST":
        return _move(request, group, tree)
    if _is_locked(group):
        return redirect("group-detail", pk)
    form = ParentForm(request.GET if "parent" in request.GET else None)
    if form.is_valid() and _may_move(form, tree, pk):
        return _move_question(request, group, tree, form.cleaned_data["parent"])
    return _move_choice(request, group, tree, form)


def _move(request: SignedInRequest, group: Group, tree: GroupTree) -> HttpResponse:
    form = ParentForm(request.POST)
    if form.is_valid():
        try:
            parent = _parent(group.company, form.cleaned_data["parent"])
            move_group(group=group, parent=parent, actor=person(request.user))
        except Refused as refused:
            add_refusal(form, refused)
        else:
            where = f"「{parent.name}」の下" if parent else "最上位"
            messages.success(request, f"グループ「{group.name}」を{where}に移動しました。")
            return _back_to(group.pk)
    return _move_choice(request, group, tree, form)


def _may_move(form: ParentForm, tree: GroupTree, pk: int) -> bool:
    node, wanted = tree.nodes[pk], form.cleaned_data["parent"] or None
    problems = problems_of_moving(tree, node, parent_id=wanted)
    if not problems and wanted == parent_of(tree, node):
        problems = [Problem("parent", SAME_PLACE)]
    if problems:
        add_refusal(form, Refused(problems=problems))
    return not problems


def _move_choice(
    request: SignedInRequest, group: Group, tree: GroupTree, form: ParentForm
) -> HttpResponse:
    here = parent_of(tree, tree.nodes[group.pk]) or TOP
    context = {
        "group": group,
        "path": tree.path(group.pk),
        "here": here,
        **_choices_context(
            tree,
            form["parent"].value() if form.is_bound else here,
            but={group.pk, *tree.below(group.pk)},
        ),
    }
    return _form_page(request, "groups/move.html", form, context)


def _move_question(
    request: SignedInRequest, group: Group, tree: GroupTree, parent: int
) -> HttpResponse:
    context = {
        "group": group,
        "before": tree.path(group.pk),
        "after": f"{tree.path(parent)}{SEPARATOR}{group.name}" if parent else group.name,
        "parent": parent,
        "below": len(tree.below(group.pk)),
        "effects": effects_of_move(group.company, tree, group.pk, parent or None),
    }
    return render(request, "groups/move_question.html", context)


@administrators_only
@require_http_methods(METHODS)
def group_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    group, tree = _group_and_tree(request, pk)
    if request.method != "POST":
        if _is_locked(group):
            return redirect("group-detail", pk)
        return _delete_question(request, group, tree, problems_of_deletion(tree, tree.nodes[pk]))
    problems: Sequence[Problem] = problems_of_deletion(tree, tree.nodes[pk])
    members = queries.members_by_group(group.company).get(pk, 0)
    if not problems and request.POST.get("members") != str(members):
        problems = [Problem("members", NUMBER_CHANGED)]
    if not problems:
        try:
            delete_group(group=group, actor=person(request.user))
        except Refused as refused:
            problems = refused.problems
    if problems:
        return _delete_question(request, group, tree, problems)
    messages.success(request, f"グループ「{group.name}」を削除しました。")
    return _back_to(parent_of(tree, tree.nodes[pk]))


def _delete_question(
    request: SignedInRequest, group: Group, tree: GroupTree, problems: Sequence[Problem]
) -> HttpResponse:
    upper = parent_of(tree, tree.nodes[group.pk])
    may_go = all(problem.field == "members" for problem in problems)
    context = {
        "group": group,
        "path": tree.path(group.pk),
        "members": queries.members_by_group(group.company).get(group.pk, 0),
        "children": len(tree.children(group.pk)),
        "upper": tree.path(upper) if upper else "",
        "problems": problems,
        "may_go": may_go,
        "effects": effects_of_deletion(group.company, tree, group.pk) if may_go else None,
    }
    return render(request, "groups/delete.html", context, status=422 if problems else 200)


def _group_and_tree(request: SignedInRequest, pk: int) -> tuple[Group, GroupTree]:
    group = get_object_or_404(Group.objects.for_company(request.user.company), pk=pk)
    tree = queries.group_tree(request.user.company)
    if pk not in tree.nodes:  # deleted in this moment
        raise Http404
    return group, tree


def _is_locked(group: Group) -> bool:
    """Its own page says why."""
    return group.is_linked or group.is_default


def _parent(company: Company, pk: int) -> Group | None:
    if pk == TOP:
        return None
    parent: Group | None = Group.objects.for_company(company).filter(pk=pk).first()
    if parent is None:
        raise Refused(problems=[Problem("parent", PARENT_GONE)])
    return parent


def _wanted_parent(request: SignedInRequest, company: Company) -> int:
    given = request.GET.get("parent", "")
    if not given:
        return TOP
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Http404
    parent: Group = get_object_or_404(Group.objects.for_company(company), pk=int(given))
    return TOP if parent.is_default else parent.pk


def _choices_context(
    tree: GroupTree, chosen: object, *, but: Collection[int] = ()
) -> dict[str, Any]:
    """The list of parents; where none of them is chosen, 最上位 is."""
    choices = [
        Choice(node.pk, tree.path(node.pk), node.is_linked, str(node.pk) == str(chosen))
        for node, _ in tree.walk()
        if may_be_parent(node) and node.pk not in but
    ]
    return {"choices": choices, "has_chosen": any(choice.is_chosen for choice in choices)}


def _back_to(pk: int | None) -> HttpResponse:
    """The tree, open at a group."""
    return redirect(reverse("group-list") + (f"?at={pk}#group-{pk}" if pk else ""))


def _form_page(
    request: SignedInRequest, template: str, form: forms.Form, context: dict[str, Any]
) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
