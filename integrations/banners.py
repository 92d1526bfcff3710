"""The lasting banner under the header: what a 管理者 has to know on every page, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.shortcuts import resolve_url

from companies.models import Company
from integrations.choices import SYNC_KINDS, RunKind, RunStatus
from integrations.health_causes import WEBHOOK_TROUBLES, Cause
from integrations.health_texts import text_of_cause
from integrations.holding import is_held
from integrations.models import HealthIssue, SmartHRIntegration, SyncRun
from integrations.plan import HALTED, Plan, PlanState, PlanToDo, plan_of, plan_to_do
from integrations.reason_texts import explain
from integrations.reasons import CONNECTION_TROUBLES, Reason
from integrations.report import asks_about_account
from integrations.services.health import open_issues
from integrations.services.runs import active_run
from integrations.waiting import Waiting, waiting_deletions

NOTICED_CAUSES = CONNECTION_TROUBLES | WEBHOOK_TROUBLES | {Cause.NO_SUCCESS}


@dataclass(frozen=True, slots=True)
class Banner:
    tone: str  # error or warning
    label: str
    text: str
    address: str
    link: str
    # The pages that say it themselves, where the banner is left out.
    said_on: tuple[str, ...] = ()


class Situation:
    """What the frame of a page asks about a company, each thing at most once."""

    def __init__(self, company: Company) -> None:
        self.company = company

    @cached_property
    def integration(self) -> SmartHRIntegration:
        rows = SmartHRIntegration.objects.for_company(self.company)
        return rows.first() or SmartHRIntegration(company=self.company)

    @property
    def plan(self) -> Plan:
        return plan_of(self.integration)

    @cached_property
    def waiting(self) -> Waiting:
        """How many people and groups wait for a person's word."""
        return waiting_deletions(self.company)

    @cached_property
    def active(self) -> SyncRun | None:
        """The run that is going on."""
        return active_run(self.company)

    @cached_property
    def issues(self) -> list[HealthIssue]:
        """What does not work (X3)."""
        return open_issues(self.company)

    @property
    def waits_for_confirmation(self) -> bool:
        """Whether anything is marked as 要確認: deletions, or a sync that asks (T5, G8)."""
        return bool(self.waiting) or (self.plan.is_open and self.asks)

    @cached_property
    def asks(self) -> bool:
        """The newest sync stopped before it wrote: another account (T5), or an empty one (G8)."""
        run = self.newest_sync
        if run is None or run.status != RunStatus.NEEDS_CONFIRMATION:
            return False
        asks = asks_about_account(run, self.integration)
        return asks or run.error_code == Reason.EMPTY_ANSWER

    @cached_property
    def newest_sync(self) -> SyncRun | None:
        """The newest that came to an end of its own."""
        runs = SyncRun.objects.for_company(self.company).filter(kind__in=SYNC_KINDS)
        ended = runs.filter(finished_at__isnull=False).exclude(status=RunStatus.CANCELLED)
        newest: SyncRun | None = (
            ended.defer("progress", "page_in_hand", "counts").order_by("-started_at").first()
        )
        return newest


def situation_of(request: HttpRequest, company: Company) -> Situation:
    """One a request: navigation and banner ask for the same."""
    kept: Situation | None = getattr(request, "smarthr_situation", None)
    if kept is None:
        kept = Situation(company)
        request.smarthr_situation = kept  # type: ignore[attr-defined]
    return kept


def banner_for(situation: Situation, path: str) -> Banner | None:
    """The most urgent one that the page at `path` does not say itself."""
    return next((banner for banner in banners(situation) if path not in banner.said_on), None)


def banners(situation: Situation) -> Iterator[Banner]:
    """Most urgent first; each is asked for only when those before it have nothing to say."""
    plan = situation.plan
    to_do = plan_to_do(plan)
    if to_do is not None and plan.state in HALTED:
        yield _of_plan(to_do)
    if situation.waiting:
        yield _of_candidates(situation)
    if plan.is_open and situation.asks and (run := situation.newest_sync):
        yield _of_run(run, "warning", "要確認")
    if to_do is not None and plan.state == PlanState.GRACE:
        yield _of_plan(to_do)
    if plan.is_open and (trouble := _trouble(situation)):
        yield trouble
    if plan.may_process:
        yield from _of_health(situation)
    if plan.is_open and is_held(situation.integration):
        yield _of_hold(situation.integration)
    if to_do is not None and plan.state == PlanState.MONITOR:
        yield _of_plan(to_do)


def _of_plan(to_do: PlanToDo) -> Banner:
    return Banner(to_do.tone, to_do.label, to_do.text, _settings(), "契約の内容を表示")


def _of_candidates(situation: Situation) -> Banner:
    text = f"{situation.waiting.sentence}承認するまで削除されません。"
    page = resolve_url("smarthr-deletions")
    said_on = (page, *_own_report(situation))
    return Banner("warning", "要確認", text, page, "対象を確認", said_on)


def _own_report(situation: Situation) -> Iterator[str]:
    """The page of the newest sync, where its verdict tells of everybody who waits."""
    run = situation.newest_sync
    if run is None or run.status != RunStatus.NEEDS_CONFIRMATION:
        return
    if run.kind == RunKind.EMPLOYEES or not situation.waiting.people:
        yield resolve_url("smarthr-run", run.pk)


def _trouble(situation: Situation) -> Banner | None:
    """Under settings that were changed since, it may be over."""
    run = situation.newest_sync
    if run is None or run.status != RunStatus.FAILED:
        return None
    is_current = run.settings_version == situation.integration.settings_version
    if run.error_code not in CONNECTION_TROUBLES or not is_current:
        return None
    return _of_run(run, "error", "接続エラー")


def _of_health(situation: Situation) -> Iterator[Banner]:
    """X3: what the hourly look has met; what syncs and deliveries tell has its own place."""
    for issue in situation.issues:
        if issue.cause in NOTICED_CAUSES:
            text = text_of_cause(issue.cause, issue.detail).both
            yield Banner("error", "接続エラー", text, _settings(), "状態を確認", (_settings(),))


def _of_hold(integration: SmartHRIntegration) -> Banner:
    """S6."""
    until = integration.held_until
    text = f"自動反映を{until:%Y/%m/%d}まで一時停止しています。"
    address = f"{_settings()}#hold"
    return Banner("warning", "一時停止中", text, address, "一時停止を確認", (_settings(),))


def _of_run(run: SyncRun, tone: str, label: str) -> Banner:
    text = explain(run.error_code, run.error_detail or {}, subject="")
    page = resolve_url("smarthr-run", run.pk)
    return Banner(tone, label, text.both, page, "結果を確認", (page,))


def _settings() -> str:
    return resolve_url("smarthr-settings")
