"""X3, S6: what the settings page, ホーム and the banner say of troubles and of a hold."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.messages import get_messages
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from companies.models import Company
from integrations.choices import RunKind, RunStatus, WebhookMode
from integrations.health_causes import Cause
from integrations.models import NotificationAddress, SmartHRIntegration, SyncRun
from integrations.reasons import Reason
from integrations.services.check_result import Access
from integrations.services.health import clear_issue, report_issue
from tests.factories import ApproverFactory, IntegrationFactory, ParkedDeliveryFactory, RunFactory
from tests.integrations.views.screen import PAGE, keep, text

BANNER = re.compile(r'mk-alert--(\w+) mk-lasting">.*?<strong>(.*?)</strong>(.*?)<', re.DOTALL)
HOLD, RESUME = f"{PAGE}hold/", f"{PAGE}hold/end/"
ADD = f"{PAGE}addresses/"


def banner(client: Client) -> list[tuple[str, ...]]:
    return BANNER.findall(client.get("/employees/").content.decode())


def to_dos(client: Client) -> list[tuple[str, str, str]]:
    found = client.get("/").context["to_dos"]
    return [(item.label, item.text, item.address) for item in found if item.label != "未実行"]


def issues_on_top(client: Client) -> str:
    page = client.get(PAGE).content.decode()
    part = page.partition('id="issues"')[2].partition("<section")[0]
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", f"<p {part}"))


def set_columns(company: Company, **columns: Any) -> None:
    SmartHRIntegration.objects.for_company(company).update(**columns)


def held(company: Company, days: int = 3) -> None:
    until = timezone.localdate() + timedelta(days=days)
    set_columns(company, held_since=timezone.now(), held_until=until, webhook_mode=WebhookMode.AUTO)


@pytest.mark.parametrize(
    ("cause", "detail", "words"),
    [
        (Reason.TOKEN_REJECTED, {}, "アクセストークンがSmartHRで認められませんでした。"),
        (
            Reason.PERMISSION_MISSING,
            {"permissions": ["部署:参照"]},
            "アクセストークンに「部署:参照」の権限がありません。",
        ),
        (Cause.WEBHOOK_DISABLED, {}, "SmartHRがWebhookを無効にしました。"),
        (Cause.NO_SUCCESS, {}, "24時間以上、SmartHRのデータを読み取れていません。"),
    ],
)
def test_X3_a_trouble_is_said_on_the_page_at_home_and_in_the_banner(
    signed_in: Client, company: Company, cause: str, detail: dict[str, Any], words: str
) -> None:
    report_issue(company, cause, detail)

    on_top = issues_on_top(signed_in)
    assert on_top.count(words) == text(signed_in.get(PAGE)).count(words) == 1
    assert f"{timezone.localtime():%Y/%m/%d}" in on_top  # since when
    assert [words in said for _, said, _ in to_dos(signed_in)] == [True]
    assert [words in said for _, _, said in banner(signed_in)] == [True]
    assert cause not in signed_in.get(PAGE).content.decode()

    clear_issue(company, cause)

    assert (issues_on_top(signed_in), to_dos(signed_in), banner(signed_in)) == ("", [], [])


def test_X3_the_label_of_the_page_says_that_the_connection_is_broken(
    signed_in: Client, company: Company
) -> None:
    report_issue(company, Reason.TOKEN_REJECTED)

    assert text(signed_in.get(PAGE)).count("接続エラー") == 2  # above and in the section


def test_X3_what_a_sync_has_met_is_said_once(signed_in: Client, company: Company) -> None:
    RunFactory(company=company, status=RunStatus.FAILED, error_code=Reason.TOKEN_REJECTED)
    report_issue(company, Reason.TOKEN_REJECTED)

    assert issues_on_top(signed_in) == ""
    assert len(to_dos(signed_in)) == 1
    assert [label for _, label, _ in banner(signed_in)] == ["接続エラー"]


def test_X3_parked_deliveries_are_a_line_at_home_and_no_banner(
    signed_in: Client, company: Company
) -> None:
    ParkedDeliveryFactory.create_batch(2, company=company)
    report_issue(company, Cause.DELIVERIES_PARKED, {"count": 2})

    assert [item[:2] for item in to_dos(signed_in)] == [
        ("失敗", "Webhookを2件処理できませんでした。")
    ]
    assert banner(signed_in) == []
    assert "Webhookを2件処理できませんでした。" in issues_on_top(signed_in)


def test_X3_while_the_plan_is_halted_no_trouble_is_told(
    signed_in: Client, company: Company
) -> None:
    report_issue(company, Cause.WEBHOOK_DISABLED)
    set_columns(company, plan_stopped_at=timezone.now())

    assert [label for label, _, _ in to_dos(signed_in)] == ["停止中"]
    assert [label for _, label, _ in banner(signed_in)] == ["停止中"]


def test_X3_notices_are_mails_and_no_troubles(signed_in: Client, company: Company) -> None:
    report_issue(company, Cause.WEBHOOK_HEALED, {"cause": "webhook_gone"})

    assert (issues_on_top(signed_in), to_dos(signed_in), banner(signed_in)) == ("", [], [])


def test_C1_nobody_reads_troubles_of_another_company(signed_in: Client, company: Company) -> None:
    report_issue(IntegrationFactory().company, Reason.TOKEN_REJECTED)

    assert (issues_on_top(signed_in), to_dos(signed_in), banner(signed_in)) == ("", [], [])


def test_S6_without_anything_automatic_there_is_nothing_to_hold(
    signed_in: Client, company: Company
) -> None:
    page = text(signed_in.get(PAGE))

    assert "「自動同期しない」のため、一時停止するものはありません。" in page
    assert "一時停止の最終日" not in page


def test_S6_a_hold_is_started_and_said_everywhere(signed_in: Client, company: Company) -> None:
    set_columns(company, webhook_mode=WebhookMode.AUTO)
    until = timezone.localdate() + timedelta(days=3)

    response = signed_in.post(HOLD, {"until": until.isoformat()}, follow=True)

    said = f"自動反映を{until:%Y/%m/%d}まで一時停止しています。"
    assert response.redirect_chain == [(f"{PAGE}#hold", 302)]
    assert f"{until:%Y/%m/%d}まで、自動反映を一時停止します。" in text(response)
    assert banner(signed_in) == [("warning", "一時停止中", said)]
    assert [item[:2] for item in to_dos(signed_in)] == [("一時停止中", said)]
    assert "自動反映を再開</button>" not in response.content.decode()


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("", "一時停止の最終日を指定してください。"),
        ("tomorrow", "日付を「2026-04-01」の形で指定してください。"),
        ("2020-01-01", "の日付で指定してください。"),
    ],
)
def test_S6_a_day_that_cannot_be_is_refused_at_its_field(
    signed_in: Client, company: Company, until: str, said: str
) -> None:
    set_columns(company, webhook_mode=WebhookMode.AUTO)

    response = signed_in.post(HOLD, {"until": until})

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>エラー：" in page
    assert said in page
    assert 'id="hold_until_error"' in page
    assert 'aria-invalid="true"' in page


def test_S6_it_is_resumed_after_a_preview_only(signed_in: Client, company: Company) -> None:
    held(company)
    refused = signed_in.post(RESUME)
    without = text(signed_in.get(PAGE))
    run = RunFactory(company=company, kind=RunKind.PREVIEW)
    with_preview = signed_in.get(PAGE).content.decode()
    resumed = signed_in.post(RESUME, follow=True)

    assert refused.status_code == 422
    assert "再開の前に、差分プレビューで" in text(refused)
    assert "はじめに差分プレビューで" in without
    assert f'href="{PAGE}runs/{run.pk}/"' in with_preview
    assert "自動反映を再開</button>" in with_preview
    assert "自動反映を再開しました。" in text(resumed)
    assert banner(signed_in) == []


def test_X3_addresses_are_added_asked_again_and_removed(
    signed_in: Client, company: Company, mailoutbox: list[EmailMessage]
) -> None:
    added = signed_in.post(ADD, {"email": "told@example.net"}, follow=True)
    row = NotificationAddress.objects.for_company(company).get()
    again = signed_in.post(f"{ADD}{row.pk}/again/", follow=True)
    NotificationAddress.objects.for_company(company).update(confirmed_at=timezone.now())
    confirmed = signed_in.get(PAGE)
    signed_in.post(f"{ADD}{row.pk}/remove/")

    assert added.redirect_chain == [(f"{PAGE}#addresses", 302)]
    assert "確認のメールを送りました。" in text(added)
    assert "確認待ち" in text(added)
    assert "確認のメールを送りました。" in text(again)
    assert len(mailoutbox) == 2
    assert "確認済み" in text(confirmed)
    assert "メールを再送" not in text(confirmed)
    assert "通知先はまだありません。" in text(signed_in.get(PAGE))


@pytest.mark.parametrize("email", ["", "no address"])
def test_X3_an_address_that_is_none_is_refused_at_its_field(signed_in: Client, email: str) -> None:
    response = signed_in.post(ADD, {"email": email})

    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="addresses_email_error"' in page
    assert f'value="{email}"' in page or not email


@pytest.mark.parametrize("path", [HOLD, RESUME, ADD, f"{ADD}1/again/", f"{ADD}1/remove/"])
def test_C3_others_hold_and_add_nothing(client: Client, company: Company, path: str) -> None:
    client.force_login(ApproverFactory(company=company))

    assert client.post(path).status_code == 403
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", [HOLD, RESUME, ADD])
def test_P2_without_the_integration_there_is_nothing_to_set(
    signed_in: Client, company: Company, path: str
) -> None:
    set_columns(company, plan_started_on=None)

    response = signed_in.post(path, {"until": "2026-04-01", "email": "told@example.net"})

    assert response.status_code == 403
    assert not NotificationAddress.objects.for_company(company).exists()
    assert not SyncRun.objects.for_company(company).exists()
    assert not list(get_messages(response.wsgi_request))


def test_X3_a_confirmation_that_did_not_go_out_says_so(signed_in: Client, company: Company) -> None:
    with mock.patch.object(EmailMessage, "send", side_effect=OSError):
        response = signed_in.post(ADD, {"email": "told@example.net"}, follow=True)

    assert "確認のメールを送れませんでした。" in text(response)
    assert "確認のメールを送りました。" not in text(response)
    assert NotificationAddress.objects.for_company(company).count() == 1


def test_T4_X3_a_missing_permission_that_the_test_found_is_said_by_its_line(
    signed_in: Client, company: Company, integration: SmartHRIntegration
) -> None:
    set_columns(company, department_slot=1)
    keep(integration, departments_read=Access.MISSING)
    report_issue(company, Reason.PERMISSION_MISSING, {"permissions": ["部署:参照"]})

    assert issues_on_top(signed_in) == ""
    assert len(to_dos(signed_in)) == 1
    assert "アクセストークンに「部署:参照」の権限がありません。" in text(signed_in.get(PAGE))
