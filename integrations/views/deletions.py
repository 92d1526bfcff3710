"""削除の確認: a person has candidates deleted, or keeps them (E12, G4)."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from companies import audit
from companies.access import administrators_only
from companies.requests import SignedInRequest
from employees.models import Employee
from integrations import candidates
from integrations.banners import situation_of
from integrations.candidates import Selection
from integrations.choices import Trigger
from integrations.models import SyncRun
from integrations.reason_texts import explain
from integrations.services import deletions
from integrations.services.runs import NotReady
from integrations.views.keys import primary_keys
from integrations.views.progress import RunView
from integrations.waiting import Waiting

PAGE_SIZE = 50
READ_AND_WRITE = ["GET", "HEAD", "POST"]
UNTICKED = "名刺が削除されることを確認し、チェックを入れてください。"


@administrators_only
@require_GET
def deletion_list(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    tabs, tab = candidates.tabs_of(company, request.GET.get("tab"))
    page = Paginator(candidates.listed(company, tab), PAGE_SIZE).get_page(request.GET.get("page"))
    rows_of = candidates.person_rows if tab.is_people else candidates.group_rows
    free, free_along = candidates.all_free(company, tab)
    run = candidates.run_under_way(company)
    context = {
        "tabs": tabs,
        "tab": tab,
        "waiting_label": _waiting_label(situation_of(request, company).waiting),
        "page": page,
        "rows": rows_of(list(page.object_list), company=company),
        "free": free,
        "free_along": free_along,
        "brake": candidates.brake_of(company, tab),
        "going": RunView(run, None) if run else None,
        "follows": True,
    }
    return render(request, "integrations/deletions.html", context)


def _waiting_label(waiting: Waiting) -> str:
    """「要確認 3名・グループ2件」; empty where nobody waits."""
    parts = []
    if waiting.people:
        parts.append(f"{waiting.people:,}名")
    if waiting.groups:
        parts.append(f"グループ{waiting.groups:,}件")
    return f"要確認 {'・'.join(parts)}" if parts else ""


@administrators_only
@require_http_methods(READ_AND_WRITE)
def approve(request: SignedInRequest) -> HttpResponse:
    """Asks, with names and numbers; then a run looks each of them up and deletes them."""
    chosen = _selection(request)
    if not chosen.keys:
        return _nothing_chosen(request, chosen)
    if request.method != "POST":
        return _ask(request, "approve", chosen)
    if unconfirmed := _unconfirmed(request.POST, chosen):
        return _ask(request, "approve", chosen, status=422, **unconfirmed)
    try:
        run, is_new = deletions.approve(
            company=request.user.company,
            candidates=chosen.keys,
            trigger=Trigger.SCREEN,
            actor=cast(Employee, request.user),
        )
    except NotReady as refusal:
        problem = explain(refusal.reason, {}, subject="").both
        return _ask(request, "approve", chosen, status=422, problem=problem)
    if not is_new:
        busy = RunView(run, None)
        return _ask(request, "approve", chosen, status=422, active=busy, is_busy=True)
    _say_accepted(request, chosen, run)
    return redirect("smarthr-run", run.pk)


@administrators_only
@require_http_methods(READ_AND_WRITE)
def keep(request: SignedInRequest) -> HttpResponse:
    """「削除しない」: they stay, and are not asked about again."""
    chosen = _selection(request)
    if not chosen.keys:
        return _nothing_chosen(request, chosen)
    if request.method != "POST":
        return _ask(request, "keep", chosen)
    if chosen.stale:
        return _ask(request, "keep", chosen, status=422)
    done = deletions.dismiss(
        company=request.user.company,
        candidates=chosen.keys,
        actor=audit.person(request.user),
    )
    text = f"{len(done):,}{chosen.tab.unit}を残しました。今後の同期では確認しません。"
    messages.success(request, text)
    return redirect(_list_address(request))


def _selection(request: SignedInRequest) -> Selection:
    """From the list: its ticked rows. From the page that asks: exactly those that it named."""
    sent = request.POST if request.method == "POST" else request.GET
    tab = candidates.tab_named(sent.get("tab"))
    if request.method != "POST" and "all" in sent:
        return candidates.selection(request.user.company, tab, None)
    given = sent.get("chosen", "").split(",") if request.method == "POST" else sent.getlist("pk")
    return candidates.selection(request.user.company, tab, primary_keys(given))


def _nothing_chosen(request: SignedInRequest, chosen: Selection) -> HttpResponse:
    run = candidates.run_under_way(request.user.company)
    if chosen.stale and run is not None:  # a second press
        messages.info(request, "すでに削除を実行中です。実行中の削除を表示しています。")
        return redirect("smarthr-run", run.pk)
    if chosen.stale:
        noun = chosen.tab.noun
        text = f"選んだ{noun}は、ほかの人がすでに確認しました。残りの{noun}を確認してください。"
    else:
        text = f"{chosen.tab.noun}を選び、もう一度押してください。"
    messages.warning(request, text)
    return redirect(_list_address(request))


def _unconfirmed(sent: QueryDict, chosen: Selection) -> dict[str, Any]:
    """Why the page has to ask once more: it would not be what the person has agreed to."""
    if chosen.stale:
        return {"is_stale": True}
    if not chosen.tab.is_people:
        return {}
    if sent.get("along") != str(chosen.along):
        return {"problem": "名刺の件数が変わりました。もう一度確認してください。"}
    if chosen.along and "cards_confirmed" not in sent:
        return {"unticked": UNTICKED}
    return {}


def _ask(
    request: SignedInRequest, action: str, chosen: Selection, *, status: int = 200, **said: Any
) -> HttpResponse:
    context = {
        "chosen": chosen,
        "keys": ",".join(map(str, chosen.keys)),
        "back": _list_address(request),
        "page": _page_number(request),
    }
    if action == "approve":
        active = situation_of(request, request.user.company).active
        context["active"] = RunView(active, None) if active else None
        if chosen.tab.is_people:
            context["includes_me"] = candidates.includes(chosen, request.user)
    context |= said
    return render(request, f"integrations/deletions_{action}.html", context, status=status)


def _say_accepted(request: SignedInRequest, chosen: Selection, run: SyncRun) -> None:
    count, unit = run.options["approved"], chosen.tab.unit
    messages.success(request, f"{count:,}{unit}の削除を受け付けました。")
    if others := chosen.count - count:
        text = f"{others:,}{unit}は、ほかの人がいま確認したため、対象から外しました。"
        messages.warning(request, text)


def _list_address(request: SignedInRequest) -> str:
    sent = request.POST if request.method == "POST" else request.GET
    query = {"tab": candidates.tab_named(sent.get("tab")).key}
    if number := _page_number(request):
        query["page"] = number
    return f"{resolve_url('smarthr-deletions')}?{urlencode(query)}"


def _page_number(request: SignedInRequest) -> str:
    sent = request.POST if request.method == "POST" else request.GET
    number = sent.get("page", "")
    return number if number.isascii() and number.isdecimal() else ""
