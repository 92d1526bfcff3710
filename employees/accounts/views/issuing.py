"""パスワードの再発行: one person gets a one-time password, shown once (X5)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companies import audit
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.accounts.forms import moment_of
from employees.models import Employee
from employees.services import guesses
from employees.services.logins import OWN, STOPPED, issue_one_time_password


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: SignedInRequest, pk: int) -> HttpResponse:
    people = Employee.objects.for_company(request.user.company).select_related("company")
    person: Employee = get_object_or_404(people, pk=pk)
    if request.method != "POST":
        return _ask(request, person)
    asked_at = moment_of(request.POST.get("asked_at"))
    actor = audit.person(request.user)
    try:
        password = issue_one_time_password(employee=person, actor=actor, asked_at=asked_at)
    except Refused as refusal:
        return _ask(request, person, problem=str(refusal), status=422)
    guesses.forget_failures_of(person)
    person.refresh_from_db()
    # In this answer and nowhere else: neither in the session nor in a message.
    context = {"person": person, "password": password, "login_address": login_address()}
    return render(request, "employees/accounts/issued.html", context)


def login_address() -> str:
    return f"{settings.PUBLIC_URL}{resolve_url('login')}"


def _ask(
    request: SignedInRequest, person: Employee, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "person": person,
        "problem": problem,
        "impossible": _impossible(request, person),
        "asked_at": int(timezone.now().timestamp()),
    }
    return render(request, "employees/accounts/issue.html", context, status=status)


def _impossible(request: SignedInRequest, person: Employee) -> str:
    if person.pk == request.user.pk:
        return OWN
    return "" if person.is_active else STOPPED
