"""差分プレビュー: started with a button, also for a slot that is not saved yet (X1)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from companies.access import administrators_only, open_to_support
from companies.requests import SignedInRequest
from integrations.forms import DepartmentSlotForm
from integrations.services.connection import UNSET, Unset
from integrations.services.previews import start_preview
from integrations.views.starting import started


@administrators_only
@open_to_support
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    company, actor, slot = request.user.company, request.user, _slot(request)
    return started(request, lambda: start_preview(company=company, actor=actor, slot=slot))


def _slot(request: SignedInRequest) -> int | Unset | None:
    if "department_slot" not in request.POST:
        return UNSET
    form = DepartmentSlotForm(request.POST)
    if not form.is_valid():
        raise Http404
    slot: int | None = form.cleaned_data["department_slot"]
    return slot
