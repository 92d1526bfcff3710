"""Deleting a person by hand (O3, E10)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from companies import audit
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from employees.services.departures import (
    LINKED,
    CardsNotConfirmed,
    delete_by_hand,
    number_of_cards,
)

NOT_TICKED = "名刺が削除されることを確認し、チェックを入れてください。"
MORE_CARDS = "名刺が増えました。もう一度確認してください。"


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Employee.objects.for_company(request.user.company), pk=pk)
    if person.is_linked:  # E10: no button leads here; the service refuses it as well
        messages.error(request, LINKED)
        return redirect("employee-edit", person.pk)
    if request.method != "POST":
        return _question(request, person)
    shown = _number(request.POST.get("cards", ""))
    if shown and "confirmed" not in request.POST:
        return _question(request, person, unticked=NOT_TICKED)
    try:
        delete_by_hand(employee=person, confirmed_cards=shown, actor=audit.person(request.user))
    except CardsNotConfirmed:
        return _question(request, person, unticked=MORE_CARDS)
    except Refused as refusal:
        return _question(request, person, problem=str(refusal))
    messages.success(request, f"{person.full_name}さん（{person.employee_id}）を削除しました。")
    return redirect("login" if person.pk == request.user.pk else "employee-list")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _question(request: SignedInRequest, person: Employee, **problems: str) -> HttpResponse:
    context: dict[str, Any] = {
        "person": person,
        "cards": number_of_cards(person),
        "is_oneself": person.pk == request.user.pk,
        **problems,
    }
    return render(request, "employees/delete.html", context, status=422 if problems else 200)
