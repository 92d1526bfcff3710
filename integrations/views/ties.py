"""Surveys of the account and the ties that they propose (T7, X8, X12)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.http import require_http_methods

from companies import audit
from companies.access import administrators_only
from companies.requests import SignedInRequest
from employees.models import Employee
from integrations import tie_lists
from integrations.choices import SURVEY_KINDS, NotTied, RunKind, RunStatus, Subject
from integrations.models import SmartHRIntegration, SyncRun, Tie
from integrations.plan import plan_of
from integrations.services.connection import RefusedValue, integration_of
from integrations.services.surveys import is_of_this_account, start_survey
from integrations.services.ties import AccountChanged, Tied, judge, tie, untie
from integrations.views.keys import primary_keys
from integrations.views.progress import RunView
from integrations.views.starting import started

PAGE_SIZE = 50
NAMED = 10
MOST = 10_000  # that one press ties or unties
SUBJECTS = {"people": Subject.EMPLOYEE, "groups": Subject.GROUP}
NO_CHOICE = "選択されていません。一覧で選んでから、ボタンを押してください。"


@dataclass(frozen=True, slots=True)
class Words:
    """How the two kinds of ties are spoken of."""

    verb: str
    after: str


WORDS = {
    RunKind.FIRST_IMPORT: Words(
        "紐付け", "社員ID・姓名・メールアドレスは、次の同期でSmartHRの値になります。"
    ),
    RunKind.RELINK: Words("付け替え", "もう一度同期してください。"),
}


def survey_page(
    request: SignedInRequest, view: RunView, integration: SmartHRIntegration
) -> HttpResponse:
    """The end of a survey: what it found, and what can be done now."""
    run = view.run
    asking = SyncRun.objects.for_company(run.company_id).filter(pk=run.options.get("asked_by"))
    context: dict[str, Any] = {"view": view, "integration": integration, "asking": asking.first()}
    if run.status == RunStatus.SUCCEEDED:
        context |= {
            "open_people": tie_lists.open_ties(run, Subject.EMPLOYEE).count(),
            "open_groups": tie_lists.open_ties(run, Subject.GROUP).count(),
            "tied": tie_lists.tied(run).count(),
            "is_current": is_of_this_account(run, integration),
        }
    return render(request, "integrations/run_survey.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def relink(request: SignedInRequest, pk: int) -> HttpResponse:
    """付け替え: starts the survey for a sync that stopped at another account (T5, X12)."""
    run = get_object_or_404(SyncRun.objects.for_company(request.user.company), pk=pk)
    integration = integration_of(request.user.company)
    view = RunView(run, None)
    if not view.asks_about(integration):
        return redirect("smarthr-run", run.pk)
    if request.method == "POST":
        company, actor = request.user.company, cast(Employee, request.user)
        return started(
            request,
            lambda: start_survey(company=company, kind=RunKind.RELINK, actor=actor, asked_by=run),
        )
    return render(request, "integrations/relink.html", {"view": view, "integration": integration})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def ties_page(request: SignedInRequest, pk: int) -> HttpResponse:
    surveys = SyncRun.objects.for_company(request.user.company).filter(kind__in=SURVEY_KINDS)
    run: SyncRun = get_object_or_404(surveys, pk=pk)
    if run.status != RunStatus.SUCCEEDED:
        return redirect("smarthr-run", run.pk)
    if request.method != "POST":
        return _list(request, run, request.GET)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    if not (chosen := _chosen(request, run)):
        return _list(request, run, request.POST, problem=NO_CHOICE)
    try:
        return act(request, run, chosen)
    except AccountChanged:  # the list says so
        return redirect("smarthr-ties", run.pk)
    except RefusedValue as refusal:
        return _list(request, run, request.POST, problem=refusal.message)


# --- acts -----------------------------------------------------------------------------------------
def _tie(request: SignedInRequest, run: SyncRun, chosen: set[int]) -> HttpResponse:
    words, company = WORDS[RunKind(run.kind)], run.company
    if "confirmed" not in request.POST:
        return _question(request, run, judge(company=company, ties=chosen))
    verdict = tie(company=company, ties=chosen, actor=audit.person(request.user))
    if verdict.done:
        messages.success(request, f"{_how_many(verdict.done)}を{words.verb}ました。{words.after}")
    _tell_left_out(request, verdict, f"{words.verb}ませんでした。")
    return redirect(_address(run, request.POST))


def _untie(request: SignedInRequest, run: SyncRun, chosen: set[int]) -> HttpResponse:
    words = WORDS[RunKind(run.kind)]
    now = sorted(chosen)[:MOST]
    verdict = untie(company=run.company, ties=now, actor=audit.person(request.user))
    if verdict.done:
        messages.success(request, f"{_how_many(verdict.done)}の{words.verb}を取り消しました。")
    if later := len(chosen) - len(now):
        text = f"一度に取り消せるのは{MOST:,}件までです。"
        messages.warning(request, f"{text}残りの{later:,}件は、続けて取り消してください。")
    _tell_left_out(request, verdict, "取り消しませんでした。")
    return redirect(_address(run, request.POST))


_ACTS = {"tie": _tie, "untie": _untie}


def _chosen(request: SignedInRequest, run: SyncRun) -> set[int]:
    """From the list: its ticked ties, or all. From the page that asks: exactly those it named."""
    sent = request.POST
    if "confirmed" in sent:
        given = primary_keys(sent.get("chosen", "").split(","))
    elif "everything" in sent:
        return set(_listed(run, *_place(sent)).values_list("pk", flat=True))
    else:
        given = primary_keys(sent.getlist("ties"))
    others = Tie.objects.for_company(run.company_id).filter(pk__in=given).exclude(run=run)
    return given - set(others.values_list("pk", flat=True))


def _question(request: SignedInRequest, run: SyncRun, verdict: Tied) -> HttpResponse:
    """X8: what follows, and who is meant, before anything is tied."""
    if not verdict.done:
        return _list(request, run, request.POST, problem=" ".join(_sentences(verdict)))
    # All of them were judged: two of one person may stand far from each other.
    now = verdict.done[:MOST]
    context = {
        "run": run,
        "view": RunView(run, None),
        "words": WORDS[RunKind(run.kind)],
        "integration": integration_of(run.company),
        "how_many": _how_many(now),
        "people": sum(row.subject == Subject.EMPLOYEE for row in now),
        "named": [tie_lists.TieRow(row, 1, 1) for row in now[:NAMED]],
        "unnamed": max(len(now) - NAMED, 0),
        "sentences": _sentences(verdict),
        "chosen": ",".join(str(row.pk) for row in now),
        "later": len(verdict.done) - len(now),
        "most": MOST,
        "place": _place(request.POST),
        "back": _address(run, request.POST),
    }
    return render(request, "integrations/ties_question.html", context)


def _how_many(rows: list[Tie]) -> str:
    people = sum(row.subject == Subject.EMPLOYEE for row in rows)
    groups = len(rows) - people
    parts = [f"{people:,}名"] if people else []
    return "と".join([*parts, *([f"グループ{groups:,}件"] if groups else [])])


def _tell_left_out(request: SignedInRequest, verdict: Tied, title: str) -> None:
    for sentence in _sentences(verdict):
        messages.warning(request, f"{title}{sentence}")


def _sentences(verdict: Tied) -> list[str]:
    """Whom it is about and why, one a reason."""
    labels: dict[NotTied, list[str]] = defaultdict(list)
    for one in verdict.left_out:
        labels[one.reason].append(one.label or "選んだ社員・グループ")
    return [
        f"{'、'.join(names[:NAMED])}"
        f"{f' ほか{len(names) - NAMED:,}件' if len(names) > NAMED else ''}：{reason.label}"
        for reason, names in labels.items()
    ]


# --- the list -------------------------------------------------------------------------------------
def _place(data: QueryDict) -> tuple[str, str]:
    """Tab and filter of a list; what is unknown is the first."""
    tab, matched = data.get("tab", ""), data.get("match", "")
    known = tab if tab in {"people", "groups", "tied", "left"} else ""
    return known, matched if matched in tie_lists.FILTERS else ""


def _address(run: SyncRun, data: QueryDict) -> str:
    """Back to the list, without a filter that nothing is left of."""
    tab, matched = _place(data)
    if matched and not _listed(run, tab, matched).exists():
        matched = ""
    query = QueryDict(mutable=True)
    query.update({key: value for key, value in (("tab", tab), ("match", matched)) if value})
    return f"{resolve_url('smarthr-ties', run.pk)}{'?' if query else ''}{query.urlencode()}"


def _listed(run: SyncRun, tab: str, matched: str) -> Any:
    if tab == "tied":
        return tie_lists.tied(run)
    return tie_lists.open_ties(run, SUBJECTS.get(tab, Subject.EMPLOYEE), matched)


def _list(
    request: SignedInRequest, run: SyncRun, data: QueryDict, *, problem: str = ""
) -> HttpResponse:
    integration = integration_of(run.company)
    wanted, matched = _place(data)
    tabs = tie_lists.tabs_of(run)
    by_key = {tab.key: tab for tab in tabs}
    tab = by_key.get(wanted) or next((tab for tab in tabs if tab.count), tabs[0])
    tied = by_key["tied"].count
    context: dict[str, Any] = {
        "run": run,
        "view": RunView(run, None),
        "words": WORDS[RunKind(run.kind)],
        "integration": integration,
        "is_current": is_of_this_account(run, integration),
        "tabs": tabs,
        "tab": tab,
        "tied": tied,
        # Before anything is tied, a sync would only stop at the unknown account again (T5).
        "may_sync": plan_of(integration).may_process
        and (run.kind != RunKind.RELINK or tied or not integration.account_unchecked),
        "is_done": not any(tab.count for tab in tabs if tab.key in SUBJECTS),
        "matched": matched,
        "problem": problem,
        "most": MOST,
    }
    if run.kind == RunKind.FIRST_IMPORT and tab.key == "people":
        context["filters"] = tie_lists.filter_counts(run)
    context |= _page(run, tab.key, matched, data.get("page"))
    return render(request, "integrations/ties.html", context, status=422 if problem else 200)


def _page(run: SyncRun, tab: str, matched: str, number: str | None) -> dict[str, Any]:
    if tab == "left":
        page = Paginator(tie_lists.left_over(run), PAGE_SIZE).get_page(number)
        return {"page": page, "rows": page.object_list}
    rows = _listed(run, tab, matched)
    found: Any = Paginator(tie_lists.in_order(rows), PAGE_SIZE).get_page(number)
    return {"page": found, "rows": tie_lists.tie_rows(list(found), rows)}
