"""P1–P3: what the plan of a company is on a day, and what it allows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from integrations.choices import PlanNotice
from integrations.models import SmartHRIntegration
from integrations.plan import Plan, PlanState, a_year_after, plan_of, plan_to_do
from integrations.reasons import Reason

START = date(2026, 4, 1)
END = date(2027, 3, 31)
OFF, SCHEDULED, MONITOR = PlanState.OFF, PlanState.SCHEDULED, PlanState.MONITOR
GRACE, PAUSED = PlanState.GRACE, PlanState.PAUSED
CONTINUED, STOPPED = PlanState.CONTINUED, PlanState.STOPPED


def plan(today: date, start: date | None = START, said: dict[str, bool] | None = None) -> Plan:
    return Plan(today, start, **(said or {}))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 4, 1), date(2027, 3, 31)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 11, 24), date(2027, 11, 23)),
        (date(2027, 3, 1), date(2028, 2, 29)),  # the period has a leap day
        (date(2027, 2, 28), date(2028, 2, 27)),
        (date(2028, 2, 28), date(2029, 2, 27)),
        (date(2028, 2, 29), date(2029, 2, 28)),  # the next year has no such day
        (date(2028, 3, 1), date(2029, 2, 28)),
    ],
)
def test_P1_the_period_is_one_year_from_the_start_date(start: date, end: date) -> None:
    assert plan(start, start).end == end
    assert plan(end, start).days_left == 0
    assert plan(a_year_after(start), start).days_left == -1


@pytest.mark.parametrize(
    ("today", "said", "state", "may_process"),
    [
        (date(2026, 3, 31), {}, SCHEDULED, False),
        (date(2026, 4, 1), {}, MONITOR, True),
        (date(2027, 3, 31), {}, MONITOR, True),
        (date(2027, 4, 1), {}, GRACE, True),
        (date(2027, 4, 30), {}, GRACE, True),
        (date(2027, 5, 1), {}, PAUSED, False),
        (date(2030, 1, 1), {}, PAUSED, False),
        (date(2026, 3, 31), {"continued": True}, SCHEDULED, False),
        (date(2027, 3, 31), {"continued": True}, MONITOR, True),
        (date(2027, 4, 1), {"continued": True}, CONTINUED, True),
        (date(2030, 1, 1), {"continued": True}, CONTINUED, True),
        (date(2026, 3, 31), {"stopped": True}, STOPPED, False),
        (date(2026, 4, 1), {"stopped": True}, STOPPED, False),
        (date(2027, 5, 1), {"stopped": True}, STOPPED, False),
        (date(2030, 1, 1), {"stopped": True, "continued": True}, STOPPED, False),
    ],
)
def test_P2_P3_the_state_at_the_borders(
    today: date, said: dict[str, bool], state: PlanState, may_process: bool
) -> None:
    found = plan(today, said=said)

    assert (found.state, found.may_process) == (state, may_process)
    assert found.is_open is (today >= START)


def test_P2_a_company_that_is_not_switched_on() -> None:
    off = plan(date(2026, 4, 1), None)

    assert (off.state, off.may_process, off.is_open) == (OFF, False, False)
    assert plan(date(2026, 4, 1), None, {"stopped": True}).is_open is False


def test_P2_the_days_of_grace() -> None:
    found = plan(START)

    assert (found.grace_end, found.pauses_on) == (date(2027, 4, 30), date(2027, 5, 1))
    assert found.fee == 11_000


@pytest.mark.parametrize(
    ("today", "start", "said", "reason"),
    [
        (START, None, {}, Reason.PLAN_OFF),
        (date(2026, 3, 31), START, {}, Reason.PLAN_OFF),
        (START, START, {}, None),
        (date(2027, 4, 30), START, {}, None),
        (date(2027, 5, 1), START, {}, Reason.PLAN_PAUSED),
        (date(2027, 5, 1), START, {"continued": True}, None),
        (START, START, {"stopped": True}, Reason.PLAN_STOPPED),
    ],
)
def test_P2_why_nothing_is_synced(
    today: date, start: date | None, said: dict[str, bool], reason: Reason | None
) -> None:
    assert plan(today, start, said).refusal == reason


@pytest.mark.parametrize(
    ("today", "said", "sentence"),
    [
        (date(2026, 3, 31), {}, "SmartHR連携は2026/04/01から利用できます。"),
        (date(2026, 4, 1), {}, "無料モニター期間は2027/03/31に終了します（残り364日）。"),
        (date(2027, 3, 31), {}, "無料モニター期間は2027/03/31に終了します（本日まで）。"),
        (
            date(2027, 4, 1),
            {},
            "無料モニター期間は2027/03/31に終了しました。"
            "2027/04/30までに継続の連絡がないときは、SmartHR連携を停止します。",
        ),
        (
            date(2027, 5, 1),
            {},
            "無料モニター期間が終了したため、SmartHR連携を停止しています。"
            "社員・グループ・名刺は削除されません。"
            "続けるときは名刺管理サポートに連絡してください。",
        ),
        (
            date(2027, 5, 1),
            {"continued": True},
            "無料モニター期間の終了後も、継続して利用しています。",
        ),
        (
            date(2027, 5, 1),
            {"stopped": True},
            "SmartHR連携を一時的に停止しています。社員・グループ・名刺は削除されません。"
            "名刺管理サポートに確認してください。",
        ),
    ],
)
def test_P2_every_state_has_its_sentence(today: date, said: dict[str, bool], sentence: str) -> None:
    assert plan(today, said=said).sentence == sentence


def test_P2_without_a_plan_the_sentence_says_whom_to_ask() -> None:
    assert "名刺管理サポートに連絡してください。" in plan(START, None).sentence


@pytest.mark.parametrize(
    ("today", "said", "label"),
    [
        (date(2026, 3, 31), {}, None),
        (date(2027, 3, 16), {}, None),  # 15 days are left
        (date(2027, 3, 17), {}, "まもなく終了"),
        (date(2027, 3, 31), {}, "まもなく終了"),
        (date(2027, 3, 31), {"continued": True}, None),
        (date(2027, 4, 1), {}, "猶予期間"),
        (date(2027, 4, 1), {"continued": True}, None),
        (date(2027, 4, 30), {}, "猶予期間"),
        (date(2027, 5, 1), {}, "停止中"),
        (date(2026, 4, 1), {"stopped": True}, "停止中"),
        (date(2026, 3, 31), {"stopped": True}, None),  # nothing that they could miss
    ],
)
def test_P2_what_administrators_have_to_know(
    today: date, said: dict[str, bool], label: str | None
) -> None:
    to_do = plan_to_do(plan(today, said=said))

    assert (to_do.label if to_do else None) == label
    assert to_do is None or "名刺管理サポート" in to_do.text


@pytest.mark.parametrize(
    ("today", "said", "notice"),
    [
        (date(2027, 1, 29), {}, None),  # 61 days are left
        (date(2027, 1, 30), {}, PlanNotice.SIXTY_DAYS),
        (date(2027, 3, 16), {}, PlanNotice.SIXTY_DAYS),
        (date(2027, 3, 17), {}, PlanNotice.FOURTEEN_DAYS),
        (date(2027, 3, 31), {}, PlanNotice.FOURTEEN_DAYS),
        (date(2027, 4, 30), {}, PlanNotice.FOURTEEN_DAYS),  # for those who missed it
        (date(2027, 5, 1), {}, PlanNotice.PAUSED),
        (date(2030, 1, 1), {}, PlanNotice.PAUSED),
        (date(2027, 1, 30), {"continued": True}, None),
        (date(2027, 4, 1), {"continued": True}, None),
        (date(2027, 3, 17), {"stopped": True}, None),
        (date(2026, 3, 31), {}, None),
    ],
)
def test_P2_the_notice_that_is_due(
    today: date, said: dict[str, bool], notice: PlanNotice | None
) -> None:
    assert plan(today, said=said).due_notice == notice


def test_P2_no_notice_for_a_company_that_is_off() -> None:
    assert plan(date(2027, 5, 1), None).due_notice is None


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC), SCHEDULED),
        (datetime(2026, 3, 31, 15, 0, 0, tzinfo=UTC), MONITOR),
        (datetime(2027, 3, 31, 14, 59, 59, tzinfo=UTC), MONITOR),
        (datetime(2027, 3, 31, 15, 0, 0, tzinfo=UTC), GRACE),
        (datetime(2027, 4, 30, 14, 59, 59, tzinfo=UTC), GRACE),
        (datetime(2027, 4, 30, 15, 0, 0, tzinfo=UTC), PAUSED),
    ],
)
def test_P2_days_are_days_in_japan(now: datetime, state: PlanState) -> None:
    integration = SmartHRIntegration(plan_started_on=START)

    with time_machine.travel(now, tick=False):
        assert plan_of(integration).state == state
