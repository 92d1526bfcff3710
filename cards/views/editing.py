"""A card: adding, changing, copying, deleting."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cards.filters import CardFilter
from cards.forms import CardForm
from cards.models import PRINTED_FIELDS, BusinessCard
from cards.person import changes_of, fingerprint, first_values, prints_email
from cards.printed import LABELS
from cards.queries import visible_cards, with_people
from cards.services.cards import (
    SavedByAnother,
    change_card,
    create_card,
    delete_card,
    duplicate_card,
)
from cards.views.preview import preview_of
from companies import audit
from companies.access import shown_to_support, signed_in
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee

NO_SUCH_ID = "社員ID「{}」の社員はいません。社員IDを確認してください。"


def visible_card(request: SignedInRequest, pk: int) -> BusinessCard:
    """C3: another company's card, and to others than 管理者 another person's, is none."""
    cards = with_people(visible_cards(cast(Employee, request.user)))
    found: BusinessCard = get_object_or_404(cards, pk=pk)
    return found


def list_address(person: Employee, employee: Employee) -> str:
    """Where the cards of `employee` are."""
    address = reverse("card-list")
    return f"{address}?employee={employee.pk}" if person.is_administrator else address


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    employee = _person_of_new_card(request)
    domains = employee.company.card_email_domains
    if request.method != "POST":
        form = CardForm(initial=first_values(employee, domains))
        return _form_page(request, form, employee)
    form = CardForm(request.POST)
    if form.is_valid():
        try:
            card = create_card(
                employee=employee, printed=form.printed, actor=audit.person(request.user)
            )
        except Refused as refused:
            form.add_problems(refused.problems)
        else:
            messages.success(request, f"{employee.full_name}さんの名刺を追加しました。")
            return redirect("card-edit", pk=card.pk)
    return _form_page(request, form, employee)


def _person_of_new_card(request: SignedInRequest) -> Employee:
    """Oneself; 管理者 name anyone by ?employee= or by 社員ID."""
    user = cast(Employee, request.user)
    wanted = CardFilter.from_query(request.GET.dict()).employee
    code = request.GET.get("employee_id", "").strip()[:24]
    if not user.is_administrator:
        if wanted not in {None, user.pk}:
            raise Http404
        return user
    people = Employee.objects.for_company(user.company).select_related("company", "group")
    people = people.defer("source", "password")
    if code:
        found: Employee | None = people.filter(employee_id=code.replace("\x00", "")).first()
        if found is None:
            messages.error(request, NO_SUCH_ID.format(code))
        return found or user
    if wanted is None:
        return user
    named: Employee = get_object_or_404(people, pk=wanted)
    return named


def _form_page(
    request: SignedInRequest, form: CardForm, employee: Employee, **context: Any
) -> HttpResponse:
    user = cast(Employee, request.user)
    domains = employee.company.card_email_domains
    context |= {
        "form": form,
        "employee": employee,
        "is_own": employee.pk == user.pk,
        "back": list_address(user, employee),
        "hides_email": bool(employee.email) and not prints_email(employee, domains),
        **preview_of(form.printed),
    }
    status = 422 if form.is_bound else 200
    return render(request, "cards/edit.html", context, status=status)


@signed_in
@shown_to_support
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    card = visible_card(request, pk)
    if request.method != "POST":
        return _card_page(request, card, CardForm.of_card(card))
    form = CardForm(request.POST)
    others: list[dict[str, str]] = []
    if form.is_valid():
        try:
            change_card(
                card=card,
                printed=form.printed,
                version=form.cleaned_data["version"],
                actor=audit.person(request.user),
            )
        except SavedByAnother as quicker:
            others = _others_values(form, quicker.card)
            form = _again(request, quicker)
        except Refused as refused:
            form.add_problems(refused.problems)
        else:
            messages.success(request, "名刺を保存しました。")
            return redirect("card-edit", pk=card.pk)
    return _card_page(request, card, form, others=others)


def _again(request: SignedInRequest, quicker: SavedByAnother) -> CardForm:
    """What was typed, on top of the card as the other left it: 保存 then means it."""
    typed = request.POST.copy()
    typed["version"] = quicker.card.version
    form = CardForm(typed)
    form.add_problems(quicker.problems)
    return form


def _others_values(form: CardForm, card: BusinessCard) -> list[dict[str, str]]:
    return [
        {"label": LABELS[name], "other": getattr(card, name), "typed": form.printed[name]}
        for name in PRINTED_FIELDS
        if getattr(card, name) != form.printed[name]
    ]


def _card_page(
    request: SignedInRequest, card: BusinessCard, form: CardForm, **context: Any
) -> HttpResponse:
    changes = changes_of(card, card.employee.company.card_email_domains)
    context |= {"card": card, "changes": changes, "shown": fingerprint(changes)}
    return _form_page(request, form, card.employee, **context)


@signed_in
@require_POST
def duplicate(request: SignedInRequest, pk: int) -> HttpResponse:
    card = visible_card(request, pk)
    try:
        copy = duplicate_card(card=card, actor=audit.person(request.user))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("card-edit", pk=card.pk)
    messages.success(request, "名刺を複製しました。開いているのは、複製した名刺です。")
    return redirect("card-edit", pk=copy.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    card = visible_card(request, pk)
    user = cast(Employee, request.user)
    back = list_address(user, card.employee)
    if request.method != "POST":
        context = {"card": card, "employee": card.employee, "back": back}
        return render(request, "cards/delete.html", {**context, **preview_of(card.printed)})
    try:
        delete_card(card=card, actor=audit.person(request.user))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{card.employee.full_name}さんの名刺を1件削除しました。")
    return redirect(back)
