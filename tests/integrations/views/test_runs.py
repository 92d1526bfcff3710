"""A run's page: started, watched, cancelled, and its end (T5, T6)."""

from collections.abc import Iterator
from datetime import timedelta
from unittest import mock

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from companies.models import Company
from integrations.choices import SYNC_KINDS, RunKind, RunStatus, Trigger
from integrations.models import SmartHRIntegration, SyncRun
from integrations.reasons import Reason
from tests.factories import (
    ActiveRunFactory,
    AdministratorFactory,
    IntegrationFactory,
    RunFactory,
    counts,
)


@pytest.fixture(autouse=True)
def queue() -> Iterator[mock.Mock]:
    """What is handed to the workers; nobody works in these tests."""
    with mock.patch.object(current_app, "send_task") as send_task:
        yield send_task


def start(signed_in: Client, kind: str = "employees"):  # type: ignore[no-untyped-def]
    return signed_in.post(f"/settings/smarthr/sync/{kind}/", follow=True)


def page(signed_in: Client, run: SyncRun, query: str = "") -> str:
    return signed_in.get(f"/settings/smarthr/runs/{run.pk}/{query}").content.decode()


@pytest.mark.parametrize("kind", SYNC_KINDS)
def test_button_starts_a_run_and_leads_to_it(
    signed_in: Client,
    company: Company,
    kind: str,
    queue: mock.Mock,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = start(signed_in, kind)

    run = SyncRun.objects.for_company(company).get()
    assert response.redirect_chain == [(f"/settings/smarthr/runs/{run.pk}/", 302)]
    assert (run.kind, run.trigger, run.started_by_label) == (
        kind,
        Trigger.SCREEN,
        "山田 花子（a001）",
    )
    assert f"{RunKind(kind).headline}を受け付けました。" in response.content.decode()
    queue.assert_called_once_with("integrations.work_on_run", args=[run.pk])


def test_second_press_shows_the_running_one(
    signed_in: Client, company: Company, queue: mock.Mock
) -> None:
    run = ActiveRunFactory(company=company)

    response = start(signed_in, "departments")

    assert response.redirect_chain == [(f"/settings/smarthr/runs/{run.pk}/", 302)]
    assert "すでに同期を実行中です。実行中の同期を表示しています。" in response.content.decode()
    assert SyncRun.objects.for_company(company).count() == 1
    queue.assert_not_called()


def test_button_without_a_connection_says_what_is_missing(client: Client, db: None) -> None:
    integration = IntegrationFactory(subdomain="", token_ciphertext="")
    client.force_login(AdministratorFactory(company=integration.company))

    response = start(client)

    assert response.redirect_chain == [("/settings/smarthr/", 302)]
    assert "先に「接続」を設定してください。" in response.content.decode()


def test_running_page_shows_phase_and_numbers(signed_in: Client, company: Company) -> None:
    run = ActiveRunFactory(
        company=company,
        phase_done=600,
        phase_total=1204,
        counts=counts(created=12, updated=30, unchanged=555, skipped=3),
    )

    text = page(signed_in, run)

    assert '<progress value="600" max="1204"' in text
    assert "600 / 1,204名" in text
    for number in ("12名", "30名", "555名", "3名", "0名"):
        assert f"<dd>{number}</dd>" in text
    assert f'hx-get="/settings/smarthr/runs/{run.pk}/progress/" hx-trigger="every 2s"' in text
    assert 'data-announce="従業員の読み込み 25%"' in text


def test_poll_brings_the_part_and_then_the_report(signed_in: Client, company: Company) -> None:
    run = ActiveRunFactory(company=company)
    path = f"/settings/smarthr/runs/{run.pk}/progress/"

    part = signed_in.get(path)

    assert 'id="run-progress"' in part.content.decode()
    assert "<html" not in part.content.decode()

    SyncRun.objects.for_company(company).update(
        status=RunStatus.SUCCEEDED, finished_at=timezone.now()
    )

    assert signed_in.get(path)["HX-Refresh"] == "true"
    summary = signed_in.get(path + "?summary").content.decode()
    assert "hx-get" not in summary
    assert "結果を表示" in summary


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (Reason.RATE_LIMITED, "SmartHRへの問い合わせが上限に達したため、待っています。"),
        (Reason.MAINTENANCE, "SmartHRがメンテナンス中のため、待っています。"),
        ("", ""),
    ],
)
def test_waiting_run_says_when_it_goes_on(
    signed_in: Client, company: Company, code: str, why: str
) -> None:
    at = timezone.now() + timedelta(minutes=10)
    run = ActiveRunFactory(
        company=company, status=RunStatus.WAITING, error_code=code, not_before=at
    )

    text = page(signed_in, run)

    assert f"{timezone.localtime(at):%H:%M}頃に、自動で続きから再開します。" in text
    assert why in text


