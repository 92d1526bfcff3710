"""The section Webhook of the settings page (T1, W1–W3, W7, X2)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.choices import RunKind
from integrations.models import SmartHRIntegration, SyncRun, WebhookRemoval
from integrations.services.webhook_secrets import provide_secret
from simulator.account import Account
from simulator.tokens import ALL_SCOPES
from tests.factories import EmployeeFactory, IntegrationFactory, LinkedEmployeeFactory
from tests.integrations.conftest import TOKEN
from tests.integrations.views.screen import HTMX, PAGE, keep, text

SAVE = f"{PAGE}save/webhook/"
ON = {"hourly_sync": "on", "nightly_sync": "on"}


@pytest.fixture
def integration(db: None, account: Account) -> SmartHRIntegration:
    """Connected to `account`."""
    return IntegrationFactory(token=TOKEN)


def save(signed_in: Client, mode: str, **values: str) -> Any:
    return signed_in.post(SAVE, {"webhook_mode": mode, **values}, headers=HTMX)


def switch(signed_in: Client, mode: str, **values: str) -> Any:
    return save(signed_in, mode, confirmed=mode, **values)


def section(response: Any) -> str:
    """What a person reads in the section."""
    html = response.content.decode()
    found = re.search(r'<section class="mk-section" id="webhook".*?</section>', html, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", found[0]))


def row(integration: SmartHRIntegration) -> SmartHRIntegration:
    integration.refresh_from_db()
    return integration


def change(integration: SmartHRIntegration, **values: object) -> None:
    SmartHRIntegration.objects.for_company(integration.company).update(**values)


def test_W1_the_three_modes_are_named_letter_by_letter(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    said = section(signed_in.get(PAGE))

    assert "自動同期しない" in said
    assert "自動同期する(Webhookを自動で登録)" in said
    assert "自動同期する(Webhookを手動で登録)" in said
    assert "状態：自動同期していません" in said
    assert "まだ利用できません" not in said


def test_W7_the_section_says_what_a_notice_of_a_deletion_does(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    said = section(signed_in.get(PAGE))

    assert "Webhookで削除の通知を受けたときは、確認せずに削除します（30日間は復元できます）" in said


QUESTIONS = [
    (
        "off",
        "auto",
        "SmartHRにWebhookを1件登録します。"
        "手動で登録したWebhookがあるときは、SmartHRで削除してください。",
    ),
    ("off", "manual", "SmartHRで登録が済むまで、変更は自動で同期されません。"),
    (
        "auto",
        "manual",
        "自動で登録したWebhookをSmartHRから削除します。"
        "SmartHRで登録が済むまで、変更は自動で同期されません。",
    ),
    (
        "auto",
        "off",
        "自動で登録したWebhookをSmartHRから削除します。"
        "今後の変更は「インポート・同期実行」で取り込んでください。",
    ),
    (
        "manual",
        "off",
        "手動で登録したWebhookは、SmartHRで削除してください。"
        "今後の変更は「インポート・同期実行」で取り込んでください。",
    ),
]


@pytest.mark.parametrize(("before", "after", "question"), QUESTIONS)
def test_W1_a_switch_is_asked_about_first(
    signed_in: Client, integration: SmartHRIntegration, before: str, after: str, question: str
) -> None:
    change(integration, webhook_mode=before)

    asked = save(signed_in, after, **ON)

    assert asked.status_code == 422
    assert f"に切り替えますか？{question}" in section(asked)
    assert row(integration).webhook_mode == before
    # The answer to a question about another mode is none.
    assert save(signed_in, after, confirmed=before, **ON).status_code == 422
    assert switch(signed_in, after, **ON).status_code == 200
    assert row(integration).webhook_mode == after


def test_W2_registered_webhook_is_told_with_its_newest_delivery(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    switched = switch(signed_in, "auto")
    said = section(signed_in.get(PAGE))
    # S6 and the banners speak of the mode, too.
    assert switched["HX-Refresh"] == "true"
    assert "状態：登録済み受信はまだありません" in said
    assert "保存しました。" in said
    assert len(account.webhooks) == 1

    at = timezone.localtime()
    change(integration, webhook_received_at=at)

    assert f"登録済み最終受信{at:%Y/%m/%d%H:%M}" in section(signed_in.get(PAGE))


def test_W2_refusal_is_told_at_the_field_and_nothing_is_saved(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    account.add_token(TOKEN, scopes=ALL_SCOPES - {"webhooks:update"})

    refused = switch(signed_in, "auto")

    said = section(refused)
    assert refused.status_code == 422
    assert "アクセストークンに「Webhook:参照・更新」の権限がありません" in said
    assert "自動同期はまだ始まっていません。" in said
    assert "状態：自動同期していません" in said
    assert row(integration).webhook_mode == "off"
    plain = signed_in.post(SAVE, {"webhook_mode": "auto", "confirmed": "auto"})
    assert "<title>エラー：SmartHR連携" in plain.content.decode()


def test_W2_without_a_connection_nobody_is_asked(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    change(integration, token_ciphertext="")

    refused = save(signed_in, "auto")

    assert refused.status_code == 422
    assert "切り替えますか" not in section(refused)
    assert "先に「接続」を設定してください。" in section(refused)


@pytest.mark.parametrize(
    ("mode", "problem", "label", "told"),
    [
        ("auto", "permission_missing", "登録できていません", "手動での登録に切り替えてください。"),
        ("auto", "webhook_disabled", "登録できていません", "SmartHRがWebhookを無効にしました。"),
        ("auto", "", "登録できていません", "SmartHRにWebhookを登録していません。"),
        ("auto", "a_code_of_tomorrow", "登録できていません", "保存し直してください。"),
        ("manual", "webhook_disabled", "停止しています", "SmartHRで有効に戻し、変更分同期を"),
    ],
)
def test_W2_problem_is_never_shown_as_working(
    signed_in: Client,
    integration: SmartHRIntegration,
    mode: str,
    problem: str,
    label: str,
    told: str,
) -> None:
    now = timezone.now()
    change(integration, webhook_mode=mode, webhook_problem=problem, webhook_received_at=now)
    change(integration, webhook_confirmed_at=now)

    page = signed_in.get(PAGE)

    said = section(page)
    assert f"状態：{label}" in said
    assert told in said
    assert "登録済み" not in said
    assert "受信確認済み" not in said.replace("「受信確認済み」", "")
    assert "Webhookを確認" in text(page)


def test_W2_token_without_the_permission_is_refused_in_the_mode_that_registers(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    switch(signed_in, "auto")
    account.add_token("shr_9999_narrow", scopes=ALL_SCOPES - {"webhooks:read"})

    refused = signed_in.post(
        f"{PAGE}save/connection/", {"subdomain": "acme", "token": "shr_9999_narrow"}, headers=HTMX
    )

    assert refused.status_code == 422
    assert "何も変更していません。" in text(refused)
    assert "shr_9999" not in refused.content.decode()
    assert row(integration).token_ending == TOKEN[-4:]


def test_W2_what_could_not_be_removed_is_told(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    values = {"company": integration.company, "remote_id": "w1", "not_before": timezone.now()}
    WebhookRemoval.objects.create(subdomain="acme-old", token_ciphertext="x", **values)
    WebhookRemoval.objects.create(subdomain="acme-older", token_ciphertext="", **values)

    said = section(signed_in.get(PAGE))

    assert (
        "acme-old.smarthr.jpに登録したWebhookを削除できませんでした。"
        "時間をおいて、自動でもう一度削除します。"
    ) in said
    assert (
        "acme-older.smarthr.jpに登録したWebhookを削除できませんでした。"
        "SmartHRの管理画面で削除してください。"
    ) in said


def test_W3_manual_mode_shows_what_to_register_but_not_the_secret(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    switch(signed_in, "manual")
    secret = provide_secret(row(integration))

    page = signed_in.get(PAGE)

    said, html = section(page), page.content.decode()
    assert f"http://127.0.0.1:8000/webhooks/smarthr/{integration.webhook_public_id}/" in html
    assert "従業員の追加・更新・削除・ファイル取り込み" in said
    assert "●●●●" in said
    assert secret not in html
    assert 'data-copy="#webhook-url"' in html
    assert 'data-copy="#webhook-events"' in html
    assert "状態：受信待ち自動同期" in said
    change(integration, webhook_confirmed_at=timezone.now())
    assert "状態：受信確認済み" in section(signed_in.get(PAGE))


def test_X2_switches_are_off_with_a_reason_while_the_mode_is_off(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    page = signed_in.get(PAGE)

    html = page.content.decode()
    assert "「自動同期しない」のため、どちらも行いません。" in section(page)
    assert "変更分同期を1時間ごとに行う" in section(page)
    assert "毎晩すべてを照合する" in section(page)
    for name in ("hourly_sync", "nightly_sync"):
        found = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
        assert found is not None
        assert "disabled" in found[0]
        assert "checked" not in found[0]
    # Turning it on brings back what is stored.
    switch(signed_in, "manual")
    assert (row(integration).hourly_sync, row(integration).nightly_sync) == (True, True)


def test_X2_switches_are_saved_without_asking_smarthr(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    switch(signed_in, "auto")
    account.fail("maintenance", times=None)

    saved = save(signed_in, "auto", nightly_sync="on")

    assert saved.status_code == 200
    assert (row(integration).hourly_sync, row(integration).nightly_sync) == (False, True)
    # Saved as it is, it is registered again, or says why not.
    assert save(signed_in, "auto", nightly_sync="on").status_code == 422


def test_T4_newest_look_at_the_webhook_decides_what_is_said_of_its_permission(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    keep(integration, webhooks_read="missing", webhooks_update="missing")
    assert "Webhook:参照・更新今の設定では不要です" in text(signed_in.get(PAGE))

    switch(signed_in, "auto")

    assert "Webhook:参照・更新参照・更新できます" in text(signed_in.get(PAGE))
    later = timezone.now() + timedelta(seconds=1)
    change(integration, webhook_problem="permission_missing", webhook_checked_at=later)
    assert "Webhook:参照・更新権限がありません" in text(signed_in.get(PAGE))


def test_T1_changes_are_synced_with_a_button_in_the_page_head(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    assert f'action="{PAGE}sync/changed/"' in signed_in.get(PAGE).content.decode()
    LinkedEmployeeFactory(company=integration.company)

    pressed = signed_in.post(f"{PAGE}sync/changed/")

    run = SyncRun.objects.for_company(integration.company).get()
    assert (run.kind, pressed["Location"]) == (RunKind.CHANGED, f"{PAGE}runs/{run.pk}/")


def test_T7_first_import_is_not_begun_by_asking_for_the_changes(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    EmployeeFactory.create_batch(2, company=integration.company)

    signed_in.post(f"{PAGE}sync/changed/")

    assert SyncRun.objects.for_company(integration.company).get().kind == RunKind.FIRST_IMPORT


def test_T1_no_button_where_nothing_can_be_synced(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    change(integration, token_ciphertext="")

    html = signed_in.get(PAGE).content.decode()

    assert "sync/changed/" not in html
    # Whom a person kept is found there also when nobody waits (E12).
    assert f'<a class="btn" href="{PAGE}deletions/">削除の確認</a>' in html
