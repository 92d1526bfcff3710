"""smarthr_check: connections that fail, and what is kept of a test (T4)."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import SmartHRIntegration
from integrations.services import check
from integrations.services.check import check_connection
from integrations.services.check_result import Access, CheckResult
from integrations.smarthr.haste import Haste
from simulator.account import Account
from simulator.faults import FaultKind
from tests.factories import CompanyFactory
from tests.integrations.checks import (
    CREWS,
    DEPARTMENTS,
    WEBHOOKS,
    add_people,
    run_check,
    stored,
    text_of,
)
from tests.integrations.conftest import TOKEN, Customer, run_command
from tests.integrations.sync.people import everything_stored


@pytest.mark.parametrize(
    ("fault", "options", "error"),
    [
        ("inactive", {}, "サブドメイン「acme」はSmartHRで使われていません。"),
        ("ip_not_permitted", {}, "IPアドレスは名刺管理サポートに確認してください。"),
        ("maintenance", {}, "メンテナンスの終了後に、もう一度接続テストをしてください。"),
        ("html200", {}, "SmartHRから想定しない回答がありました。"),
        ("not_found_html", {}, "SmartHRから想定しない回答がありました。"),
        ("redirect", {}, "サブドメインを確認し、時間をおいて、"),
        ("drop_connection", {}, "SmartHRに接続できませんでした。"),
        ("status", {"status": 500}, "続くときはサブドメインを確認してください。"),
        ("status", {"status": 401}, "アクセストークンがSmartHRで認められませんでした。"),
        ("too_many", {"reset": 900}, "SmartHRへの問い合わせが上限に達したため、"),
    ],
)
def test_T4_a_connection_that_fails_says_why_and_what_to_do(
    customer: Customer, account: Account, fault: str, options: dict[str, Any], error: str
) -> None:
    account.fail(FaultKind(fault), times=None, **options)

    answer = run_check(customer)

    assert (answer.code, answer["status"], answer["crews"]) == (1, "failed", None)
    assert error in answer["error"]
    assert "同期" not in answer["error"]
    assert answer["permissions"] == dict.fromkeys((CREWS, DEPARTMENTS, WEBHOOKS), "untested")
    assert len(account.requests) <= 2
    assert stored(customer) is not None


def test_T4_the_own_addresses_are_named(
    customer: Customer, account: Account, settings: Any
) -> None:
    settings.OUTGOING_IPS = ["203.0.113.5", "203.0.113.6"]
    account.fail("ip_not_permitted", times=None)

    error = run_check(customer)["error"]

    assert "接続元のIPアドレス（203.0.113.5、203.0.113.6）を許可してください。" in error
    assert "サポート" not in error


def test_T4_a_limit_says_until_when(customer: Customer, account: Account) -> None:
    account.fail("too_many", reset=900, times=None)
    earliest = timezone.localtime(timezone.now() + timedelta(seconds=900))

    error = run_check(customer)["error"]

    latest = timezone.localtime(timezone.now() + timedelta(seconds=900))
    assert any(f"{at:%H:%M}を過ぎてから、もう一度" in error for at in (earliest, latest))


def test_T4_a_long_wait_for_its_turn_is_a_limit(customer: Customer, account: Account) -> None:
    account.fail("too_many", reset=900)
    run_check(customer)
    account.requests.clear()

    answer = run_check(customer)  # the pace of the token is kept for all who ask

    assert "上限に達したため" in answer["error"]
    assert account.requests == []


def test_T4_a_later_failure_keeps_what_was_found(customer: Customer, account: Account) -> None:
    add_people(account, 3)
    account.fail("maintenance", path="/departments", times=None)

    answer = run_check(customer)

    assert (answer.code, answer["status"], answer["crews"]) == (1, "failed", 3)
    assert "メンテナンス中" in answer["error"]
    permissions = {CREWS: "granted", DEPARTMENTS: "untested", WEBHOOKS: "untested"}
    assert answer["permissions"] == permissions


@pytest.mark.parametrize("slot", ["1", "none"])
def test_T4_an_odd_answer_about_one_permission(
    customer: Customer, account: Account, slot: str
) -> None:
    customer.configure("--department-slot", slot)
    account.fail("html200", path="/departments", times=None)

    answer = run_check(customer)

    if slot == "none":
        assert (answer.code, answer["permissions"][DEPARTMENTS]) == (0, "not_needed")
    else:
        assert (answer.code, answer["permissions"][DEPARTMENTS]) == (1, "unknown")
        assert "「部署:参照」を確認できませんでした。" in answer["error"]


@pytest.mark.parametrize("path", ["/webhooks", "/webhooks/*"])
def test_T4_an_odd_answer_about_webhooks_is_no_missing_permission(
    customer: Customer, account: Account, path: str
) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(webhook_mode="auto")
    account.fail("not_found_html", path=path, times=None)

    answer = run_check(customer)

    assert (answer.code, answer["permissions"][WEBHOOKS]) == (1, "unknown")


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_T4_the_whole_test_ends_however_slow_smarthr_is(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    haste = Haste(connect=0.3, answer=0.8, total=1.5)
    monkeypatch.setattr(check, "IMPATIENT", haste)
    add_people(account, 50)
    account.fail(FaultKind(fault), seconds=20.0, times=None)
    started = time.monotonic()

    answer = run_check(customer)

    assert time.monotonic() - started < 3.0
    assert (answer.code, answer["crews"]) == (1, None)
    assert "SmartHRに接続できませんでした。" in answer["error"]


def test_T4_a_wrong_token(customer: Customer, account: Account) -> None:
    customer.configure(token="shr_5678_another-token-another-token-7890")

    answer = run_check(customer)

    assert answer.code == 1
    assert "アクセストークンがSmartHRで認められませんでした。" in answer["error"]
    assert len(account.requests) == 1


def test_T4_a_token_that_no_key_opens(customer: Customer, account: Account) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(token_ciphertext="x")

    answer = run_check(customer)

    assert answer.code == 1
    assert "保存したアクセストークンを読み取れませんでした。" in answer["error"]
    assert account.requests == []


@pytest.mark.django_db
def test_T4_without_a_connection_there_is_nothing_to_test() -> None:
    company = CompanyFactory()

    answer = run_command("smarthr_check", company=company.code)

    assert answer.code == 1
    assert "先に「接続」を設定してください。" in answer["error"]
    assert SmartHRIntegration.objects.for_company(company).get().checked_at is None


def test_T4_it_changes_nothing_but_what_it_found(customer: Customer, account: Account) -> None:
    account.add_webhook(url="https://example.com/")
    add_people(account, 3)
    customer.sync()
    rows = SmartHRIntegration.objects.for_company(customer.company)
    before, webhooks = everything_stored(), json.dumps(account.webhooks, default=str)

    run_check(customer)

    assert rows.get().check_result["crews"] == 3
    rows.update(checked_at=None, check_result={})
    assert everything_stored() == before
    assert json.dumps(account.webhooks, default=str) == webhooks


def test_T4_nothing_secret_is_printed_or_kept(customer: Customer, account: Account) -> None:
    add_people(account, 3, birth_at="1990-04-01", email="hanako@example.com", last_name="佐藤")

    said = json.dumps(run_check(customer).data, ensure_ascii=False) + text_of(customer)

    kept = json.dumps(customer.integration.check_result, ensure_ascii=False)
    for secret in (TOKEN, "1990-04-01", "hanako", "佐藤"):
        assert secret not in said + kept


def test_T4_a_change_of_subdomain_or_token_forgets_the_findings(
    customer: Customer, account: Account
) -> None:
    add_people(account, 3)
    for change in (["--subdomain", "acme2"], []):
        SmartHRIntegration.objects.for_company(customer.company).update(unreadable=["email"])
        run_check(customer)
        token = "" if change else "shr_5678_another-token-another-token-7890"
        assert customer.configure("--department-slot", "none").code == 0
        assert customer.integration.checked_at is not None

        customer.configure(*change, token=token)

        integration = customer.integration
        found = (integration.checked_at, integration.check_result, integration.unreadable)
        assert found == (None, {}, [])


def test_T4_findings_about_a_connection_of_before_are_not_kept(
    customer: Customer, account: Account
) -> None:
    """Somebody saves another subdomain while the test asks."""

    def change(number: int) -> None:
        SmartHRIntegration.objects.for_company(customer.company).update(subdomain="acme2")

    account.before_page = change
    result = check_connection(company=customer.company)

    assert result.error == ""
    assert customer.integration.checked_at is None


def test_T4_an_earlier_test_does_not_overwrite_a_later_one(
    customer: Customer, account: Account
) -> None:
    def test_again(number: int) -> None:
        account.before_page = None
        later = timezone.now() + timedelta(seconds=1)
        row = SmartHRIntegration.objects.for_company(customer.company)
        row.update(checked_at=later, check_result=CheckResult(crews=7).to_json())

    account.before_page = test_again
    check_connection(company=customer.company)

    result = stored(customer)
    assert result is not None
    assert result.crews == 7


@pytest.mark.parametrize("data", [{}, {"error": ""}, {"crews": 3, "soon": 1}])
def test_T4_findings_of_another_version_are_none(data: dict[str, Any]) -> None:
    assert CheckResult.from_json(data) is None


def test_T4_findings_survive_being_stored() -> None:
    result = CheckResult(
        error="rate_limited",
        subdomain="acme",
        retry_at=timezone.now(),
        crews_read=Access.GRANTED,
        seen=3,
        asked=("id", "email"),
        unreadable=("email",),
        valueless=("emp_code",),
        crews=1204,
        retired=12,
    )

    assert CheckResult.from_json(json.loads(json.dumps(result.to_json()))) == result
