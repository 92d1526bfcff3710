"""What the plan of a company is on a day, and what it allows then (P1–P3). No query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from django.utils import timezone

from integrations.choices import PlanNotice
from integrations.models import SmartHRIntegration
from integrations.reason_text import SUPPORT
from integrations.reason_texts import FIXED
from integrations.reasons import Reason

ANNUAL_FEE: Final = 11_000  # 円 a year, tax included
GRACE_DAYS: Final = 30
# P1: the offer's own date; shown, not enforced.
OFFERED_UNTIL: Final = date(2026, 3, 31)
FIRST_NOTICE_DAYS: Final = 60
LAST_NOTICE_DAYS: Final = 14


class PlanState(StrEnum):
    OFF = "off"
    SCHEDULED = "scheduled"
    MONITOR = "monitor"
    GRACE = "grace"
    PAUSED = "paused"
    CONTINUED = "continued"
    STOPPED = "stopped"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS: Final = {
    PlanState.OFF: "利用していません",
    PlanState.SCHEDULED: "開始前",
    PlanState.MONITOR: "無料モニター期間中",
    PlanState.GRACE: "猶予期間",
    PlanState.PAUSED: "停止中",
    PlanState.CONTINUED: "継続利用中",
    PlanState.STOPPED: "停止中",
}
HALTED: Final = frozenset({PlanState.PAUSED, PlanState.STOPPED})
REFUSALS: Final = {
    PlanState.OFF: Reason.PLAN_OFF,
    PlanState.SCHEDULED: Reason.PLAN_OFF,
    PlanState.PAUSED: Reason.PLAN_PAUSED,
    PlanState.STOPPED: Reason.PLAN_STOPPED,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """`today` is a day in Japan."""

    today: date
    start: date | None
    # The operator's word that the company goes on after the period.
    continued: bool = False
    # The operator stopped the processing (P3).
    stopped: bool = False

    @property
    def state(self) -> PlanState:
        if self.stopped:
            return PlanState.STOPPED
        if self.start is None:
            return PlanState.OFF
        if self.today < self.start:
            return PlanState.SCHEDULED
        if self.days_left >= 0:
            return PlanState.MONITOR
        if self.continued:
            return PlanState.CONTINUED
        return PlanState.GRACE if -self.days_left <= GRACE_DAYS else PlanState.PAUSED

    @property
    def is_open(self) -> bool:
        """Whether the company has the integration: its settings can be seen and changed."""
        return self.start is not None and self.start <= self.today

    @property
    def refusal(self) -> Reason | None:
        """Why nothing is synced now."""
        return REFUSALS.get(self.state)

    @property
    def may_process(self) -> bool:
        return self.refusal is None

    @property
    def end(self) -> date:
        """The last day of the monitor period. Only for a plan with a start."""
        if self.start is None:
            raise ValueError("a plan without a start has no end")
        return a_year_after(self.start) - timedelta(days=1)

    @property
    def days_left(self) -> int:
        """Days of the period after today: 0 on its last day, negative afterwards."""
        return (self.end - self.today).days

    @property
    def days_left_text(self) -> str:
        return f"残り{self.days_left}日" if self.days_left else "本日まで"

    @property
    def grace_end(self) -> date:
        """The last day on which a company without the operator's word is synced."""
        return self.end + timedelta(days=GRACE_DAYS)

    @property
    def pauses_on(self) -> date:
        return self.grace_end + timedelta(days=1)

    @property
    def fee(self) -> int:
        return ANNUAL_FEE

    @property
    def offered_until(self) -> date:
        return OFFERED_UNTIL

    @property
    def offer_has_ended(self) -> bool:
        return self.today > OFFERED_UNTIL

    @property
    def due_notice(self) -> PlanNotice | None:
        """The mail that 管理者 should have by now: the nearest one, never those before it (P2)."""
        if self.continued or self.state not in NOTICED:
            return None
        if self.state == PlanState.PAUSED:
            return PlanNotice.PAUSED
        if self.days_left <= LAST_NOTICE_DAYS:
            return PlanNotice.FOURTEEN_DAYS
        return PlanNotice.SIXTY_DAYS if self.days_left <= FIRST_NOTICE_DAYS else None

    @property
    def sentence(self) -> str:
        """How it stands, for a person."""
        return _sentence(self)


def plan_of(integration: SmartHRIntegration, *, today: date | None = None) -> Plan:
    return Plan(
        today=today or timezone.localdate(),
        start=integration.plan_started_on,
        continued=integration.plan_continued_at is not None,
        stopped=integration.plan_stopped_at is not None,
    )


NOTICED: Final = {PlanState.MONITOR, PlanState.GRACE, PlanState.PAUSED}


def a_year_after(day: date) -> date:
    """The same day of the next year; of 29 February it is 1 March, as years are counted by law."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


@dataclass(frozen=True, slots=True)
class PlanToDo:
    """What a 管理者 has to know of the plan today, for lists and banners."""

    tone: str  # of an alert: error or warning
    status: str  # of a status label
    label: str
    text: str


def plan_to_do(plan: Plan) -> PlanToDo | None:
    """None while there is nothing to do, and for a company that has no integration."""
    state = plan.state
    if not plan.is_open:
        return None
    if state in HALTED:
        return PlanToDo("error", state, state.label, plan.sentence)
    ends_soon = state == PlanState.MONITOR and plan.days_left <= LAST_NOTICE_DAYS
    if state == PlanState.GRACE or (ends_soon and not plan.continued):
        label = "まもなく終了" if ends_soon else state.label
        text = f"{plan.sentence}続けるときは、{SUPPORT}に連絡してください。"
        return PlanToDo("warning", "ends_soon" if ends_soon else state, label, text)
    return None


def shown(day: date) -> str:
    return f"{day:%Y/%m/%d}"


def _sentence(plan: Plan) -> str:
    state = plan.state
    if (reason := plan.refusal) is not None and state != PlanState.SCHEDULED:
        return FIXED[reason].both
    if state == PlanState.SCHEDULED and plan.start is not None:
        return f"SmartHR連携は{shown(plan.start)}から利用できます。"
    if state == PlanState.MONITOR:
        return f"無料モニター期間は{shown(plan.end)}に終了します（{plan.days_left_text}）。"
    if state == PlanState.GRACE:
        return (
            f"無料モニター期間は{shown(plan.end)}に終了しました。"
            f"{shown(plan.grace_end)}までに継続の連絡がないときは、SmartHR連携を停止します。"
        )
    return "無料モニター期間の終了後も、継続して利用しています。"
