"""T7, T5: the screens that start a survey and show its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from groups.models import Group
from integrations.choices import Outcome, RunKind, RunStatus
from integrations.models import SmartHRIntegration, SyncRun
from integrations.reasons import Reason
from tests.factories import (
    ActiveRunFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    RunFactory,
    RunRecordFactory,
)
from tests.integrations.views.ties import (
    FIRST,
    RELINK,
    path,
    press,
    proposal,
    relinked,
    survey,
    text_of,
)


@pytest.fixture(autouse=True)
def queue() -> Iterator[mock.Mock]:
    """What is handed to the workers; nobody works in these tests."""
    with mock.patch.object(current_app, "send_task") as send_task:
        yield send_task


def test_T7_the_first_import_is_surveyed_first(
    signed_in: Client, company: Company, queue: mock.Mock
) -> None:
    EmployeeFactory(company=company)

    response = signed_in.post("/settings/smarthr/sync/employees/", follow=True)

    run = SyncRun.objects.for_company(company).get()
    assert (run.kind, run.started_by_label) == (FIRST, "山田 花子（a001）")
    assert response.redirect_chain == [(path(run, ""), 302)]
    text = text_of(response)
    assert "はじめての取り込みの確認を受け付けました。" in text
    assert "はじめての取り込みの確認の同期" not in text
    assert "この画面を閉じても確認は続きます。" in text
    assert "従業員の読み込み" in text
    assert "新規" not in text


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("employees", {"as_new": "1"}, RunKind.EMPLOYEES),
        ("departments", {}, RunKind.DEPARTMENTS),
    ],
)
def test_T7_nothing_is_asked_of_whoever_decided_or_imports_groups(
    signed_in: Client, company: Company, kind: str, data: dict[str, str], expected: RunKind
) -> None:
    EmployeeFactory(company=company)

    signed_in.post(f"/settings/smarthr/sync/{kind}/", data)

    assert SyncRun.objects.for_company(company).get().kind == expected


@pytest.mark.parametrize("with_linked", [True, False])
def test_T7_nothing_is_asked_where_nobody_could_be_doubled(
    signed_in: Client, company: Company, with_linked: bool
) -> None:
    if with_linked:
        EmployeeFactory(company=company)
        LinkedEmployeeFactory(company=company)

    signed_in.post("/settings/smarthr/sync/employees/")

    assert SyncRun.objects.for_company(company).get().kind == RunKind.EMPLOYEES


@pytest.mark.parametrize("data", [{}, {"as_new": "1"}])
def test_T6_a_second_press_leads_to_the_survey_that_goes_on(
    signed_in: Client, company: Company, data: dict[str, str]
) -> None:
    EmployeeFactory(company=company)
    run = ActiveRunFactory(company=company, kind=FIRST, phase="survey")

    response = signed_in.post("/settings/smarthr/sync/employees/", data, follow=True)

    assert response.redirect_chain == [(path(run, ""), 302)]
    assert "すでに確認を実行中です。実行中の確認を表示しています。" in text_of(response)


def test_a_survey_that_waits_shows_its_phases(signed_in: Client, company: Company) -> None:
    run = ActiveRunFactory(
        company=company, kind=RELINK, phase="survey", phase_done=600, phase_total=1204
    )

    text = text_of(signed_in.get(path(run, "")))

    assert "600 / 1,204名" in text
    assert text.index("従業員の読み込み") < text.index("部署の読み込み") < text.index("候補の確認")


def test_a_survey_is_cancelled_in_its_own_words(signed_in: Client, company: Company) -> None:
    run = ActiveRunFactory(company=company, kind=FIRST, phase="survey")

    question = text_of(signed_in.get(path(run, "cancel/")))
    signed_in.post(path(run, "cancel/"))

    assert "確認の中止" in question
    assert "社員とグループは何も変更していません。" in question
    text = text_of(signed_in.get(path(run, "")))
    assert "山田 花子（a001）さんが中止しました。" in text
    assert "もう一度確認" in text


# --- its end ------------------------------------------------------------------------------------
def test_T7_the_end_says_who_would_be_doubled(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    proposal(run)

    response = signed_in.get(path(run, ""))

    text = text_of(response)
    assert (
        "手作業で登録した社員12名のうち、3名はSmartHRの従業員と社員番号が同じ、"
        "5名はメールアドレスが同じです。" in text
    )
    assert "このまま取り込むと、同じ人が2人になります。社員番号が同じ3名の取り込みでは" in text
    assert "ランダムな英大文字と数字8文字" in text
    assert text.index("手作業で登録した社員12名") < text.index("読み取った日時")
    html = response.content.decode()
    assert f'class="btn btn-primary" href="{path(run)}">紐付けを先に行う' in html
    assert 'name="as_new" value="1"><button type="submit" class="btn"' in html
    assert html.count("btn-primary") == 1


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("import", "退職済みの120名も、社員として取り込みます（退職者の扱い：取り込む）。"),
        ("suspend", "退職済みの120名も取り込み、ログインを停止します（"),
        ("skip", "退職済みの120名は取り込みません（退職者の扱い：新規に取り込まない）。"),
        ("skip_suspend", "退職済みの120名は取り込みません。紐付けた社員が退職済みのときは"),
    ],
)
def test_E13_the_end_says_what_becomes_of_retired_people(
    signed_in: Client, integration: SmartHRIntegration, policy: str, says: str
) -> None:
    run = survey(integration)
    SmartHRIntegration.objects.for_company(integration.company).update(
        retired_policy=policy, settings_version=2
    )

    response = signed_in.get(path(run, ""))

    assert says in text_of(response)
    assert "/settings/smarthr/#others" in response.content.decode()


def test_T7_where_nobody_is_the_same_importing_is_the_way(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration, same_number=0, same_email=0, same_name=0, retired=0)

    response = signed_in.get(path(run, ""))

    assert "SmartHRの従業員と一致する人はいません。" in text_of(response)
    assert "紐付けを先に行う" not in text_of(response)
    assert 'btn-primary" data-busy="受け付けています…">新規に取り込む' in response.content.decode()


@pytest.mark.parametrize("kind", [FIRST, RELINK])
@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.CANCELLED])
@pytest.mark.parametrize("code", ["", *Reason])
def test_every_end_of_a_survey_speaks_of_a_survey(
    signed_in: Client, company: Company, kind: RunKind, status: RunStatus, code: str
) -> None:
    run = RunFactory(company=company, kind=kind, status=status, error_code=code)

    response = signed_in.get(path(run, ""))

    text = text_of(response)
    assert response.status_code == 200
    assert "何も変更していません。" in text
    assert "同期を止めました" not in text
    assert not code or code not in text
    assert signed_in.get(path(run))["Location"] == path(run, "")


def test_T5_a_changed_connection_makes_a_survey_useless(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    row = proposal(run)
    SmartHRIntegration.objects.for_company(integration.company).update(subdomain="another")

    for address in (path(run, ""), path(run)):
        assert "接続が変更されたため、この候補は使えません。" in text_of(signed_in.get(address))
    answer = press(signed_in, run, row, confirmed="1")

    assert "この候補は使えません。" in text_of(answer)
    assert 'name="ties"' not in answer.content.decode()
    assert not Employee.objects.for_company(run.company).linked().exists()


def test_home_and_history_do_not_take_a_survey_for_a_sync(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    sync = RunFactory(company=integration.company)
    survey(integration)
    RunFactory(
        company=integration.company,
        kind=FIRST,
        status=RunStatus.FAILED,
        error_code=Reason.CONNECTION_FAILED,
        started_at=timezone.now(),
    )

    home = signed_in.get("/")
    settings = text_of(signed_in.get("/settings/smarthr/"))

    assert home.context["to_dos"] == []
    assert home.context["last"].run == sync
    assert "はじめての取り込みの確認" in settings


# --- 付け替え -----------------------------------------------------------------------------------
@pytest.fixture
def asking(integration: SmartHRIntegration) -> SyncRun:
    """A sync that stopped at another account."""
    SmartHRIntegration.objects.for_company(integration.company).update(account_unchecked=True)
    LinkedEmployeeFactory(company=integration.company)
    return RunFactory(
        company=integration.company,
        status=RunStatus.NEEDS_CONFIRMATION,
        error_code=Reason.OTHER_ACCOUNT,
    )


def test_X12_the_stopped_sync_offers_it(signed_in: Client, asking: SyncRun) -> None:
    page = text_of(signed_in.get(path(asking, "")))
    question = text_of(signed_in.get(path(asking, "relink/")))

    response = signed_in.post(path(asking, "relink/"), follow=True)

    assert "付け替え…" in page
    assert "この接続先でよい" in page
    assert "読み取るだけで、何も変更しません。" in question
    run = SyncRun.objects.for_company(asking.company).get(kind=RELINK)
    assert response.redirect_chain == [(path(run, ""), 302)]
    assert run.options["asked_by"] == asking.pk
    assert "付け替えの確認を受け付けました。" in text_of(response)


def test_X12_a_survey_that_failed_leads_back(signed_in: Client, asking: SyncRun) -> None:
    run = RunFactory(
        company=asking.company,
        kind=RELINK,
        status=RunStatus.FAILED,
        error_code=Reason.INCOMPLETE_READ,
        options={"asked_by": asking.pk},
    )

    response = signed_in.get(path(run, ""))

    text = text_of(response)
    assert "SmartHRのデータをすべて読み取れなかったため、候補を作れませんでした。" in text
    assert "もう一度確認してください。" in text
    assert f'href="{path(asking, "")}">要確認の同期に戻る' in response.content.decode()


@pytest.mark.parametrize("change", [{"account_unchecked": False}, {"settings_version": 2}])
def test_X12_it_is_offered_only_while_the_account_is_asked_about(
    signed_in: Client, asking: SyncRun, change: dict[str, Any]
) -> None:
    SmartHRIntegration.objects.for_company(asking.company).update(**change)

    assert "付け替え…" not in text_of(signed_in.get(path(asking, "")))
    assert signed_in.post(path(asking, "relink/"))["Location"] == path(asking, "")
    assert not SyncRun.objects.for_company(asking.company).filter(kind=RELINK).exists()


@pytest.mark.parametrize("policy", ["confirm", "auto"])
def test_X12_those_left_over_are_told_of(
    signed_in: Client, integration: SmartHRIntegration, policy: str
) -> None:
    SmartHRIntegration.objects.for_company(integration.company).update(deletion_policy=policy)
    run = survey(integration, RELINK, departments_unreadable=1, groups_unmatched=2)
    RunRecordFactory(
        run=run, label="退社 予定（x）", outcome=Outcome.LEFT_OUT, reason=Reason.TIE_UNMATCHED
    )
    row = relinked(run)

    page, listed = (text_of(signed_in.get(path(run, tail))) for tail in ("", "ties/"))
    left = text_of(signed_in.get(path(run), {"tab": "left"}))
    question = text_of(press(signed_in, run, row))

    assert "社員番号が同じ人が1名います。" in page
    for text in (page, listed, left, question):
        assert "付け替えなかった社員とグループは、そのまま残ります。" in text
        assert "すぐには削除せず、「削除の確認」に表示します。" in text
    for text in (page, listed, left):
        assert "一致しなかったのは、社員3名とグループ2件です。" in text
        assert "「部署:参照」の権限がないため、グループは候補にしていません。" in text
    assert str(row.employee) in listed
    assert "退社 予定（x）" in left
    assert "社員番号が同じ従業員がいません。" in left


def test_T5_where_nothing_can_be_re_linked_no_sync_is_offered_that_would_only_stop(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    SmartHRIntegration.objects.for_company(integration.company).update(account_unchecked=True)
    run = survey(integration, RELINK)

    nothing = text_of(signed_in.get(path(run)))
    press(signed_in, run, relinked(run), confirmed="1")
    something = text_of(signed_in.get(path(run)))

    assert "付け替えられる社員とグループはありません。" in nothing
    assert "インポート・同期実行" not in nothing
    assert "インポート・同期実行" in something


def test_X12_people_and_groups_are_re_linked_and_the_account_is_confirmed(
    signed_in: Client, integration: SmartHRIntegration, asking: SyncRun
) -> None:
    integration.refresh_from_db()
    run = survey(integration, RELINK)
    run.options["asked_by"] = asking.pk
    run.save()
    person = relinked(run)
    group = proposal(run, "path", group=LinkedGroupFactory(company=run.company, name="営業部"))

    question = text_of(press(signed_in, run, person))
    answer = press(signed_in, run, person, group, confirmed="1")

    assert "次の1名を、SmartHRの従業員に付け替えますか？" in question
    assert "acme.smarthr.jpを正しい接続先として" in question
    assert "1名とグループ1件を付け替えました。もう一度同期してください。" in text_of(answer)
    people = Employee.objects.for_company(run.company)
    assert people.get(smarthr_id=person.smarthr_id).pk == person.employee_id
    groups = Group.objects.for_company(run.company)
    assert groups.get(smarthr_id=group.smarthr_id).pk == group.group_id
    assert not SmartHRIntegration.objects.for_company(run.company).get().account_unchecked
    assert "2件を付け替えました。" in text_of(signed_in.get(path(run, "")))

    press(signed_in, run, act="untie", tab="tied", everything="1")

    assert SmartHRIntegration.objects.for_company(run.company).get().account_unchecked
