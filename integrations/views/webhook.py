"""The secret of our webhook: shown to whoever registers by hand, and renewed (W3, W9)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from companies import audit
from companies.access import administrators_only, not_for_support
from companies.requests import SignedInRequest
from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from integrations.plan import plan_of
from integrations.services.connection import integration_of
from integrations.services.webhook_claim import RegistrationBusy
from integrations.services.webhook_registration import RegistrationFailed
from integrations.services.webhook_rotation import (
    RotationRefused,
    reveal_secret,
    revoke_old,
    rotate_secret,
)
from integrations.services.webhook_secrets import old_is_accepted
from integrations.views.settings import not_switched_on, to_section
from integrations.webhook_texts import BUSY, unsent_text

SECTION = "webhook"
Handler = Callable[[SignedInRequest, SmartHRIntegration], HttpResponse]


def _where_open(view: Handler) -> Callable[[SignedInRequest], HttpResponse]:
    """For a company that has the integration (P2)."""

    @wraps(view)
    def checked(request: SignedInRequest) -> HttpResponse:
        integration = integration_of(request.user.company)
        if not plan_of(integration).is_open:
            return not_switched_on(request, integration, status=403)
        return view(request, integration)

    return checked


@administrators_only
@not_for_support
@require_POST
@_where_open
def secret(request: SignedInRequest, integration: SmartHRIntegration) -> HttpResponse:
    """Never part of another page; a script asks for it as JSON. No browser keeps the answer."""
    company = request.user.company
    value = reveal_secret(company=company, actor=audit.person(request.user))
    if request.accepts("text/html"):
        if not value:
            return to_section(SECTION)
        return render(request, "integrations/webhook_secret.html", {"secret": value})
    return JsonResponse({"secret": value}, status=200 if value else 404)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
@_where_open
def rotate(request: SignedInRequest, integration: SmartHRIntegration) -> HttpResponse:
    """W9: asked first; what came of it is said in the section."""
    if integration.webhook_mode == WebhookMode.OFF:
        return to_section(SECTION)
    if request.method != "POST":
        return render(request, "integrations/webhook_rotate.html", {"integration": integration})
    actor = audit.person(request.user)
    _attempt(
        request,
        lambda: rotate_secret(company=request.user.company, actor=actor),
        "シークレットトークンを再発行しました。",
    )
    return to_section(SECTION)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
@_where_open
def revoke(request: SignedInRequest, integration: SmartHRIntegration) -> HttpResponse:
    """W9: the old secret ends before its time."""
    if not old_is_accepted(integration):
        return to_section(SECTION)
    if request.method != "POST":
        return render(request, "integrations/webhook_revoke.html", {"integration": integration})
    actor = audit.person(request.user)
    _attempt(
        request,
        lambda: revoke_old(company=request.user.company, actor=actor),
        "古いシークレットトークンを無効にしました。",
    )
    return to_section(SECTION)


def _attempt(request: SignedInRequest, act: Callable[[], object], done: str) -> None:
    try:
        act()
    except RotationRefused as refusal:
        messages.error(request, refusal.message)
    except RegistrationBusy:
        messages.error(request, BUSY)
    except RegistrationFailed as failure:
        messages.error(request, unsent_text(failure.code, failure.detail).both)
    else:
        messages.success(request, done, extra_tags=SECTION)
