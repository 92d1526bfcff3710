"""One person: adding and editing (O3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from companies import audit
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.choices import Role
from employees.forms.person import PersonForm
from employees.models import Employee
from employees.services.departures import number_of_cards
from employees.services.editing import (
    ChangedMeanwhile,
    add_employee,
    edit_employee,
    last_change_of,
    version_of,
)
from employees.views.issued import issued_page
from employees.wanted import LABELS
from groups.queries import group_tree


@administrators_only
@sensitive_post_parameters("new_password")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    tree = group_tree(company)
    typed = (request.POST, request.FILES) if request.method == "POST" else ()
    default = next(pk for pk, node in tree.nodes.items() if node.is_default)
    initial = {"group": default, "role": Role.APPLICANT}
    form = PersonForm(*typed, company=company, tree=tree, initial=initial)
    if not form.is_valid():
        return _add_page(request, form)
    try:
        person, password = add_employee(
            company=company,
            wanted=form.wanted,
            image=form.wanted_image,
            actor=audit.person(request.user),
        )
    except Refused as refusal:
        return _add_page(request, _with_problems(form, refusal))
    text = f"{person.full_name}さん（{person.employee_id}）を追加しました。"
    if password:
        return issued_page(request, passwords={person.pk: password}, text=text)
    messages.success(request, text)
    return redirect("employee-edit", person.pk)


def _add_page(request: SignedInRequest, form: PersonForm) -> HttpResponse:
    context = {"form": form, "tree": form.tree, "group": form["group"].value()}
    status = 422 if form.is_bound else 200
    return render(request, "employees/add.html", context, status=status)


@administrators_only
@sensitive_post_parameters("new_password")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    company = request.user.company
    people = Employee.objects.for_company(company).select_related("company", "group")
    person: Employee = get_object_or_404(people, pk=pk)
    typed = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PersonForm(
        *typed, company=company, tree=group_tree(company), person=person, initial=_shown(person)
    )
    if not form.is_valid():
        return _edit_page(request, person, form)
    before = (person.role, person.password)
    try:
        password = edit_employee(
            employee=person,
            wanted=form.wanted,
            version=form.cleaned_data["version"],
            image=form.wanted_image,
            actor=audit.person(request.user),
        )
    except Refused as refusal:
        return _edit_page(request, person, _with_problems(form, refusal))
    except ChangedMeanwhile:
        person.refresh_from_db()
        return _edit_page(request, person, form, overtaken=True)
    text = f"{person.full_name}さん（{person.employee_id}）を保存しました。"
    if password:
        return issued_page(request, passwords={person.pk: password}, text=text)
    if person.pk == request.user.pk and (person.role, person.password) != before:
        # Rights follow at once (C3): the own session ended with it.
        messages.success(request, f"{text}もう一度ログインしてください。")
        return redirect("login")
    messages.success(request, text)
    return redirect("employee-edit", person.pk)


def _shown(person: Employee) -> dict[str, Any]:
    return {
        "employee_id": person.employee_id,
        "last_name": person.last_name,
        "first_name": person.first_name,
        "email": person.email,
        "group": person.group_id,
        "role": person.role,
        "version": version_of(person),
    }


def _with_problems(form: PersonForm, refusal: Refused) -> PersonForm:
    for problem in refusal.problems:
        form.add_problem(problem.field, problem.text)
    return form


def _edit_page(
    request: SignedInRequest, person: Employee, form: PersonForm, *, overtaken: bool = False
) -> HttpResponse:
    is_fresh = overtaken or not form.is_bound
    context = {
        "form": form,
        "person": person,
        "tree": form.tree,
        "group": form["group"].value(),
        "group_path": form.tree.path(person.group_id),
        "cards": number_of_cards(person),
        "is_oneself": person.pk == request.user.pk,
        # The next press is about the person as the page now shows it.
        "version": version_of(person) if is_fresh else form["version"].value(),
    }
    if overtaken:
        context |= {"overtaken": _differences(person, form), "last": last_change_of(person)}
        # No browser sends them a second time.
        context["typed_again"] = bool(form.wanted.password or form.wanted_image.content)
    status = 422 if form.is_bound else 200
    return render(request, "employees/edit.html", context, status=status)


def _differences(person: Employee, form: PersonForm) -> list[tuple[str, str, str]]:
    """Of each field that is another than typed: its name, the present value, the typed one."""
    wanted, tree = form.wanted, form.tree
    labels = {**LABELS, "group_id": "グループ", "role": "権限"}

    def words(field: str, value: Any) -> str:
        if field == "group_id":
            return tree.path(value)
        return Role(value).label if field == "role" else str(value)

    return [
        (label, words(field, getattr(person, field)), words(field, getattr(wanted, field)))
        for field, label in labels.items()
        if getattr(wanted, field) is not None and getattr(wanted, field) != getattr(person, field)
    ]