def test_run_that_nobody_took_yet_starts_soon(signed_in: Client, company: Company) -> None:
    run = ActiveRunFactory(company=company, status=RunStatus.WAITING)

    assert "まもなく始まります。" in page(signed_in, run)


def test_cancelling_asks_and_then_is_shown(signed_in: Client, company: Company) -> None:
    run = ActiveRunFactory(company=company, lease="6b1e5d8e-64a1-4f6e-9a55-1a3a36c53c6d")
    path = f"/settings/smarthr/runs/{run.pk}/cancel/"

    question = signed_in.get(path).content.decode()
    answer = signed_in.post(path, follow=True).content.decode()

    run.refresh_from_db()
    assert "ここまでに反映した内容は残り、削除はしません。" in question
    assert run.cancel_requested_at is not None
    assert "中止しています…" in answer
    assert "data-dialog" not in answer


def test_E12_once_it_has_deleted_it_is_not_offered_to_be_cancelled(
    signed_in: Client, company: Company
) -> None:
    run = ActiveRunFactory(company=company, progress={"has_deleted": True})
    path = f"/settings/smarthr/runs/{run.pk}/cancel/"

    watched = page(signed_in, run)
    asked, sent = signed_in.get(path, follow=True), signed_in.post(path, follow=True)

    assert path not in watched
    for answer in (asked, sent):
        text = answer.content.decode()
        assert "削除が済んでいるため、中止できません。このまま最後まで進みます。" in text
        assert "中止しています…" not in text


def test_cancelled_run_says_who_and_how_far(signed_in: Client, company: Company) -> None:
    run = RunFactory(
        company=company,
        status=RunStatus.CANCELLED,
        cancelled_by_label="山田 花子（a001）",
        counts=counts(created=600, unchanged=4),
    )

    text = page(signed_in, run)

    assert "山田 花子（a001）さんが中止しました。" in text
    assert "600名までは反映済みです。" in text


def test_failed_run_says_what_how_far_and_what_next(signed_in: Client, company: Company) -> None:
    run = RunFactory(
        company=company,
        status=RunStatus.FAILED,
        error_code=Reason.PERMISSION_MISSING,
        error_detail={"permission": "従業員情報:参照", "subdomain": "acme"},
        counts=counts(created=600),
    )

    text = page(signed_in, run)

    assert "アクセストークンに「従業員情報:参照」の権限がありません。" in text
    assert "ここまでに600名を反映しました。" in text
    assert "「リソースのアクセス許可」で追加し" in text
    assert text.index("権限がありません") < text.index("<h1")


def test_other_account_can_be_accepted(signed_in: Client, company: Company) -> None:
    SmartHRIntegration.objects.for_company(company).update(account_unchecked=True)
    run = RunFactory(
        company=company, status=RunStatus.NEEDS_CONFIRMATION, error_code=Reason.OTHER_ACCOUNT
    )
    path = f"/settings/smarthr/runs/{run.pk}/accept-account/"

    assert "この接続先でよい" in page(signed_in, run)
    assert "acme.smarthr.jp" in signed_in.get(path).content.decode()

    response = signed_in.post(path, follow=True)

    integration = SmartHRIntegration.objects.for_company(company).get()
    assert integration.account_unchecked is False
    assert "接続先を確認しました。" in response.content.decode()
    assert "この接続先でよい" not in page(signed_in, run)


def test_account_is_not_accepted_after_the_settings_changed(
    signed_in: Client, company: Company
) -> None:
    SmartHRIntegration.objects.for_company(company).update(
        account_unchecked=True, settings_version=2
    )
    run = RunFactory(
        company=company, status=RunStatus.NEEDS_CONFIRMATION, error_code=Reason.OTHER_ACCOUNT
    )

    response = signed_in.post(f"/settings/smarthr/runs/{run.pk}/accept-account/")

    assert response["Location"] == f"/settings/smarthr/runs/{run.pk}/"
    assert SmartHRIntegration.objects.for_company(company).get().account_unchecked


@pytest.mark.parametrize("status", [s for s in RunStatus if s not in ("waiting", "running")])
@pytest.mark.parametrize("code", ["", *Reason, "a_code_of_tomorrow"])
def test_every_end_can_be_shown(
    signed_in: Client, company: Company, status: RunStatus, code: str
) -> None:
    run = RunFactory(company=company, status=status, error_code=code)

    text = page(signed_in, run)

    assert "<h1>従業員リスト⇒社員リストの同期</h1>" in text
    assert not code or code not in text


def test_a_long_name_starts_and_cancels_a_run(client: Client, company: Company) -> None:
    person = AdministratorFactory(company=company, last_name="長" * 255, first_name="名" * 255)
    client.force_login(person)

    start(client)

    run = SyncRun.objects.for_company(company).get()
    client.post(f"/settings/smarthr/runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
    assert len(run.started_by_label) == len(run.cancelled_by_label) == 300
