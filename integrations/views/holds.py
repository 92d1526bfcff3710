"""自動反映の一時停止 (S6): a section of the settings page with forms of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from companies import audit
from companies.access import administrators_only
from companies.requests import SignedInRequest
from integrations.health_forms import HoldForm
from integrations.plan import plan_of
from integrations.services import holds
from integrations.services.connection import integration_of
from integrations.views.settings import not_switched_on, settings_response, to_section

SECTION = "hold"


@administrators_only
@require_POST
def hold(request: SignedInRequest) -> HttpResponse:
    integration = integration_of(request.user.company)
    if not plan_of(integration).is_open:
        return not_switched_on(request, integration, status=403)
    form = HoldForm(request.POST, integration=integration)
    if form.is_valid():
        until = form.cleaned_data["until"]
        try:
            actor = audit.person(request.user)
            holds.hold(company=request.user.company, until=until, actor=actor)
        except holds.RefusedHold as refusal:
            form.add_error("until", refusal.message)
    if form.errors:
        values: dict[str, Any] = {"hold_form": form}
        return settings_response(request, integration, status=422, **values)
    said = f"{until:%Y/%m/%d}まで、自動反映を一時停止します。"
    messages.success(request, said, extra_tags=SECTION)
    return to_section(SECTION)


@administrators_only
@require_POST
def resume(request: SignedInRequest) -> HttpResponse:
    integration = integration_of(request.user.company)
    if not plan_of(integration).is_open:
        return not_switched_on(request, integration, status=403)
    try:
        actor = audit.person(request.user)
        ended = holds.resume(company=request.user.company, actor=actor)
    except holds.RefusedHold as refusal:
        values = {"hold_refused": refusal.message}
        return settings_response(request, integration, status=422, **values)
    said = "自動反映を再開しました。" if ended else "自動反映は、すでに再開しています。"
    messages.success(request, said, extra_tags=SECTION)
    return to_section(SECTION)
