"""Group or role of many people of 社員リスト at once: asked, confirmed, applied whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_POST

from companies import audit
from companies.access import administrators_only
from companies.refusals import Problem
from companies.requests import SignedInRequest
from employees.bulk_choice import MOST, Choice
from employees.choices import Role
from employees.models import Employee
from employees.services.records import (
    NO_SUCH_GROUP,
    RefusedRows,
    change_employees,
    current_of,
)
from employees.views.issued import issued_page
from employees.wanted import Wanted, differences, needs_one_time_password, problems_of
from groups.queries import group_tree
from groups.tree import GroupTree

NAMED: Final = 10
REFUSALS_NAMED: Final = 50
NOBODY_CHOSEN: Final = "社員が選択されていません。一覧で選んでから、ボタンを押してください。"
TOO_MANY: Final = f"一度に変更できるのは{MOST:,}名までです。条件で絞り込んでから選んでください。"
OTHERS_NOW: Final = "確認の間に、対象の社員が変わりました。もう一度確認してください。"
ROLE_MISSING: Final = "権限を選んでください。"
NOUNS: Final = {"group": "グループ", "role": "権限"}


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be changed for whom; `target` is the value as it was sent, "" at first."""

    kind: str
    choice: Choice
    target: str
    tree: GroupTree

    @property
    def noun(self) -> str:
        return NOUNS[self.kind]

    @property
    def wanted(self) -> Wanted | None:
        """None where the target is none."""
        if self.kind == "role":
            return Wanted(role=Role(self.target)) if self.target in Role.values else None
        is_number = self.target.isascii() and self.target.isdigit() and len(self.target) < 19
        is_group = is_number and int(self.target) in self.tree.nodes
        return Wanted(group_id=int(self.target)) if is_group else None

    @property
    def target_words(self) -> str:
        if self.kind == "role":
            return str(Role(self.target).label)
        return self.tree.path(int(self.target))


@administrators_only
@require_POST
def bulk(request: SignedInRequest) -> HttpResponse:
    sent, company = request.POST, request.user.company
    kind = sent.get("act", "")
    if kind not in NOUNS:
        raise Http404
    act = Act(kind, Choice.of(sent), sent.get("target", ""), group_tree(company))
    people = list(act.choice.people(company, act.tree).defer("source").order_by("pk")[: MOST + 1])
    if not people or len(people) > MOST:
        messages.error(request, TOO_MANY if people else NOBODY_CHOSEN)
        return redirect(_list_address(act))
    if "target" not in sent:
        return _ask(request, act, people)
    if act.wanted is None:
        problem = NO_SUCH_GROUP if kind == "group" else ROLE_MISSING
        return _ask(request, act, people, problem=problem)
    if "confirmed" not in sent:
        return _confirm(request, act, people)
    if sent.get("count", "") != str(len(people)):
        return _confirm(request, act, people, notice=OTHERS_NOW)
    return _apply(request, act, people)


def _ask(
    request: SignedInRequest, act: Act, people: Sequence[Employee], *, problem: str = ""
) -> HttpResponse:
    context = {
        "act": act,
        "count": len(people),
        "back": _list_address(act),
        "roles": Role.choices,
        "problem": problem,
    }
    return render(request, "employees/bulk_ask.html", context, status=422 if problem else 200)


def _confirm(
    request: SignedInRequest,
    act: Act,
    people: Sequence[Employee],
    *,
    notice: str = "",
    refused: Mapping[int, Sequence[Problem]] | None = None,
) -> HttpResponse:
    wanted = act.wanted or Wanted()
    found = refused or {person.pk: problems_of(current_of(person), wanted) for person in people}
    refusals = [(person, found[person.pk]) for person in people if found.get(person.pk)]
    fine = [person for person in people if not found.get(person.pk)]
    changing = [person for person in fine if differences(current_of(person), wanted)]
    keys = frozenset(person.pk for person, _ in refusals)
    context: dict[str, Any] = {
        "act": act,
        "choice": act.choice.leaving_out(keys),
        "back": _list_address(act),
        "notice": notice,
        "is_refused": refused is not None,
        # How many the next press is about; whoever comes or goes meanwhile is asked about.
        "count": len(fine),
        "changing": len(changing),
        "same": len(fine) - len(changing),
        "named": changing[:NAMED],
        "unnamed": max(len(changing) - NAMED, 0),
        "refusals": [
            (person, "".join(problem.text for problem in problems))
            for person, problems in refusals[:REFUSALS_NAMED]
        ],
        "refused": len(refusals),
        "more_refused": max(len(refusals) - REFUSALS_NAMED, 0),
        "linked": sum(person.is_linked for person in changing),
        "passwords": sum(needs_one_time_password(current_of(p), wanted) for p in changing),
        "includes_oneself": any(person.pk == request.user.pk for person in changing),
    }
    status = 422 if notice or refused else 200
    return render(request, "employees/bulk_confirm.html", context, status=status)


def _apply(request: SignedInRequest, act: Act, people: Sequence[Employee]) -> HttpResponse:
    wanted = act.wanted or Wanted()
    try:
        changed = change_employees(
            company=request.user.company,
            wanted={person.pk: wanted for person in people},
            actor=audit.person(request.user),
        )
    except RefusedRows as refusal:
        return _confirm(request, act, people, refused=refusal.rows)
    number = len(changed.employees)
    text = f"{number:,}名の{act.noun}を「{act.target_words}」に変更しました。"
    if changed.one_time_passwords:
        return issued_page(request, passwords=changed.one_time_passwords, text=text)
    messages.success(request, text if number else "変更はありませんでした。")
    return redirect(_list_address(act))


def _list_address(act: Act) -> str:
    query = act.choice.query
    return f"{resolve_url('employee-list')}{'?' if query else ''}{query}"
