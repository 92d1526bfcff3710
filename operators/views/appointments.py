"""後任の管理者: the operator's way out where the last 管理者 could not go (C6)."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from companies.access import operators_only
from companies.models import Company
from companies.refusals import Problem, Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from employees.services.companies import appoint_administrator
from operators.forms import AppointForm
from operators.held_back import held_back
from operators.queries import customers
from operators.reasons import checked_reason
from operators.services.actors import support

NOBODY = "この社員IDの社員はいません。お客様に確認した社員IDを入力してください。"


@operators_only
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: SignedInRequest, pk: int) -> HttpResponse:
    """The 社員ID is the customer's word; whose it is, is shown before anything happens."""
    company = get_object_or_404(customers(), pk=pk)
    form = AppointForm(request.POST if request.method == "POST" else None)
    found: Employee | None = None
    if form.is_valid():
        try:
            found = _successor(company, form.cleaned_data["employee_id"])
            reason = checked_reason(form.cleaned_data["reason"])
            if request.POST.get("confirmed") == str(found.pk):
                actor = support(cast(Employee, request.user))
                appoint_administrator(employee=found, reason=reason, actor=actor)
                said = f"{found.label}を管理者にしました。保留中の変更は、次の同期で反映されます。"
                messages.success(request, said)
                return redirect("operator-company", pk)
        except Refused as refusal:
            form.take(refusal)
            found = None
    context: dict[str, Any] = {"form": form, "company": company, "found": found}
    context["held"] = held_back(company)
    status = 422 if form.errors else 200
    return render(request, "operators/appoint.html", context, status=status)


def _successor(company: Company, employee_id: str) -> Employee:
    people = Employee.objects.for_company(company).filter(employee_id=employee_id)
    found: Employee | None = people.first() if "\x00" not in employee_id else None
    if found is None:
        raise Refused(problems=[Problem("employee_id", NOBODY)])
    return found
