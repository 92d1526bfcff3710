"""Stopping and resuming a login (O3a)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from companies import audit
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from employees.services.logins import resume_login, stop_login


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Employee.objects.for_company(request.user.company), pk=pk)
    context = {"person": person, "is_oneself": person.pk == request.user.pk}
    if request.method != "POST":
        return render(request, "employees/stop.html", context)
    try:
        stop_login(employee=person, actor=audit.person(request.user))
    except Refused as refusal:
        context["problem"] = str(refusal)
        return render(request, "employees/stop.html", context, status=422)
    messages.success(
        request, f"{person.full_name}さん（{person.employee_id}）のログインを停止しました。"
    )
    if context["is_oneself"]:  # whose session has just ended
        return redirect("login")
    return redirect("employee-edit", person.pk)


@administrators_only
@require_POST
def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Employee.objects.for_company(request.user.company), pk=pk)
    try:
        resume_login(employee=person, actor=audit.person(request.user))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("employee-list")
    messages.success(
        request, f"{person.full_name}さん（{person.employee_id}）のログインを再開しました。"
    )
    return redirect("employee-edit", person.pk)
