"""自動同期する(Webhookを自動で登録): what saving does at SmartHR (W2)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from companies.audit import command
from companies.models import AuditEntry
from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from integrations.services.connection import ConnectionChanges, RefusedNow, configure
from integrations.services.webhook_claim import webhook_claim
from integrations.services.webhook_secrets import current_secret
from integrations.webhook_address import webhook_address
from simulator.account import Account
from simulator.tokens import ALL_SCOPES
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.webhooks import (
    FOREIGN,
    RIGHT,
    as_it_should_be,
    ours,
    remote_ids,
    state,
    turn_on,
)


def test_W2_turning_it_on_registers_one_webhook(customer: Customer, account: Account) -> None:
    foreign = account.add_webhook(url=FOREIGN, crew_created=True)
    kept = dict(account.webhooks[foreign])

    turn_on(customer)

    integration = customer.integration
    assert ours(customer) == [as_it_should_be(customer)]
    assert len(current_secret(integration)) >= 43  # 32 bytes
    assert [integration.webhook_remote_id] == remote_ids(customer)
    assert (integration.webhook_problem, integration.webhook_busy_until) == ("", None)
    assert integration.webhook_checked_at is not None
    assert account.webhooks[foreign] == kept


def test_W2_what_was_done_is_audited_without_the_secret(customer: Customer) -> None:
    turn_on(customer)

    entry = AuditEntry.objects.for_company(customer.company).latest("pk")
    assert entry.changes == {"webhook_mode": ["off", "auto"]}


OLD_URL = "http://old.example.com/webhooks/smarthr/{public_id}/"


@pytest.mark.parametrize(
    "found",
    [
        pytest.param([{}], id="as it should be"),
        pytest.param([{"url": OLD_URL}], id="wrong URL"),
        pytest.param([{"url": OLD_URL.rstrip("/").upper()}], id="odd URL"),
        pytest.param([{"crew_deleted": False}], id="missing event"),
        pytest.param([dict.fromkeys(RIGHT, False) | {"disabled_at": None}], id="no event"),
        pytest.param([{"expose_only_id": False}], id="whole records"),
        pytest.param([{"disabled_at": "2026-01-10T03:00:00.000Z"}], id="disabled"),
        pytest.param([{"disabled_at": "2026-01-10"}], id="disabled on a day"),
        pytest.param([{"secret_token": "another"}], id="another secret"),
        pytest.param([{}, {}, {"url": OLD_URL}], id="duplicates"),
    ],
)
def test_W2_what_is_there_already_is_repaired_and_one_stays(
    customer: Customer, account: Account, found: list[dict[str, Any]]
) -> None:
    address = webhook_address(customer.integration)
    public_id = customer.integration.webhook_public_id
    foreign = account.add_webhook(url=FOREIGN)
    keys = []
    for values in found:
        url = str(values.get("url", address)).replace("{public_id}", str(public_id))
        url = url.replace("{PUBLIC_ID}", str(public_id).upper())
        keys.append(account.add_webhook(**{**RIGHT, **values, "url": url.lower()}))

    turn_on(customer)

    assert ours(customer) == [as_it_should_be(customer)]
    assert customer.integration.webhook_remote_id in keys
    assert not any(request.method == "POST" for request in account.requests)
    assert foreign in account.webhooks


def test_W2_one_reserved_for_another_app_is_left_and_one_of_our_own_is_made(
    customer: Customer, account: Account
) -> None:
    address = webhook_address(customer.integration)
    reserved = account.add_webhook(
        url=address, origin="other", access_type="read_and_update_only_origin"
    )

    turn_on(customer)

    assert customer.integration.webhook_remote_id != reserved
    assert account.webhooks[reserved].get("crew_created") is None
    assert len(remote_ids(customer)) == 2


def test_W2_given_once_more_the_mode_looks_at_smarthr_again(
    customer: Customer, account: Account
) -> None:
    turn_on(customer)
    (key,) = remote_ids(customer)
    account.change_webhook(key, crew_updated=False, secret_token="lost")
    audited = AuditEntry.objects.for_company(customer.company).count()

    turn_on(customer)

    assert remote_ids(customer) == [key]
    assert ours(customer) == [as_it_should_be(customer)]
    assert AuditEntry.objects.for_company(customer.company).count() == audited


FAILURES = [
    pytest.param({"kind": "status", "status": 400}, "想定しない回答", id="bad request"),
    pytest.param({"kind": "ip_not_permitted"}, "アクセス制限により", id="address"),
    pytest.param({"kind": "inactive"}, "サブドメインがSmartHRで使われていません", id="renamed"),
    pytest.param({"kind": "maintenance"}, "SmartHRがメンテナンス中です", id="maintenance"),
    pytest.param({"kind": "too_many", "reset": 600}, "上限に達しました", id="limit"),
    pytest.param({"kind": "html200"}, "想定しない回答", id="no JSON"),
    pytest.param({"kind": "drop_connection"}, "SmartHRに接続できませんでした", id="no line"),
]


@pytest.mark.parametrize(("fault", "said"), FAILURES)
def test_W2_refused_registration_changes_nothing_and_says_why(
    customer: Customer, account: Account, fault: dict[str, Any], said: str
) -> None:
    before = state(customer)
    account.fail(path="/webhooks", times=None, **fault)

    answer = customer.configure("--webhook-mode", "auto", "--department-slot", "3")

    assert answer.code == 1
    assert said in answer["error"]
    assert "自動同期はまだ始まっていません。" in answer["error"]
    assert state(customer) == before
    assert account.webhooks == {}


@pytest.mark.parametrize("right", ["webhooks:read", "webhooks:update"])
def test_W2_missing_permission_is_named_and_nothing_is_saved(
    customer: Customer, account: Account, right: str
) -> None:
    before = state(customer)
    account.add_token(TOKEN, scopes=ALL_SCOPES - {right})

    answer = customer.configure("--webhook-mode", "auto")

    assert (answer.code, answer["field"]) == (1, "webhook_mode")
    assert answer["error"] == (
        "SmartHRにWebhookを登録できませんでした"
        "（アクセストークンに「Webhook:参照・更新」の権限がありません）。"
        "自動同期はまだ始まっていません。"
        "SmartHRのアクセストークンの「リソースのアクセス許可」に追加して保存し直すか、"
        "手動での登録に切り替えてください。"
    )
    assert state(customer) == before


def test_W2_without_a_connection_there_is_nothing_to_register_with(customer: Customer) -> None:
    rows = SmartHRIntegration.objects.for_company(customer.company)
    rows.update(token_ciphertext="", token_ending="")

    answer = customer.configure("--webhook-mode", "auto")

    assert (answer.code, customer.integration.webhook_mode) == (1, "off")
    assert "「接続」を設定してください。" in answer["error"]


def test_W2_post_whose_answer_was_lost_is_looked_up(customer: Customer, account: Account) -> None:
    account.fail("cut_body", path="/webhooks", method="POST")

    turn_on(customer)

    assert ours(customer) == [as_it_should_be(customer)]
    assert [r.method for r in account.requests if r.path == "/webhooks"] == ["GET", "POST", "GET"]


def test_W2_post_that_never_arrived_is_a_refusal(customer: Customer, account: Account) -> None:
    account.fail("drop_connection", path="/webhooks", method="POST")

    answer = customer.configure("--webhook-mode", "auto")

    assert (answer.code, account.webhooks) == (1, {})
    assert len([r for r in account.requests if r.method == "POST"]) == 1
    turn_on(customer)
    assert ours(customer) == [as_it_should_be(customer)]


def test_W2_duplicate_that_cannot_be_deleted_stops_nothing(
    customer: Customer, account: Account
) -> None:
    for _ in range(2):
        account.add_webhook(url=webhook_address(customer.integration))
    account.fail("maintenance", path="/webhooks/*", method="DELETE", times=None)

    turn_on(customer)

    assert len(remote_ids(customer)) == 2
    assert customer.integration.webhook_problem == ""


def test_W2_404_that_is_not_smarthrs_says_nothing_of_the_webhook(
    customer: Customer, account: Account
) -> None:
    turn_on(customer)
    (key,) = remote_ids(customer)
    account.fail("not_found_html", path=f"/webhooks/{key}", method="PATCH")

    assert customer.configure("--webhook-mode", "auto").code == 1
    assert remote_ids(customer) == [key]


def test_W2_webhook_that_stays_disabled_is_made_anew(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_on(customer)
    (key,) = remote_ids(customer)
    account.change_webhook(key, disabled_at="2026-01-10")
    change = account.change_webhook

    def not_enabled(key: str, /, **values: object) -> None:
        change(key, **{name: v for name, v in values.items() if name != "disabled_at"})

    monkeypatch.setattr(account, "change_webhook", not_enabled)

    turn_on(customer)

    assert key not in remote_ids(customer)
    assert ours(customer) == [as_it_should_be(customer)]


def test_W2_two_at_once_register_one_webhook(customer: Customer, account: Account) -> None:
    outcomes: list[str] = []

    def other() -> None:
        try:
            changes = ConnectionChanges(webhook_mode=WebhookMode.AUTO)
            configure(company=customer.company, actor=command("test"), changes=changes)
            outcomes.append("saved")
        except RefusedNow as refusal:
            outcomes.append(refusal.message)
        finally:
            connection.close()

    account.fail("slow", path="/webhooks", method="POST", seconds=0.5)
    threads = [threading.Thread(target=other) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == ["saved", "saved"]
    assert ours(customer) == [as_it_should_be(customer)]
    assert [customer.integration.webhook_remote_id] == remote_ids(customer)


def test_W2_who_would_have_to_wait_long_is_told(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.services.webhook_claim.PATIENCE", 0.0)
    with webhook_claim(customer.company):
        answer = customer.configure("--webhook-mode", "auto", "--subdomain", "acme2")

    assert (answer.code, customer.integration.subdomain, account.webhooks) == (1, "acme", {})
    assert "ほかの操作が変更しています" in answer["error"]


def test_W2_claim_of_somebody_who_was_killed_is_waited_out(customer: Customer) -> None:
    rows = SmartHRIntegration.objects.for_company(customer.company)
    rows.update(webhook_busy_until=timezone.now())

    turn_on(customer)

    assert customer.integration.webhook_busy_until is None
