"""再実行 of one delivery, and of all that are parked (W8)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from companies import audit
from companies.access import administrators_only
from companies.requests import SignedInRequest
from integrations.reasons import Reason
from webhooks.log.states import may_be_retried
from webhooks.log.waits import Outlook, outlook_of
from webhooks.models import Delivery
from webhooks.services.retries import retry_delivery, retry_parked

TOO_LATE = "すでに受け付けたか、処理が済んでいるため、再実行するものはありません。"


@administrators_only
@require_POST
def retry_one(request: SignedInRequest, pk: int) -> HttpResponse:
    company = request.user.company
    delivery = get_object_or_404(Delivery.objects.for_company(company), pk=pk)
    outlook = outlook_of(company)
    if outlook.refusal:
        messages.error(request, outlook.refusal)
    elif may_be_retried(delivery) and retry_delivery(
        delivery=delivery, actor=audit.person(request.user)
    ):
        messages.success(request, _accepted(1, outlook))
    else:
        messages.info(request, TOO_LATE)
    if "list" in request.POST:
        return _to_list(request)
    return redirect("webhook-log-delivery", pk)


@administrators_only
@require_POST
def retry_all(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    outlook = outlook_of(company)
    if outlook.refusal:
        messages.error(request, outlook.refusal)
    elif count := retry_parked(company=company, actor=audit.person(request.user)):
        messages.success(request, _accepted(count, outlook))
    else:
        messages.info(request, TOO_LATE)
    return _to_list(request)


def _accepted(count: int, outlook: Outlook) -> str:
    text = f"{count:,}件の再実行を受け付けました。"
    is_held = outlook.verdict.reason == Reason.ON_HOLD
    return f"{text}自動反映を再開すると処理します。" if is_held else text


def _to_list(request: SignedInRequest) -> HttpResponse:
    """Narrowed as it was. Only a query is taken from the form, never an address."""
    query = QueryDict(request.POST.get("list", "")).urlencode()
    page = reverse("webhook-log")
    return HttpResponseRedirect(f"{page}?{query}" if query else page)
