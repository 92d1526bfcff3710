"""「なぜ？」 of a linked record, and 「この社員だけ同期」 (X9)."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.http import require_GET, require_POST

from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from groups.models import Group
from integrations.person_sync_texts import outcome_of
from integrations.record_links import crew_link
from integrations.services.connection import integration_of
from integrations.services.explanations import why_group, why_person
from integrations.services.person_syncs import newest_of, sync_person
from integrations.views.record_pages import back_from, person_page


@administrators_only
@require_GET
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    employee = _linked_person(request, pk)
    why = why_person(employee)
    context = {
        "person": employee,
        "page_address": person_page(employee.pk),
        "why": why,
        "outcome": outcome_of(newest_of(employee), told=why.summary),
        "smarthr": crew_link(employee.smarthr_id, integration_of(employee.company)),
    }
    return render(request, "integrations/why_person.html", context)


@administrators_only
@require_GET
def group(request: SignedInRequest, pk: int) -> HttpResponse:
    linked = Group.objects.for_company(request.user.company).linked().select_related("company")
    found: Group = get_object_or_404(linked, pk=pk)
    context = {"group": found, "why": why_group(found)}
    return render(request, "integrations/why_group.html", context)


@administrators_only
@require_POST
def sync(request: SignedInRequest, pk: int) -> HttpResponse:
    """The result stands on the page that it leads back to, as long as it is the newest one."""
    employee = _linked_person(request, pk)
    try:
        sync_person(employee=employee, actor=cast(Employee, request.user))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back_from(request, resolve_url("employee-why", employee.pk)))


def _linked_person(request: SignedInRequest, pk: int) -> Employee:
    people = Employee.objects.for_company(request.user.company).linked()
    found: Employee = get_object_or_404(people.select_related("company"), pk=pk)
    return found
