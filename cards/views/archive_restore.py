"""Restoring an archive: onto an employee, or as a new one (X4)."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from cards.archive_forms import NewPersonForm
from cards.archive_queries import targets
from cards.models import CardArchive
from cards.services.archives import label_of, restore_as_new, restore_onto
from cards.views.archive import kept_archive, search_words
from companies import audit
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from employees.one_time import GOOD_FOR

NOBODY_CHOSEN: Final = "復元先の社員を選んでください。"


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def restoring(request: SignedInRequest, pk: int) -> HttpResponse:
    archive = kept_archive(request, pk)
    if request.method != "POST":
        return _page(request, archive, NewPersonForm(None, archive=archive))
    if request.POST.get("way") == "new":
        return _as_new(request, archive)
    return _onto(request, archive)


def _onto(request: SignedInRequest, archive: CardArchive) -> HttpResponse:
    person = _chosen(request)
    if person is None:
        form = NewPersonForm(None, archive=archive)
        return _page(request, archive, form, problem=NOBODY_CHOSEN)
    try:
        count = restore_onto(archive=archive, employee=person, actor=audit.person(request.user))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("archive-list")
    messages.success(request, f"名刺{count:,}件を{person.label}に復元しました。")
    return redirect("archive-list")


@sensitive_variables("password")
def _as_new(request: SignedInRequest, archive: CardArchive) -> HttpResponse:
    form = NewPersonForm(request.POST, archive=archive)
    if not form.is_valid():
        return _page(request, archive, form)
    actor = audit.person(request.user)
    try:
        person, password, count = restore_as_new(archive=archive, wanted=form.wanted(), actor=actor)
    except Refused as refusal:
        if any(problem.field for problem in refusal.problems):
            form.add(refusal)
            return _page(request, archive, form)
        messages.error(request, str(refusal))
        return redirect("archive-list")
    # Not after a redirect: nothing keeps the password, so it is shown by this answer alone.
    context = {"person": person, "password": password, "count": count, "days": GOOD_FOR.days}
    return render(request, "cards/archive_restored.html", context)


def _chosen(request: SignedInRequest) -> Employee | None:
    key = request.POST.get("employee", "")
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        return None
    people = Employee.objects.for_company(request.user.company)
    found: Employee | None = people.filter(pk=int(key)).first()
    return found


def _page(
    request: SignedInRequest, archive: CardArchive, form: NewPersonForm, *, problem: str = ""
) -> HttpResponse:
    words = search_words(request)
    found, more = targets(archive, words)
    context: dict[str, Any] = {
        "archive": archive,
        "person_label": label_of(archive),
        "count": len(archive.cards),
        "form": form,
        "problem": problem,
        "words": words,
        "targets": found,
        "more": more,
        "shows_badge": any(target.employee.is_linked for target in found),
    }
    status = 422 if problem or form.errors else 200
    return render(request, "cards/archive_restore.html", context, status=status)
