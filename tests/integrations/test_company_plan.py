"""company_plan: the operator's word on a company's plan (P1–P3), idempotent and audited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from companies.models import AuditEntry, Company
from integrations import tasks
from integrations.choices import RunKind, RunStatus
from integrations.models import SmartHRIntegration, SyncRun
from tests.factories import CompanyFactory, IntegrationFactory, RunFactory
from tests.integrations.conftest import Answer, run_command

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
RUNNING = {
    "status": "succeeded",
    "company": "acme",
    "plan": "monitor",
    "start": "2026-04-01",
    "end": "2027-03-31",
    "days_left": 127,
    "pauses_on": "2027-05-01",
    "continued": False,
    "stopped": False,
    "fee": 11000,
    "changed": False,
    "preview": False,
}
NO_PLAN = {
    **RUNNING,
    "plan": "off",
    "start": None,
    "end": None,
    "days_left": None,
    "pauses_on": None,
}


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company() -> Company:
    return CompanyFactory(code="acme", name="アクメ株式会社")


def previewed() -> list[Company]:
    """The companies for which a preview was started."""
    runs = SyncRun.objects.across_companies().filter(kind=RunKind.PREVIEW)
    return [run.company for run in runs.select_related("company")]


def with_plan(company: Company, start: str | None = "2026-04-01", **values: Any) -> None:
    IntegrationFactory(company=company, plan_started_on=start, **values)


def company_plan(*options: str) -> Answer:
    return run_command("company_plan", *options, company="acme")


def printed(*options: str) -> str:
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("company_plan", *options, "--company", "acme", stdout=out)
    assert not end.value.code
    return out.getvalue()


def audited(company: Company) -> list[dict[str, Any]]:
    entries = AuditEntry.objects.for_company(company).filter(
        action="plan", actor_label="company_plan"
    )
    return [entry.changes for entry in entries.order_by("pk")]


def test_P1_without_options_it_shows_the_plan(company: Company) -> None:
    with_plan(company)

    answer = company_plan()

    assert (answer.code, answer.data) == (0, RUNNING)
    assert audited(company) == []


def test_P1_a_company_that_is_not_switched_on(company: Company) -> None:
    assert (company_plan().code, company_plan().data) == (0, NO_PLAN)


@pytest.mark.parametrize(
    ("options", "said", "changes"),
    [
        (
            ["--start", "2026-11-24"],
            {
                "start": "2026-11-24",
                "end": "2027-11-23",
                "days_left": 364,
                "pauses_on": "2027-12-24",
            },
            {"plan_started_on": ["2026-04-01", "2026-11-24"]},
        ),
        (
            ["--continue"],
            {"continued": True, "pauses_on": None},
            {"plan_continued": [False, True]},
        ),
        (
            ["--pause"],
            {"plan": "stopped", "stopped": True, "days_left": None},
            {"plan_stopped": [False, True]},
        ),
        (["--off"], NO_PLAN, {"plan_started_on": ["2026-04-01", None]}),
    ],
)
def test_P1_P2_P3_each_option_changes_one_thing_once_and_is_audited(
    company: Company, options: list[str], said: dict[str, Any], changes: dict[str, Any]
) -> None:
    with_plan(company)
    before = SmartHRIntegration.objects.for_company(company).get()

    first, second = company_plan(*options), company_plan(*options)

    assert first.code == second.code == 0
    assert second.data == {**RUNNING, **said}
    assert first.data == {**second.data, "changed": True}
    assert audited(company) == [changes]
    after = SmartHRIntegration.objects.for_company(company).get()
    assert (after.subdomain, after.token_ciphertext) == (before.subdomain, before.token_ciphertext)
    assert after.settings_version == before.settings_version


def test_P1_the_start_can_lie_ahead(company: Company) -> None:
    answer = company_plan("--start", "2027-04-01")

    assert (answer["plan"], answer["end"], answer["days_left"]) == ("scheduled", "2028-03-31", None)
    assert audited(company) == [{"plan_started_on": [None, "2027-04-01"]}]


def test_P3_resume_takes_the_stop_back(company: Company) -> None:
    with_plan(company)
    company_plan("--pause")

    answer = company_plan("--resume")

    assert (answer["plan"], answer["stopped"], answer["changed"]) == ("monitor", False, True)
    assert audited(company)[-1] == {"plan_stopped": [True, False]}
    assert company_plan("--resume")["changed"] is False


def test_P2_switching_off_takes_back_the_word(company: Company) -> None:
    with_plan(company)
    company_plan("--continue")

    company_plan("--off")

    again = company_plan("--start", "2025-04-01")
    assert (again["plan"], again["continued"]) == ("paused", False)
    assert audited(company)[1] == {
        "plan_started_on": ["2026-04-01", None],
        "plan_continued": [True, False],
    }


def test_P2_start_and_word_together(company: Company) -> None:
    answer = company_plan("--start", "2025-04-01", "--continue")

    assert (answer.code, answer["plan"]) == (0, "continued")


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-30", "2027-02-29", "20260401", "2026/04/01", "2026-4-1", "今日", ""),
        *("２０２６-04-01", "1999-12-31", "2100-01-01", "9999-12-31", "0000-00-00"),
        *("2026-W01-1", "2026-04-01T00"),
    ],
)
def test_P1_a_wrong_date_is_refused(company: Company, text: str) -> None:
    with_plan(company)

    answer = company_plan(f"--start={text}")

    assert (answer.code, answer["status"]) == (2, "failed")
    assert "日付で指定してください。" in answer["error"]
    assert company_plan().data == RUNNING


@pytest.mark.parametrize(
    "options",
    [
        ["--pause", "--resume"],
        ["--off", "--start", "2026-11-24"],
        ["--off", "--continue"],
        ["--off", "--pause"],
        ["--off", "--resume"],
    ],
)
def test_P1_options_that_contradict_each_other_are_refused(
    company: Company, options: list[str]
) -> None:
    with_plan(company)

    answer = company_plan(*options)

    assert (answer.code, answer["status"]) == (2, "failed")
    assert "一緒に" in answer["error"]
    assert company_plan().data == RUNNING
    assert audited(company) == []


def test_P2_the_word_without_a_start_is_refused(company: Company) -> None:
    answer = company_plan("--continue", "--pause")

    assert answer.code == 2
    assert "--start" in answer["error"]
    assert company_plan().data == NO_PLAN


def test_P1_an_unknown_company_is_wrong_usage() -> None:
    assert run_command("company_plan", "--pause", company="nobody").code == 2


@pytest.mark.parametrize(
    ("start", "columns", "options"),
    [
        ("2025-04-01", {}, ["--continue"]),
        ("2026-04-01", {"plan_stopped_at": NOON}, ["--resume"]),
        ("2025-04-01", {"plan_stopped_at": NOON}, ["--resume", "--continue"]),
        ("2025-04-01", {}, ["--start", "2026-04-01"]),
    ],
)
def test_P2_the_end_of_a_pause_begins_with_a_preview(
    company: Company,
    start: str,
    columns: dict[str, Any],
    options: list[str],
) -> None:
    with_plan(company, start, **columns)

    answer = company_plan(*options)

    assert answer["preview"] is True
    assert previewed() == [company]
    assert company_plan(*options)["preview"] is False
    assert previewed() == [company]


@pytest.mark.parametrize(
    ("start", "columns", "options"),
    [
        ("2026-04-01", {}, ["--continue"]),  # there is no pause
        ("2025-04-01", {"plan_stopped_at": NOON}, ["--resume"]),  # the other one goes on
        ("2025-04-01", {"plan_stopped_at": NOON}, ["--continue"]),
        ("2025-04-01", {"token_ciphertext": ""}, ["--continue"]),  # not connected
        (None, {}, ["--start", "2026-04-01"]),  # for the first time
    ],
)
def test_P2_no_preview_otherwise(
    company: Company,
    start: str | None,
    columns: dict[str, Any],
    options: list[str],
) -> None:
    with_plan(company, start, **columns)

    assert company_plan(*options)["preview"] is False
    assert previewed() == []


def test_P2_a_company_that_comes_back_begins_with_a_preview(company: Company) -> None:
    with_plan(company, None)
    RunFactory(company=company)

    assert company_plan("--start", "2026-11-24")["preview"] is True
    assert previewed() == [company]


@pytest.mark.parametrize(("token", "times"), [("sealed", 1), ("", 0)])
def test_P2_a_company_that_comes_back_later_begins_with_a_preview_on_that_day(
    company: Company, token: str, times: int
) -> None:
    with_plan(company, token_ciphertext=token)
    RunFactory(company=company)
    company_plan("--off")
    assert company_plan("--start", "2026-11-26")["preview"] is False

    for day in (25, 26, 26, 27):
        with time_machine.travel(datetime(2026, 11, day, 3, tzinfo=UTC), tick=False):
            tasks.resume_runs()
        assert previewed() == [company] * (times if day >= 26 else 0)
        SyncRun.objects.for_company(company).active().update(status=RunStatus.SUCCEEDED)


def test_P2_a_first_start_that_lies_ahead_brings_no_preview(company: Company) -> None:
    with_plan(company, None)
    company_plan("--start", "2026-11-26")

    with time_machine.travel(datetime(2026, 11, 26, 3, tzinfo=UTC), tick=False):
        tasks.resume_runs()

    assert previewed() == []


def test_P1_text_for_people(company: Company) -> None:
    with_plan(company)

    assert printed().splitlines() == [
        "会社: アクメ株式会社（acme）",
        "状態: 無料モニター期間中",
        "無料モニター期間: 2026/04/01〜2027/03/31（残り127日）",
        "終了後の継続: 連絡なし（年間11,000円・税込）",
        "継続の連絡がないときの停止日: 2027/05/01",
        "運営による停止: なし",
    ]
    assert "変更しました。" in printed("--pause")
    assert "変更はありません。" in printed("--pause")
    assert "--resume" in printed()


@pytest.mark.parametrize(
    ("start", "hint"), [(None, "--start"), ("2025-04-01", "--continue"), ("2027-04-01", "開始前")]
)
def test_P2_text_says_how_it_goes_on(company: Company, start: str | None, hint: str) -> None:
    with_plan(company, start)

    assert hint in printed()
