"""From what is known of a company to the one thing to know first, and why. No query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from companies.models import Company
from integrations.choices import RunStatus
from integrations.health_causes import WEBHOOK_TROUBLES, Cause, is_trouble
from integrations.health_texts import text_of_cause
from integrations.models import SmartHRIntegration, SyncRun
from integrations.plan import HALTED, Plan, PlanState, plan_of, plan_to_do
from integrations.reason_texts import explain
from integrations.reasons import CONNECTION_TROUBLES, Reason
from operators.choices import LOOKS, NEEDS_SOMEBODY, Standing
from operators.contracts import erasable_on, has_ended, is_erasable

OF_DELIVERIES = WEBHOOK_TROUBLES | {Cause.DELIVERIES_PARKED}


@dataclass(frozen=True, slots=True)
class Facts:
    """What queries found out about one company."""

    company: Company
    integration: SmartHRIntegration
    # Cause and detail of each trouble, the oldest first.
    issues: Sequence[tuple[str, Mapping[str, Any]]] = ()
    waiting_people: int = 0
    waiting_groups: int = 0
    # C6: something is held back because it would hit the last 管理者.
    holds_back: bool = False
    newest_sync: SyncRun | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A company on the operator's list."""

    company: Company
    plan: Plan
    standing: Standing
    # Sentences that say why.
    reasons: tuple[str, ...] = ()
    # 要確認, in short.
    asks: tuple[str, ...] = ()
    last_success_at: Any = None
    people: int = field(default=0, compare=False)

    @property
    def tone(self) -> str:
        return LOOKS[self.standing][0]

    @property
    def symbol(self) -> str:
        return LOOKS[self.standing][1]

    @property
    def label(self) -> str:
        return str(self.standing.label)

    @property
    def needs_somebody(self) -> bool:
        return self.standing in NEEDS_SOMEBODY

    @property
    def erasable_on(self) -> date | None:
        ended_on = self.company.contract_ended_on
        return erasable_on(ended_on) if ended_on else None


def row_of(facts: Facts, *, today: date) -> Row:
    plan = plan_of(facts.integration, today=today)
    standing, reasons = next(_standings(facts, plan, today))
    return Row(
        company=facts.company,
        plan=plan,
        standing=standing,
        reasons=reasons,
        asks=tuple(_asks(facts)),
        last_success_at=facts.integration.last_success_at,
    )


def _standings(facts: Facts, plan: Plan, today: date) -> Iterator[tuple[Standing, tuple[str, ...]]]:
    """The worst that is true comes first; the last one always is."""
    ended_on = facts.company.contract_ended_on
    if ended_on is not None and is_erasable(ended_on, today):
        since = erasable_on(ended_on)
        yield Standing.ERASURE_DUE, (f"{since:%Y/%m/%d}から消去できます。",)
    if ended_on is not None and has_ended(ended_on, today):
        since = erasable_on(ended_on)
        yield Standing.ENDED, (f"{since:%Y/%m/%d}から消去できます。",)
    if plan.state in HALTED:
        by_operator = plan.state == PlanState.STOPPED
        yield (
            Standing.HALTED,
            ("運営が止めています。" if by_operator else "猶予期間が過ぎました。",),
        )
    if plan.state in (PlanState.OFF, PlanState.SCHEDULED):
        yield Standing.UNUSED, ()
    yield from _troubles(facts)
    if plan_to_do(plan) is not None:
        yield Standing.ENDING, (plan.sentence,)
    if not facts.integration.is_connected:
        yield Standing.UNCONNECTED, ()
    yield Standing.GOOD, ()


def _troubles(facts: Facts) -> Iterator[tuple[Standing, tuple[str, ...]]]:
    if any(_asks(facts)):
        yield Standing.ASKS, ()
    issues = [(cause, detail) for cause, detail in facts.issues if is_trouble(cause)]
    of_deliveries = [pair for pair in issues if pair[0] in OF_DELIVERIES]
    others = [pair for pair in issues if pair[0] not in OF_DELIVERIES]
    if others:
        yield Standing.BROKEN, (_text(*others[0]),)
    if failed := _failed_connection(facts):
        yield Standing.BROKEN, (failed,)
    if of_deliveries:
        yield Standing.WEBHOOK, (_text(*of_deliveries[0]),)


def _text(cause: str, detail: Mapping[str, Any]) -> str:
    return text_of_cause(cause, detail).what


def _failed_connection(facts: Facts) -> str:
    """Of a sync that somebody watched; under settings that were changed since it may be over."""
    run = facts.newest_sync
    if run is None or run.status != RunStatus.FAILED:
        return ""
    if run.settings_version != facts.integration.settings_version:
        return ""
    if run.error_code not in CONNECTION_TROUBLES:
        return ""
    return explain(run.error_code, run.error_detail or {}, subject="").what


def _asks(facts: Facts) -> Iterator[str]:
    if facts.waiting_people:
        yield f"社員の削除 {facts.waiting_people:,}名"
    if facts.waiting_groups:
        yield f"グループの削除 {facts.waiting_groups:,}件"
    run = facts.newest_sync
    if run is not None and run.status == RunStatus.NEEDS_CONFIRMATION:
        if run.error_code == Reason.OTHER_ACCOUNT and facts.integration.account_unchecked:
            yield "接続先の確認"
        if run.error_code == Reason.EMPTY_ANSWER:
            yield "空の回答の確認"
    if facts.holds_back:
        yield "最後の管理者の保留"
