"""The lasting banner: on every page of a 管理者, one at a time, the most urgent first."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from employees.models import Employee
from integrations.choices import RunKind, RunStatus
from integrations.models import SmartHRIntegration, SyncRun
from integrations.plan import GRACE_DAYS, a_year_after
from integrations.reasons import CONNECTION_TROUBLES, Reason
from tests.factories import (
    ApproverFactory,
    EmployeeFactory,
    GroupCandidateFactory,
    PersonCandidateFactory,
    RunFactory,
)

PAGES = ["/employees/", "/groups/", "/settings/smarthr/", "/password/"]
BANNER = re.compile(r'mk-alert--(\w+) mk-lasting">.*?<strong>(.*?)</strong>(.*?)</p>', re.DOTALL)


def banners(client: Client, path: str = "/employees/") -> list[tuple[str, str]]:
    """Tone and label of what stands under the header."""
    text = client.get(path).content.decode()
    return [(tone, label) for tone, label, _ in BANNER.findall(text)]


def words(client: Client, path: str = "/employees/") -> str:
    return str(BANNER.findall(client.get(path).content.decode())[0][2])


def start_that_ended(days_ago: int) -> date:
    """A start whose period had its last day so many days ago (negative: will have)."""
    today = timezone.localdate()
    near = today - timedelta(days=366 + days_ago)
    candidates = (near + timedelta(days=number) for number in range(4))
    wanted = today - timedelta(days=days_ago)
    return next(day for day in candidates if a_year_after(day) - timedelta(days=1) == wanted)


def set_plan(company: Company, **columns: Any) -> None:
    SmartHRIntegration.objects.for_company(company).update(**columns)


def failed(company: Company, code: Reason = Reason.TOKEN_REJECTED, **values: Any) -> SyncRun:
    return RunFactory(company=company, status=RunStatus.FAILED, error_code=code, **values)


def asking(company: Company, code: Reason = Reason.EMPTY_ANSWER) -> SyncRun:
    return RunFactory(company=company, status=RunStatus.NEEDS_CONFIRMATION, error_code=code)


def test_all_is_well(signed_in: Client, company: Company) -> None:
    RunFactory(company=company)

    assert [banners(signed_in, page) for page in PAGES] == [[], [], [], []]


def test_the_most_urgent_one_stands_alone(signed_in: Client, company: Company) -> None:
    """Everything at once; one after the other is settled."""
    run = failed(company)
    PersonCandidateFactory(company=company)
    set_plan(
        company, plan_started_on=start_that_ended(GRACE_DAYS + 1), plan_stopped_at=run.started_at
    )
    seen = [banners(signed_in)]

    set_plan(company, plan_stopped_at=None)
    seen.append(banners(signed_in))
    set_plan(company, plan_started_on=start_that_ended(GRACE_DAYS))
    seen.append(banners(signed_in))
    company.employees.filter(smarthr_id__isnull=False).delete()
    seen.append(banners(signed_in))
    set_plan(company, plan_started_on=start_that_ended(-14))
    seen.append(banners(signed_in))
    RunFactory(company=company)
    seen.append(banners(signed_in))
    set_plan(company, plan_started_on=start_that_ended(-15))
    seen.append(banners(signed_in))

    assert seen == [
        [("error", "停止中")],
        [("error", "停止中")],
        [("warning", "要確認")],
        [("warning", "猶予期間")],
        [("error", "接続エラー")],
        [("warning", "まもなく終了")],
        [],
    ]


@pytest.mark.parametrize("page", PAGES)
def test_it_stands_on_every_page(signed_in: Client, company: Company, page: str) -> None:
    set_plan(company, plan_stopped_at=timezone.now())

    assert banners(signed_in, page) == [("error", "停止中")]


def test_home_says_it_in_its_own_list(signed_in: Client, company: Company) -> None:
    set_plan(company, plan_stopped_at=timezone.now())

    page = signed_in.get("/")

    assert BANNER.findall(page.content.decode()) == []
    assert [to_do.label for to_do in page.context["to_dos"]] == ["停止中"]


@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_others_see_none(client: Client, company: Company, factory: type[EmployeeFactory]) -> None:
    set_plan(company, plan_stopped_at=timezone.now())
    client.force_login(factory(company=company))

    assert banners(client, "/password/") == banners(client, "/employees/") == []


def test_who_has_to_change_the_password_first_sees_none(
    signed_in: Client, company: Company, administrator: Employee
) -> None:
    set_plan(company, plan_stopped_at=timezone.now())
    Employee.objects.for_company(company).update(must_change_password=True)

    assert banners(signed_in, "/password/") == []


def test_pages_without_a_person_have_none(client: Client, db: None) -> None:
    assert client.get("/login/").status_code == 200
    assert client.get("/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("days", "words_"),
    [
        (-14, ["に終了します（残り14日）。続けるときは、名刺管理サポートに連絡してください。"]),
        (0, ["に終了します（本日まで）。"]),
        (1, ["に終了しました。", "までに継続の連絡がないときは、SmartHR連携を停止します。"]),
        (31, ["無料モニター期間が終了したため、SmartHR連携を停止しています。"]),
    ],
)
def test_P2_the_end_of_the_period_is_told_with_its_dates(
    signed_in: Client, company: Company, days: int, words_: list[str]
) -> None:
    set_plan(company, plan_started_on=start_that_ended(days))

    said = words(signed_in)

    for word in words_:
        assert word in said
    assert 'href="/settings/smarthr/"' in said
    if days < 31:
        assert f"{timezone.localdate() - timedelta(days=days):%Y/%m/%d}" in said
    if days == 1:
        assert f"{timezone.localdate() + timedelta(days=29):%Y/%m/%d}" in said


@pytest.mark.parametrize("days", [-14, 0, 1, 31])
def test_P2_with_the_operators_word_there_is_nothing_to_tell(
    signed_in: Client, company: Company, days: int
) -> None:
    set_plan(company, plan_started_on=start_that_ended(days), plan_continued_at=timezone.now())

    assert banners(signed_in) == []


def test_candidates_are_counted_and_the_page_that_lists_them_leaves_it_out(
    signed_in: Client, company: Company
) -> None:
    run = RunFactory(company=company, status=RunStatus.NEEDS_CONFIRMATION)
    PersonCandidateFactory.create_batch(3, company=company, run=run)
    GroupCandidateFactory(company=company, run=run)
    PersonCandidateFactory()  # of another company

    said = words(signed_in)

    assert "社員3名とグループ1件が、SmartHRで見つかりません。承認するまで" in said
    assert banners(signed_in, "/settings/smarthr/") == [("warning", "要確認")]
    where = re.findall(r'href="([^"]+)"', said)[0]
    assert banners(signed_in, where) == []
    assert banners(signed_in, f"/settings/smarthr/runs/{run.pk}/") == []


@pytest.mark.parametrize(
    ("factory", "said"),
    [
        (PersonCandidateFactory, "SmartHRで見つからない社員が3名います。"),
        (GroupCandidateFactory, "SmartHRで見つからないグループが3件あります。"),
    ],
)
def test_people_are_there_and_groups_are_there(
    signed_in: Client, company: Company, factory: type[PersonCandidateFactory], said: str
) -> None:
    factory.create_batch(3, company=company)

    assert said in words(signed_in)


def test_a_report_of_groups_does_not_tell_of_people_who_wait(
    signed_in: Client, company: Company
) -> None:
    PersonCandidateFactory(company=company)
    status = RunStatus.NEEDS_CONFIRMATION
    run = RunFactory(company=company, kind=RunKind.DEPARTMENTS, status=status)

    assert banners(signed_in, f"/settings/smarthr/runs/{run.pk}/") == [("warning", "要確認")]


def test_T5_the_run_that_asks_about_the_account(signed_in: Client, company: Company) -> None:
    run = asking(company, Reason.OTHER_ACCOUNT)
    set_plan(company, account_unchecked=True)

    assert banners(signed_in) == [("warning", "要確認")]
    assert f'href="/settings/smarthr/runs/{run.pk}/"' in words(signed_in)
    assert banners(signed_in, f"/settings/smarthr/runs/{run.pk}/") == []
    assert banners(signed_in, f"/settings/smarthr/runs/{run.pk}/accept-account/") == []
    assert "（要確認あり）" in signed_in.get("/employees/").content.decode()

    set_plan(company, account_unchecked=False)  # a 管理者 has confirmed it

    assert banners(signed_in) == []


def test_G8_an_empty_answer(signed_in: Client, company: Company) -> None:
    asking(company)

    assert banners(signed_in) == [("warning", "要確認")]
    assert "（要確認あり）" in signed_in.get("/groups/").content.decode()

    RunFactory(company=company, status=RunStatus.CANCELLED)  # says nothing
    assert banners(signed_in) == [("warning", "要確認")]

    RunFactory(company=company)
    assert banners(signed_in) == []


@pytest.mark.parametrize("code", [reason for reason in Reason if reason in CONNECTION_TROUBLES])
def test_connection_trouble_leads_to_the_result(
    signed_in: Client, company: Company, code: Reason
) -> None:
    run = failed(company, code, kind=RunKind.DEPARTMENTS, error_detail={"subdomain": "acme"})

    assert banners(signed_in) == [("error", "接続エラー")]
    assert f'href="/settings/smarthr/runs/{run.pk}/"' in words(signed_in)
    assert code not in words(signed_in)
    assert banners(signed_in, f"/settings/smarthr/runs/{run.pk}/") == []


@pytest.mark.parametrize(
    "code", [Reason.CONNECTION_FAILED, Reason.MAINTENANCE, Reason.PLAN_STOPPED]
)
def test_what_passes_by_itself_is_no_connection_trouble(
    signed_in: Client, company: Company, code: Reason
) -> None:
    failed(company, code)

    assert banners(signed_in) == []


def test_connection_trouble_of_other_settings_may_be_over(
    signed_in: Client, company: Company
) -> None:
    failed(company, settings_version=1)
    set_plan(company, settings_version=2)

    assert banners(signed_in) == []


def test_P2_a_company_without_the_integration_hears_of_candidates_only(
    signed_in: Client, company: Company
) -> None:
    set_plan(company, plan_started_on=None, plan_stopped_at=timezone.now())
    failed(company)
    assert banners(signed_in) == []

    PersonCandidateFactory(company=company)
    assert banners(signed_in) == [("warning", "要確認")]


@pytest.mark.parametrize("waiting", [0, 30])
def test_number_of_queries_is_small_and_constant(
    signed_in: Client,
    company: Company,
    waiting: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    RunFactory.create_batch(max(1, waiting), company=company)
    PersonCandidateFactory.create_batch(waiting, company=company)

    # Session, person; candidates (once for dot and banner), plan, running sync, newest sync,
    # troubles.
    with django_assert_max_num_queries(7):
        signed_in.get("/password/")
