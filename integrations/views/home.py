"""ホーム: the first line says whether there is something to do."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from companies.access import shown_to_support, signed_in
from companies.models import Company
from companies.requests import SignedInRequest
from employees.models import Employee
from groups.models import Group
from groups.queries import group_tree
from integrations.choices import SYNC_KINDS
from integrations.models import SyncRun
from integrations.services.connection import integration_of
from integrations.views.progress import RunView
from integrations.views.to_dos import to_dos

CARDS_SHOWN = 3


@signed_in
@shown_to_support
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    context: dict[str, Any] = {}
    if not request.user.is_support_visitor:  # X11: who has no record here
        context |= _own(cast(Employee, request.user))
    if request.user.is_administrator:
        context |= _for_administrators(request.user.company)
    return render(request, "integrations/home.html", context)


def _own(person: Employee) -> dict[str, Any]:
    cards = list(person.cards.order_by("pk")[: CARDS_SHOWN + 1])
    return {
        "group_path": group_tree(person.company).short_path(person.group_id),
        "cards": cards[:CARDS_SHOWN],
        "has_more_cards": len(cards) > CARDS_SHOWN,
    }


def _for_administrators(company: Company) -> dict[str, Any]:
    integration = integration_of(company)
    syncs = SyncRun.objects.for_company(company).filter(kind__in=SYNC_KINDS)
    newest = syncs.order_by("-started_at").first()
    return {
        "to_dos": to_dos(integration),
        "last": RunView(newest, integration.department_slot) if newest else None,
        "people": Employee.objects.for_company(company).count(),
        "groups": Group.objects.for_company(company).count(),
    }
