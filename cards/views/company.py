"""会社の設定."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cards.forms import EmailDomainsForm
from cards.services.email_domains import change_email_domains, shown
from companies import audit
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedInRequest) -> HttpResponse:
    person = cast(Employee, request.user)
    company = person.company
    if request.method != "POST":
        initial = {"domains": shown(company.card_email_domains, "\n")}
        return render(request, "cards/company.html", {"form": EmailDomainsForm(initial=initial)})
    form = EmailDomainsForm(request.POST)
    if form.is_valid():
        try:
            changed = change_email_domains(
                company=company, typed=form.cleaned_data["domains"], actor=audit.person(person)
            )
        except Refused as refused:
            for problem in refused.problems:
                form.add_error(problem.field, problem.text)
        else:
            text = "会社の設定を保存しました。" if changed else "会社の設定は変わっていません。"
            messages.success(request, text)
            return redirect("company-settings")
    return render(request, "cards/company.html", {"form": form}, status=422)
