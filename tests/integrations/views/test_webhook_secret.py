"""The secret on the screen: shown when asked for, renewed, revoked (W3, W9, X6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from companies.models import AuditEntry
from integrations.models import SmartHRIntegration
from integrations.services.webhook_secrets import accepted_secrets, current_secret, provide_secret
from simulator.account import Account
from tests.factories import AdministratorFactory, ApproverFactory, IntegrationFactory
from tests.integrations.conftest import TOKEN
from tests.integrations.views.screen import PAGE, text

SECRET, ROTATE, REVOKE = (f"{PAGE}webhook/{name}/" for name in ("secret", "rotate", "revoke"))


@pytest.fixture
def integration(db: None, account: Account) -> SmartHRIntegration:
    """Connected to `account`, registered by hand."""
    made = IntegrationFactory(token=TOKEN, webhook_mode="manual")
    provide_secret(made)
    return made


def fetch(client: Client) -> Any:
    return client.post(SECRET, headers={"Accept": "application/json"})


def row(integration: SmartHRIntegration) -> SmartHRIntegration:
    integration.refresh_from_db()
    return integration


def test_W3_secret_is_given_to_the_script_and_kept_by_no_browser(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    response = fetch(signed_in)

    assert response.json() == {"secret": current_secret(integration)}
    assert "no-store" in response["Cache-Control"]


def test_W3_without_script_it_is_a_page_of_its_own(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    response = signed_in.post(SECRET)

    assert current_secret(integration) in text(response)
    assert "no-store" in response["Cache-Control"]


def test_X6_every_look_at_the_secret_is_audited_without_it(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    fetch(signed_in)

    entry = AuditEntry.objects.for_company(integration.company).latest("pk")
    assert (entry.action, entry.actor_label, entry.changes) == (
        "secret_shown",
        "山田 花子（a001）",
        {},
    )


def test_W3_others_and_other_companies_do_not_get_it(
    client: Client, integration: SmartHRIntegration
) -> None:
    client.force_login(ApproverFactory(company=integration.company))
    assert fetch(client).status_code == 403

    client.force_login(AdministratorFactory())
    assert fetch(client).status_code == 403  # its own company has no integration

    assert AuditEntry.objects.for_company(integration.company).count() == 0


@pytest.mark.parametrize("mode", ["off", "auto"])
def test_W3_there_is_nothing_to_show_in_the_other_modes(
    signed_in: Client, integration: SmartHRIntegration, mode: str
) -> None:
    SmartHRIntegration.objects.for_company(integration.company).update(webhook_mode=mode)

    response = fetch(signed_in)

    assert (response.status_code, response.json()) == (404, {"secret": ""})


def test_W9_new_secret_is_asked_about_and_made(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    before = current_secret(integration)

    asked = signed_in.get(ROTATE)
    done = signed_in.post(ROTATE, follow=True)

    assert (
        "新しいシークレットトークンを発行しますか？"
        "SmartHRのWebhookの設定を新しい値に変更してください。"
        "変更が済むまでは古い値でも受信するため、受信は途切れません。"
    ) in text(asked)
    assert done.redirect_chain == [(f"{PAGE}#webhook", 302)]
    assert "シークレットトークンを再発行しました。" in text(done)
    assert "再発行した値での受信を待っています。" in text(done)
    values = [secret.value.decode() for secret in accepted_secrets(row(integration))]
    assert values == [current_secret(integration), before]
    assert before != values[0]
    again = signed_in.post(ROTATE, follow=True)
    assert "古い値を無効にしてから再発行してください。" in text(again)


def test_W9_refusal_of_smarthr_is_told(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    SmartHRIntegration.objects.for_company(integration.company).update(webhook_mode="auto")
    account.fail("maintenance", path="/webhooks", times=None)

    told = text(signed_in.post(ROTATE, follow=True))

    assert (
        "新しいシークレットトークンを発行しましたが、SmartHRに登録できませんでした"
        "（SmartHRがメンテナンス中です）。登録が済むまでは、古い値でも受信します。"
    ) in told
    assert "状態：登録できていません" in told
    assert "古い値を無効にする" not in told


def test_W9_old_one_is_revoked_after_a_question(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    assert signed_in.get(REVOKE)["Location"] == f"{PAGE}#webhook"  # there is none
    signed_in.post(ROTATE)

    asked = signed_in.get(REVOKE)
    done = signed_in.post(REVOKE, follow=True)

    assert "元に戻せません。" in text(asked)
    assert "新しい値での受信をまだ確認していません。" in text(asked)
    assert "古いシークレットトークンを無効にしました。" in text(done)
    assert len(accepted_secrets(row(integration))) == 1


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (timedelta(hours=1), "新しい値での受信を確認しました。古い値は"),
        (
            timedelta(hours=73),
            "新しい値での受信を確認しました。古い値は使えなくなりました。",
        ),
    ],
)
def test_W9_the_section_tells_until_when_the_old_one_is_accepted(
    signed_in: Client, integration: SmartHRIntegration, seen: timedelta, told: str
) -> None:
    signed_in.post(ROTATE)
    rows = SmartHRIntegration.objects.for_company(integration.company)
    rows.update(webhook_secret_seen_at=timezone.now() - seen)

    page = text(signed_in.get(PAGE))

    assert told in page
    assert ("古い値を無効にする" in page) is (seen < timedelta(hours=72))
