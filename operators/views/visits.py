"""閲覧: a support visit begins with a reason and ends with a button (X11)."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from companies.access import open_to_support, operators_only, signed_in
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from operators.forms import ReasonForm
from operators.services.visits import end_visit, start_visit
from operators.views.companies import company_response, customer
from operators.visitor import SupportVisitor


@operators_only
@require_POST
def visit(request: SignedInRequest, pk: int) -> HttpResponse:
    company, form = customer(pk), ReasonForm(request.POST)
    if form.is_valid():
        try:
            start_visit(
                request=request,
                staff=cast(Employee, request.user),
                company=company,
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            form.take(refusal)
        else:
            return redirect("home")
    return company_response(request, company, visit_form=form)


@signed_in
@open_to_support
@require_POST
def end(request: SignedInRequest) -> HttpResponse:
    """Once more, or after the hour, it only leads back."""
    visitor = request.user
    if not isinstance(visitor, SupportVisitor):
        return redirect("operator-companies" if request.user.is_operator_staff else "home")
    end_visit(request=request, staff=visitor.staff, company=visitor.company)
    messages.success(request, f"{visitor.company.name}の閲覧を終了しました。")
    return redirect("operator-company", visitor.company.pk)
