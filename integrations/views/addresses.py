"""通知先 (X3): a section of the settings page, and the page that a mail leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from companies import audit
from companies.access import administrators_only, public
from companies.requests import SignedInRequest
from integrations.health_forms import AddressForm
from integrations.models import NotificationAddress
from integrations.plan import plan_of
from integrations.services import notification_addresses as services
from integrations.services.connection import integration_of
from integrations.views.settings import not_switched_on, settings_response, to_section

SECTION = "addresses"
ASKED = "確認のメールを送りました。7日以内に、メールのページで確認してもらってください。"
NOT_ASKED = "確認のメールを送れませんでした。時間をおいて[メールを再送]を押してください。"


@administrators_only
@require_POST
def add(request: SignedInRequest) -> HttpResponse:
    company, actor = request.user.company, audit.person(request.user)
    form = AddressForm(request.POST)
    return _answer(
        request,
        form,
        lambda: services.add_address(
            company=company, email=form.cleaned_data["email"], actor=actor
        ),
    )


@administrators_only
@require_POST
def ask_again(request: SignedInRequest, pk: int) -> HttpResponse:
    company, actor = request.user.company, audit.person(request.user)
    get_object_or_404(NotificationAddress.objects.for_company(company), pk=pk)
    return _answer(request, None, lambda: services.ask_again(company=company, pk=pk, actor=actor))


@administrators_only
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    company, actor = request.user.company, audit.person(request.user)
    get_object_or_404(NotificationAddress.objects.for_company(company), pk=pk)
    services.remove_address(company=company, pk=pk, actor=actor)
    messages.success(request, "通知先を外しました。", extra_tags=SECTION)
    return to_section(SECTION)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A forged, old, used or withdrawn link looks the same, whoever opens it."""
    row = services.confirm(token) if request.method == "POST" else services.asked_address(token)
    context = {"row": row, "is_confirmed": row is not None and request.method == "POST"}
    status = 200 if row is not None else 404
    return render(request, "integrations/address_confirm.html", context, status=status)


def _answer(
    request: SignedInRequest, form: AddressForm | None, act: Callable[[], bool]
) -> HttpResponse:
    integration = integration_of(request.user.company)
    if not plan_of(integration).is_open:
        return not_switched_on(request, integration, status=403)
    values: dict[str, Any] = {}
    if form is None or form.is_valid():
        try:
            went_out = act()
        except services.RefusedAddress as refusal:
            if form is None:
                values["addresses_refused"] = refusal.message
            else:
                form.add_error("email", refusal.message)
        else:
            if went_out:
                messages.success(request, ASKED, extra_tags=SECTION)
            else:
                messages.warning(request, NOT_ASKED, extra_tags=f"{SECTION}_failed")
            return to_section(SECTION)
    if form is not None:
        values["address_form"] = form
    return settings_response(request, integration, status=422, **values)
