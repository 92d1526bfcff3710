"""接続テスト, and the numbers of people before the first import (T4, E13)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import reswap, retarget

from companies.access import administrators_only, open_to_support
from companies.requests import SignedInRequest
from integrations.models import SmartHRIntegration
from integrations.plan import plan_of
from integrations.services.check import check_connection, count_crews
from integrations.services.connection import integration_of
from integrations.services.connection_state import connection_state
from integrations.services.first_import_notice import counted_notice, first_import_notice
from integrations.subdomain import parse_subdomain
from integrations.views.settings import (
    TESTED,
    not_switched_on,
    section_response,
    settings_response,
    to_section,
)


@administrators_only
@open_to_support
@sensitive_post_parameters("token")
@require_POST
def run_check(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    integration = integration_of(company)
    if not plan_of(integration).is_open:
        return not_switched_on(request, integration, status=403)
    if request.htmx and _is_unsaved(request.POST, integration):
        # What is typed stays: only the answer beside the button is replaced.
        answer = render(request, "integrations/_unsaved.html", status=422)
        return reswap(retarget(answer, "#connection-said"), "innerHTML")
    check_connection(company=company)
    if not request.htmx:
        messages.info(request, TESTED, extra_tags=TESTED)
        return to_section("connection")
    said = {f"{TESTED}_result": TESTED}
    return section_response(request, integration_of(company), "connection", said=said)


@administrators_only
@require_GET
def first_import(request: SignedInRequest) -> HttpResponse:
    """Counts where no test has done so; a part of the page, or without script all of it."""
    company = request.user.company
    integration = integration_of(company)
    if not plan_of(integration).is_open:
        return not_switched_on(request, integration)
    notice = first_import_notice(integration, connection_state(integration).result)
    if notice is not None and not notice.crews:
        notice = counted_notice(integration, count_crews(company=company))
    if not request.htmx:
        return settings_response(request, integration, notice=notice)
    return render(request, "integrations/_first_import.html", {"notice": notice})


def _is_unsaved(typed: QueryDict, integration: SmartHRIntegration) -> bool:
    """Whether a test of what is saved would not be a test of what the form shows."""
    subdomain = typed.get("subdomain", integration.subdomain)
    is_same = subdomain == integration.subdomain or (
        parse_subdomain(subdomain) == integration.subdomain
    )
    return bool(typed.get("token")) or not is_same
