"""接続テスト on the screen (T4, T5)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import SmartHRIntegration
from integrations.services.connection import access_token
from simulator.account import Account
from simulator.faults import FaultKind
from simulator.tokens import ALL_SCOPES, HiddenAs
from tests.factories import AdministratorFactory, IntegrationFactory, LinkedEmployeeFactory
from tests.integrations.conftest import TOKEN
from tests.integrations.views.screen import CHECK, HTMX, PAGE, keep, swapped, text

NEW_TOKEN = "shr_5678_new-token-new-token-new-token-7890"


@pytest.fixture
def integration(db: None, account: Account) -> SmartHRIntegration:
    """Connected to `account`."""
    return IntegrationFactory(token=TOKEN)


def press(signed_in: Client, **typed: str) -> Any:
    return signed_in.post(CHECK, typed, headers=HTMX)


def reload(integration: SmartHRIntegration) -> SmartHRIntegration:
    integration.refresh_from_db()
    return integration


def test_T4_a_good_test_is_told_line_by_line(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    account.add_crew()

    response = press(signed_in, subdomain="acme", token="")

    said = text(response)
    at = timezone.localtime(reload(integration).checked_at)
    assert response.status_code == 200
    assert f"最終確認{at:%Y/%m/%d%H:%M}" in said
    assert "接続を確認しました。" in said
    assert "従業員情報:参照読めました必須です。部署:参照読めました" in said
    assert "Webhook:参照・更新参照・更新できます" in said
    assert TOKEN not in response.content.decode()


def test_T4_the_label_of_the_page_follows(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    account.add_crew()
    assert text(signed_in.get(PAGE)).count("設定済み") == 3  # label twice, and the token

    response = press(signed_in)

    assert swapped(response) == [
        *("connection-state", "connection-lead", "issues", "first-import", "webhook-now"),
    ]
    assert text(response).count("接続済み") == 2
    assert text(signed_in.get(PAGE)).count("接続済み") == 2


def test_T4_without_script_it_leads_back_to_the_section(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    response = signed_in.post(CHECK, follow=True)

    assert response.redirect_chain == [("/settings/smarthr/#connection", 302)]
    assert text(response).count("接続を確認しました。") == 1
    assert "接続を確認しました。" not in text(signed_in.get(PAGE))


@pytest.mark.parametrize(
    ("fault", "options", "label", "said"),
    [
        ("inactive", {}, "接続エラー", "「接続」で変更してください。連携は切れません。"),
        ("ip_not_permitted", {}, "接続エラー", "接続を拒否されました。"),
        ("html200", {}, "接続エラー", "SmartHRから想定しない回答がありました。"),
        ("drop_connection", {}, "接続エラー", "SmartHRに接続できませんでした。"),
        ("status", {"status": 401}, "接続エラー", "アクセストークンがSmartHRで認められません"),
        ("maintenance", {}, "要確認", "メンテナンスの終了後に"),
        ("too_many", {"reset": 900}, "要確認", "を過ぎてから、もう一度接続テストをしてください。"),
    ],
)
def test_T4_a_failure_is_told_beside_the_button_and_stays(
    signed_in: Client,
    integration: SmartHRIntegration,
    account: Account,
    fault: str,
    options: dict[str, Any],
    label: str,
    said: str,
) -> None:
    account.fail(FaultKind(fault), times=None, **options)

    response = press(signed_in)

    html = response.content.decode()
    assert response.status_code == 200
    assert text(response).count(said) == 2  # the section and the lead
    assert text(response).count(label) == 2
    assert re.search(r'<div class="mk-alert mk-alert--\w+" tabindex="-1" data-focus>', html)
    account.clear_faults()
    later = signed_in.get(PAGE)
    assert text(later).count(said) == 2
    assert '<a href="#connection">接続を確認</a>' in later.content.decode()
    assert "data-focus" not in later.content.decode()
    assert "接続を確認しました。" not in text(later)


def test_T4_missing_permission_and_unreadable_attribute(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    SmartHRIntegration.objects.for_company(integration.company).update(department_slot=1)
    for _ in range(3):
        account.add_crew()
    account.add_token(
        TOKEN,
        scopes=ALL_SCOPES - {"departments:read", "webhooks:read", "webhooks:update"},
        hidden_attributes=["birth_at", "email"],
        hidden_as=HiddenAs.NULL,
    )

    said = text(press(signed_in))

    assert "部署:参照権限がありません" in said
    assert "Webhook:参照・更新今の設定では不要です" in said
    assert "生年月日読めません" in said
    assert "従業員項目の「部署」「メールアドレス」は、確認した3名の全員が空でした。" in said
    assert said.count("「リソースのアクセス許可」に追加し") == 1
    assert said.count("「従業員項目のアクセス許可」に追加し") == 1
    assert said.count("要確認") == 2
    assert "確認が必要なことがあります。" in said


def test_T4_a_setting_that_needs_a_permission_says_so_at_once(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    account.add_token(TOKEN, scopes=ALL_SCOPES - {"departments:read"})
    assert "部署:参照今の設定では不要です" in text(press(signed_in))

    saved = signed_in.post(f"{PAGE}save/slot/", {"department_slot": "1"}, headers=HTMX)

    assert swapped(saved) == [
        "connection-state",
        "connection-lead",
        "issues",
        "connection-label",
        "connection-findings",
        "first-import",
    ]
    assert "部署:参照権限がありません" in text(saved)
    assert text(saved).count("要確認") == 2


def test_T4_addresses_are_shown_with_a_button_to_copy(
    signed_in: Client, integration: SmartHRIntegration, account: Account, settings: Any
) -> None:
    assert "接続元のIPアドレス" not in text(signed_in.get(PAGE))
    settings.OUTGOING_IPS = ["203.0.113.5", "203.0.113.6"]
    account.fail("ip_not_permitted", times=None)

    html = press(signed_in).content.decode()

    assert "接続元のIPアドレス（203.0.113.5、203.0.113.6）を許可してください。" in html
    copied = re.findall(r'<button type="button" class="btn" data-copy-text="([^"]+)" hidden>', html)
    assert copied == ["203.0.113.5", "203.0.113.6"]


@pytest.mark.parametrize(
    "typed",
    [{"subdomain": "acme2"}, {"subdomain": "a b"}, {"subdomain": "acme", "token": NEW_TOKEN}],
)
def test_T4_what_is_typed_is_not_tested_unsaved(
    signed_in: Client, integration: SmartHRIntegration, account: Account, typed: dict[str, str]
) -> None:
    response = press(signed_in, **typed)

    assert response.status_code == 422
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#connection-said", "innerHTML")
    assert "まだ保存していません。" in text(response)
    assert NEW_TOKEN not in response.content.decode()
    assert (account.requests, reload(integration).checked_at) == ([], None)


def test_T4_the_address_of_the_same_account_is_no_change(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    assert press(signed_in, subdomain="https://acme.smarthr.jp/").status_code == 200


def save(signed_in: Client, **values: str) -> Any:
    return signed_in.post(f"{PAGE}save/connection/", values, headers=HTMX)


def test_T4_saving_a_new_token_tests_it_at_once(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    account.add_token(NEW_TOKEN)

    said = text(save(signed_in, subdomain="acme", token=NEW_TOKEN))

    assert "保存しました。接続を確認しました。" in said
    assert reload(integration).checked_at is not None


def test_T4_a_failing_test_does_not_prevent_saving(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    response = save(signed_in, subdomain="acme", token=NEW_TOKEN)

    assert response.status_code == 200
    assert "保存しました。" in text(response)
    assert "アクセストークンがSmartHRで認められませんでした。" in text(response)
    assert access_token(reload(integration)) == NEW_TOKEN


def test_T4_without_script_the_result_follows_the_saving(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    account.add_token(NEW_TOKEN)
    values = {"subdomain": "acme", "token": NEW_TOKEN}

    response = signed_in.post(f"{PAGE}save/connection/", values, follow=True)

    assert "保存しました。接続を確認しました。" in text(response)


def test_T4_saving_without_a_change_asks_smarthr_nothing(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    keep(integration)

    said = text(save(signed_in, subdomain="acme", token=""))

    assert "保存しました。" in said
    assert "接続を確認しました。" not in said
    assert account.requests == []
    assert reload(integration).checked_at is not None


@pytest.fixture
def unconnected(client: Client, db: None) -> Client:
    """The 管理者 of a company that is switched on and not connected yet."""
    integration = IntegrationFactory(subdomain="", token_ciphertext="", token_ending="")
    client.force_login(AdministratorFactory(company=integration.company))
    return client


def test_T4_the_first_connection_is_tested_and_reloads_the_page(
    unconnected: Client, account: Account
) -> None:
    client = unconnected

    response = save(client, subdomain="acme", token=TOKEN)

    page = client.get(PAGE)
    assert response["HX-Refresh"] == "true"
    assert "保存しました。接続を確認しました。" in text(page)
    assert text(page).count("接続済み") == 2


def test_T4_without_a_connection_the_test_says_what_is_missing(unconnected: Client) -> None:
    said = text(press(unconnected, subdomain="", token=""))

    assert "サブドメインまたはアクセストークンが設定されていません。" in said
    assert said.count("未設定") == 2


def test_T4_test_is_a_post_with_a_token_of_the_page(
    integration: SmartHRIntegration, account: Account
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(AdministratorFactory(company=integration.company))

    assert client.get(CHECK).status_code == 405
    assert client.post(CHECK).status_code == 403
    assert account.requests == []


def test_T5_another_account_is_warned_about(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    account.add_crew()
    LinkedEmployeeFactory(company=integration.company)
    rows = SmartHRIntegration.objects.for_company(integration.company)
    rows.update(account_unchecked=True)

    said = text(press(signed_in))

    assert said.count("連携しているデータが、このSmartHRに1件もありません。") == 2
    assert said.count("要確認") == 2
    assert reload(integration).account_unchecked is True
