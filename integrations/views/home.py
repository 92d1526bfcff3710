"""ホーム: the first line says whether there is something to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_GET

from companies.access import signed_in
from companies.models import Company
from companies.requests import SignedInRequest
from employees.models import Employee
from groups.models import Group
from groups.queries import group_tree
from integrations.choices import RunStatus
from integrations.models import SmartHRIntegration, SyncRun
from integrations.plan import plan_of, plan_to_do
from integrations.report import asking_run, waiting_deletions
from integrations.services.connection import integration_of
from integrations.views.progress import RunView


@dataclass(frozen=True, slots=True)
class ToDo:
    status: str
    label: str
    text: str
    address: str
    link: str


@signed_in
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    person = cast(Employee, request.user)
    path = group_tree(person.company).short_path(person.group_id)
    context: dict[str, Any] = {"group_path": path}
    if person.is_administrator:
        context |= _for_administrators(person.company)
    return render(request, "integrations/home.html", context)


def _for_administrators(company: Company) -> dict[str, Any]:
    integration = integration_of(company)
    runs = SyncRun.objects.for_company(company).order_by("-started_at")
    newest = runs.first()
    ended = newest
    if newest is not None and newest.is_active:
        ended = runs.filter(finished_at__isnull=False).first()
    return {
        "integration": integration,
        "to_dos": list(_to_dos(integration, ended)),
        "last": RunView(newest, integration.department_slot) if newest else None,
        "people": Employee.objects.for_company(company).count(),
        "groups": Group.objects.for_company(company).count(),
    }


def _to_dos(integration: SmartHRIntegration, ended: SyncRun | None) -> Iterator[ToDo]:
    """What waits for a person, most urgent first."""
    settings = resolve_url("smarthr-settings")
    report = resolve_url("smarthr-run", ended.pk) if ended else settings
    plan = plan_of(integration)
    if (to_do := plan_to_do(plan)) is not None:
        yield ToDo(to_do.status, to_do.label, to_do.text, settings, "契約の内容を表示")
    waiting = waiting_deletions(integration.company)
    asking = asking_run(integration.company) if waiting.people or waiting.groups else None
    list_of = resolve_url("smarthr-run", asking.pk) if asking else settings
    if waiting.people:
        text = f"SmartHRにいない社員が{waiting.people:,}名います。"
        if waiting.cards:
            text += f"名刺{waiting.cards:,}件も削除の対象です。"
        text += "承認するまで削除されません。"
        yield ToDo("needs_confirmation", "要確認", text, f"{list_of}?tab=people", "対象者を確認")
    if waiting.groups:
        text = f"SmartHRにない部署のグループが{waiting.groups:,}件あります。"
        text += "承認するまで削除されません。"
        address = f"{list_of}?tab=group_candidates"
        yield ToDo("needs_confirmation", "要確認", text, address, "対象のグループを確認")
    if ended is not None:
        yield from _from_run(ended, report, settled=bool(waiting.people or waiting.groups))
    if plan.is_open and not integration.is_connected:
        text = "SmartHRとまだ接続していません。"
        yield ToDo("not_connected", "未設定", text, settings, "SmartHR連携を設定")


def _from_run(run: SyncRun, report: str, *, settled: bool) -> Iterator[ToDo]:
    problem = RunView(run, None).problem
    what = problem.what if problem else ""
    if run.status == RunStatus.FAILED:
        text = f"{run.get_kind_display()}の同期に失敗しました。{what}"
        yield ToDo(RunStatus.FAILED, "失敗", text, report, "結果を確認")
    elif run.status == RunStatus.NEEDS_CONFIRMATION and what and not settled:
        yield ToDo(RunStatus.NEEDS_CONFIRMATION, "要確認", what, report, "結果を確認")
