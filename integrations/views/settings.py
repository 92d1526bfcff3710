"""設定 / SmartHR連携: each section is its own form with its own result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from companies import audit
from companies.access import administrators_only
from companies.models import Company
from companies.requests import SignedInRequest
from integrations.banners import situation_of
from integrations.choices import SYNC_KINDS, RunKind
from integrations.forms import (
    ConnectionForm,
    DepartmentSlotForm,
    OtherSettingsForm,
    SettingsForm,
    WebhookForm,
    slot_label,
)
from integrations.models import SmartHRIntegration, SyncRun
from integrations.plan import plan_of
from integrations.services.check import check_connection
from integrations.services.connection import RefusedValue, configure, integration_of
from integrations.services.webhook_state import webhook_state
from integrations.views.connection import connection_context
from integrations.views.health_sections import SECTIONS, health_context
from integrations.views.progress import RunView

HISTORY_LENGTH = 10
FORMS: dict[str, type[SettingsForm]] = {
    "connection": ConnectionForm,
    "slot": DepartmentSlotForm,
    "webhook": WebhookForm,
    "others": OtherSettingsForm,
}
SAVED = "保存しました。"
# Marks a message that says nothing but that the connection was tested.
TESTED = "check"


@administrators_only
@require_GET
def settings_page(request: SignedInRequest) -> HttpResponse:
    integration = integration_of(request.user.company)
    if not plan_of(integration).is_open:
        return not_switched_on(request, integration)
    return settings_response(request, integration)


@administrators_only
@sensitive_post_parameters("token")
@require_POST
def save_section(request: SignedInRequest, section: str) -> HttpResponse:
    """Saves one section; the others keep what is typed in them."""
    if section not in FORMS:
        raise Http404
    integration = integration_of(request.user.company)
    if not plan_of(integration).is_open:
        return not_switched_on(request, integration, status=403)
    before = (integration.subdomain, integration.token_ciphertext)
    said_elsewhere = (integration.is_connected, integration.webhook_mode)
    stored = FORMS[section].stored(integration)
    form = FORMS[section](request.POST, initial=stored, auto_id=f"{section}_%s")
    if not form.is_valid() or _must_ask(form, integration, request):
        return section_response(request, integration, section, form=form, status=422)
    try:
        actor = audit.person(request.user)
        integration = configure(company=request.user.company, actor=actor, changes=form.changes())
    except RefusedValue as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return section_response(request, integration, section, form=form, status=422)
    is_new = before != (integration.subdomain, integration.token_ciphertext)
    if is_new and integration.is_connected:
        check_connection(company=request.user.company)  # saved already, whatever it finds (T4)
        integration = integration_of(request.user.company)
    changes_others = said_elsewhere != (integration.is_connected, integration.webhook_mode)
    if not request.htmx or changes_others:
        messages.success(request, SAVED, extra_tags=section)
        if is_new:
            messages.info(request, TESTED, extra_tags=TESTED)
        # The first connection and another mode change what the other sections say.
        return HttpResponseClientRefresh() if request.htmx else to_section(section)
    said = {f"{section}_result": SAVED, f"{TESTED}_result": TESTED if is_new else ""}
    return section_response(request, integration, section, said=said)


def to_section(section: str) -> HttpResponse:
    return redirect(f"{resolve_url('smarthr-settings')}#{section}")


def not_switched_on(
    request: SignedInRequest, integration: SmartHRIntegration, *, status: int = 200
) -> HttpResponse:
    """P2: what the integration does and whom to ask; there is nothing to set."""
    if request.htmx:
        return HttpResponseClientRefresh()
    context = {"plan": plan_of(integration), "integration": integration}
    return render(request, "integrations/not_switched_on.html", context, status=status)


def _must_ask(form: SettingsForm, integration: SmartHRIntegration, request: HttpRequest) -> bool:
    if isinstance(form, ConnectionForm) or not form.asks_first(integration):
        return False
    return request.POST.get("confirmed") != form.confirmation


def _form(section: str, integration: SmartHRIntegration) -> SettingsForm:
    kind = FORMS[section]
    return kind(initial=kind.stored(integration), auto_id=f"{section}_%s")


def section_response(
    request: SignedInRequest,
    integration: SmartHRIntegration,
    section: str,
    *,
    form: SettingsForm | None = None,
    status: int = 200,
    said: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The section, with what it changes elsewhere on the page; without script the whole page."""
    context: dict[str, Any] = {
        "slot_now": slot_label(integration.department_slot),
        f"{section}_form": form or _form(section, integration),
        f"{section}_asks": status == 422 and form is not None and form.is_valid(),
        **(said or {}),
    }
    if not request.htmx:
        return settings_response(request, integration, status=status, **context)
    context |= {"section": section, "template": f"integrations/_{section}.html"}
    context |= {"integration": integration, "plan": plan_of(integration)}
    context["is_saved"] = status == 200
    context |= connection_context(integration)
    context["webhook"] = webhook_state(integration)
    return render(request, "integrations/section.html", context, status=status)


def settings_response(
    request: SignedInRequest, integration: SmartHRIntegration, *, status: int = 200, **changed: Any
) -> HttpResponse:
    company = request.user.company
    recent = list(SyncRun.objects.for_company(company).order_by("-started_at")[:HISTORY_LENGTH])
    slot = integration.department_slot
    connection = connection_context(integration)
    situation = situation_of(request, company)
    situation.integration = integration
    situation.issues = list(connection["connection"].issues)
    history = [RunView(run, slot) for run in recent]
    active = next((run for run in recent if run.is_active), None)
    context = {
        "integration": integration,
        "slot_now": slot_label(slot),
        "plan": plan_of(integration),
        "history": history,
        "active": RunView(active, slot) if active else None,
        "last_departments": _newer(
            _with_departments(history), _last(company, RunKind.DEPARTMENTS, slot)
        ),
        "last_employees": _last(company, RunKind.EMPLOYEES, slot),
        **{f"{section}_form": _form(section, integration) for section in FORMS},
        **connection,
        **health_context(integration),
        "webhook": webhook_state(integration),
        **_results(request),
        **changed,
    }
    return render(request, "integrations/settings.html", context, status=status)


def _with_departments(history: list[RunView]) -> RunView | None:
    """The newest ended run that read departments, alone or before the people (D5)."""
    syncs = (view for view in history if view.run.kind in SYNC_KINDS)
    return next((view for view in syncs if not view.run.is_active and view.departments.read), None)


def _newer(first: RunView | None, second: RunView | None) -> RunView | None:
    views = [view for view in (first, second) if view]
    return max(views, key=lambda view: view.run.started_at, default=None)


def _last(company: Company, kind: RunKind, slot: int | None) -> RunView | None:
    """The newest run of a kind that has ended."""
    ended = SyncRun.objects.for_company(company).filter(kind=kind, finished_at__isnull=False)
    run = ended.order_by("-started_at").first()
    return RunView(run, slot) if run else None


def _results(request: HttpRequest) -> dict[str, str]:
    """What a section said before the redirect, to be shown beside its button."""
    return {
        f"{message.extra_tags}_result": str(message)
        for message in messages.get_messages(request)
        if message.extra_tags in {*FORMS, *SECTIONS, TESTED}
    }
