"""連携の解除: of one person whose crew is gone, and of the whole company (X12)."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from companies import audit
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from integrations.services.connection import integration_of
from integrations.services.person_unlinking import unlink_person
from integrations.services.unlinking import links_of, may_unlink, unlink_company
from integrations.services.webhook_removals import left_at_smarthr
from integrations.unlink_forms import UnlinkForm
from integrations.views.record_pages import back_from, person_page

READ_AND_WRITE = ["GET", "HEAD", "POST"]


@administrators_only
@require_http_methods(READ_AND_WRITE)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    people = Employee.objects.for_company(request.user.company).linked()
    employee: Employee = get_object_or_404(people.select_related("company", "group"), pk=pk)
    context: dict[str, Any] = {
        "person": employee,
        "cards": cast(Any, employee).cards.count(),  # of the app above this one
    }
    if request.method != "POST":
        return render(request, "integrations/unlink_person.html", context)
    label = employee.label
    try:
        unlink_person(employee=employee, actor=audit.person(request.user))
    except Refused as refusal:
        context["problem"] = str(refusal)
        return render(request, "integrations/unlink_person.html", context, status=422)
    messages.success(request, f"{label}の連携を解除しました。この社員は、ここで編集できます。")
    return redirect(back_from(request, person_page(pk)))


@administrators_only
@require_http_methods(READ_AND_WRITE)
def company(request: SignedInRequest) -> HttpResponse:
    """Open whatever the plan says (P2)."""
    own = request.user.company
    form = UnlinkForm(request.POST or None, company=own)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form)
    before = links_of(own)
    try:
        is_done = unlink_company(company=own, actor=cast(Employee, request.user))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, form)
    if is_done:
        said = f"社員{before.people:,}名とグループ{before.groups:,}件の連携を解除しました。"
        messages.success(request, f"SmartHRとの接続を削除し、{said}")
    return redirect("smarthr-unlink")


def _ask(request: SignedInRequest, form: forms.Form) -> HttpResponse:
    integration = integration_of(request.user.company)
    context = {
        "form": form,
        "integration": integration,
        "links": links_of(integration.company_id),
        "may_unlink": may_unlink(integration),
        "left": left_at_smarthr(integration.company_id),
    }
    status = 422 if form.errors else 200
    return render(request, "integrations/unlink_company.html", context, status=status)
