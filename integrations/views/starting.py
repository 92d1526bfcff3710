"""What a button that starts a run answers."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from companies.requests import SignedInRequest
from integrations.models import SyncRun
from integrations.reason_texts import explain
from integrations.services.runs import NotReady
from integrations.views.progress import RunView


def started(request: SignedInRequest, start: Callable[[], tuple[SyncRun, bool]]) -> HttpResponse:
    """Leads to the new run, or to the one that is going on already (T6)."""
    try:
        run, is_new = start()
    except NotReady as refusal:
        messages.error(request, explain(refusal.reason, {}, subject="").both)
        return redirect("smarthr-settings")
    view = RunView(run, None)
    if is_new:
        messages.success(request, f"{view.title}を受け付けました。")
    else:
        noun = view.noun
        messages.info(request, f"すでに{noun}を実行中です。実行中の{noun}を表示しています。")
    return redirect("smarthr-run", run.pk)
