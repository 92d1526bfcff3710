"""差分プレビュー: started with a button, also for a slot that is not saved yet (X1)."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from companies.access import administrators_only
from companies.requests import SignedInRequest
from employees.models import Employee
from integrations.forms import DepartmentSlotForm
from integrations.services.connection import UNSET, Unset
from integrations.services.previews import start_preview
from integrations.services.runs import NotReady
from integrations.views.starting import ALREADY_RUNNING, tell_refusal


@administrators_only
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    try:
        run, started = start_preview(
            company=request.user.company,
            actor=cast(Employee, request.user),
            slot=_slot(request),
        )
    except NotReady as refusal:
        tell_refusal(request, refusal)
        return redirect("smarthr-settings")
    if started:
        messages.success(request, "差分プレビューを受け付けました。まだ何も変更しません。")
    else:
        messages.info(request, ALREADY_RUNNING)
    return redirect("smarthr-run", run.pk)


def _slot(request: SignedInRequest) -> int | Unset | None:
    if "department_slot" not in request.POST:
        return UNSET
    form = DepartmentSlotForm(request.POST)
    if not form.is_valid():
        raise Http404
    slot: int | None = form.cleaned_data["department_slot"]
    return slot
