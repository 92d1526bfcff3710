"""The first lines of the log, and 要対応, say whether somebody has to act (W8, S6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from companies.models import Company
from integrations.choices import RunStatus, WebhookMode
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from tests.factories import DeliveryFactory, DoneDeliveryFactory, ParkedDeliveryFactory, RunFactory
from tests.webhooks.views.screen import PAGE, RETRY_ALL, detail, text
from webhooks.models import Inbox


def unreadable(company: Company) -> None:
    DoneDeliveryFactory(
        company=company, status="failed", reason=Reason.BODY_UNREADABLE, event="", people=0
    )


def set_up(company: Company, **values: Any) -> None:
    SmartHRIntegration.objects.for_company(company).update(**values)


def test_nothing_to_do(signed_in: Client, company: Company) -> None:
    DeliveryFactory(crew=None, company=company)
    ParkedDeliveryFactory(crew=None)  # of another company

    shown = text(signed_in.get(PAGE))

    assert "対応が必要なものはありません。1件が処理を待っています。" in shown
    assert "失敗1件" not in shown


def test_W8_failed_ones_are_said_first(signed_in: Client, company: Company) -> None:
    old = timezone.now() - timedelta(days=9)
    ParkedDeliveryFactory.create_batch(2, crew=None, company=company, received_at=old)

    page = signed_in.get(PAGE)

    assert "失敗2件2件を処理できませんでした。理由を解消し、「再実行」を押してください。" in text(
        page
    )
    assert "失敗した2件を再実行" in text(page)
    assert f'action="{RETRY_ALL}"' in page.content.decode()
    assert 'href="?period=all&amp;status=failed"' in page.content.decode()
    listed = signed_in.get(PAGE, {"period": "all", "status": "failed"})
    assert len(listed.context["rows"]) == 2
    assert "を表示" not in text(listed)


def test_W5_what_could_not_be_read_is_left_to_a_sync(signed_in: Client, company: Company) -> None:
    unreadable(company)

    page = signed_in.get(PAGE)

    assert "1件は受信したデータを読み取れませんでした。「変更分同期」を押すと" in text(page)
    assert 'action="/settings/smarthr/sync/changed/"' in page.content.decode()
    assert RETRY_ALL not in page.content.decode()


def test_W8_home_leads_there(signed_in: Client, company: Company) -> None:
    ParkedDeliveryFactory(crew=None, company=company)
    unreadable(company)
    ParkedDeliveryFactory(crew=None)  # of another company

    page = signed_in.get("/")

    found = [item for item in page.context["to_dos"] if "Webhook" in item.text]
    assert [(item.label, item.text, item.address, item.link) for item in found] == [
        (
            "失敗",
            "Webhookを2件処理できませんでした。",
            f"{PAGE}?period=all&status=failed",
            "受信ログを確認",
        )
    ]


def test_home_says_nothing_while_nothing_failed_or_all_is_stopped(
    signed_in: Client, company: Company
) -> None:
    DeliveryFactory(crew=None, company=company)
    quiet = text(signed_in.get("/"))
    ParkedDeliveryFactory(crew=None, company=company)
    set_up(company, plan_stopped_at="2026-01-01T00:00Z")

    assert "件処理できませんでした。" not in quiet
    assert "件処理できませんでした。" not in text(signed_in.get("/"))


@pytest.mark.parametrize(
    ("reason", "what", "advice"),
    [
        (
            Reason.TOKEN_REJECTED,
            "アクセストークンがSmartHRで認められませんでした。",
            "「接続」で変更してください。次に試す時刻は",
        ),
        (
            Reason.RATE_LIMITED,
            "SmartHRへの問い合わせが上限に達したため、待っています。",
            "対応は不要です。自動でもう一度試します。次に試す時刻は",
        ),
    ],
)
def test_W8_trouble_of_the_account_is_said_once(
    signed_in: Client, company: Company, reason: Reason, what: str, advice: str
) -> None:
    until = timezone.now() + timedelta(minutes=10)
    Inbox.objects.create(company=company, held_until=until, holds=2, hold_reason=reason)
    DeliveryFactory.create_batch(3, crew=None, company=company)

    page = signed_in.get(PAGE)

    at = f"{timezone.localtime(until):%Y/%m/%d %H:%M}"
    assert text(page).count(what) == 1
    assert f"{advice}{at.replace(' ', '')}です。" in text(page)
    assert [row.next_try for row in page.context["rows"]] == [at] * 3
    assert "対応が必要なものはありません。" not in text(page)


def test_W8_what_the_banner_says_is_not_said_again(signed_in: Client, company: Company) -> None:
    version = SmartHRIntegration.objects.for_company(company).get().settings_version
    RunFactory(
        company=company,
        status=RunStatus.FAILED,
        error_code=Reason.TOKEN_REJECTED,
        settings_version=version,
    )
    Inbox.objects.create(company=company, holds=2, hold_reason=Reason.TOKEN_REJECTED)
    DeliveryFactory(crew=None, company=company)

    shown = text(signed_in.get(PAGE))

    assert shown.count("アクセストークンがSmartHRで認められませんでした。") == 1
    assert "受信したWebhookは、接続できるまで待っています。まもなく、もう一度試します。" in shown


def test_W8_trouble_that_nobody_waits_for_is_over(signed_in: Client, company: Company) -> None:
    Inbox.objects.create(company=company, holds=2, hold_reason=Reason.TOKEN_REJECTED)
    DoneDeliveryFactory(company=company)

    shown = text(signed_in.get(PAGE))

    assert "認められませんでした" not in shown
    assert "対応が必要なものはありません。" in shown


def test_S6_resting_is_said_with_its_end(signed_in: Client, company: Company) -> None:
    set_up(company, held_since="2026-01-01T00:00Z", held_until="2100-04-05")
    delivery = DeliveryFactory(crew=None, company=company, reason=Reason.ON_HOLD)

    page = signed_in.get(PAGE)
    alone = signed_in.get(detail(delivery))

    assert text(page).count("自動反映を2100/04/05まで一時停止しています。") == 1
    assert "受信したWebhookは保管しています。再開すると処理します。" in text(page)
    (row,) = page.context["rows"]
    assert (row.state_label, row.next_try, row.offers_retry) == ("再試行待ち", "再開後", False)
    assert "自動反映を一時停止しているため、待っています。再開すると処理します。" in text(alone)


def test_W10_mode_off_is_said_where_something_comes(signed_in: Client, company: Company) -> None:
    set_up(company, webhook_mode=WebhookMode.OFF)
    quiet = text(signed_in.get(PAGE))
    DoneDeliveryFactory(company=company)

    says = "「自動同期しない」を選んでいるため、受信したWebhookは処理しません。"
    assert says not in quiet
    assert says in text(signed_in.get(PAGE))


def test_not_connected(signed_in: Client, company: Company) -> None:
    set_up(company, token_ciphertext="", token_ending="")
    DeliveryFactory(crew=None, company=company)

    page = signed_in.get(PAGE)

    assert "サブドメインまたはアクセストークンが設定されていません。" in text(page)
    assert 'href="/settings/smarthr/#connection"' in page.content.decode()
