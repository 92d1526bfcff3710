"""smarthr_check: 接続テスト against the simulator (T4, T5, E13)."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from groups.models import Group
from integrations.models import SmartHRIntegration
from integrations.services import check
from integrations.services.check import check_connection
from integrations.services.check_result import Access, CheckResult
from integrations.smarthr.haste import Haste
from simulator.account import Account
from simulator.faults import FaultKind
from simulator.tokens import ALL_SCOPES, HiddenAs
from tests.factories import CompanyFactory, LinkedEmployeeFactory, LinkedGroupFactory
from tests.integrations.conftest import TOKEN, Answer, Customer, run_command
from tests.integrations.sync.people import everything_stored

CREWS, DEPARTMENTS, WEBHOOKS = "従業員情報:参照", "部署:参照", "Webhook:参照・更新"
OMIT, NULL = HiddenAs.OMIT, HiddenAs.NULL
WATCHED = ["birth_at", "emp_code", "emp_status", "email", "first_name", "last_name"]


def run_check(customer: Customer) -> Answer:
    return run_command("smarthr_check", company=customer.company.code)


def text_of(customer: Customer) -> str:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("smarthr_check", "--company", customer.company.code, stdout=out)
    return out.getvalue()


def without(*scopes: str) -> list[str]:
    return sorted(ALL_SCOPES - set(scopes))


def add_people(account: Account, count: int, **attributes: Any) -> list[str]:
    return [account.add_crew(emp_code=f"N-{n}", **attributes) for n in range(1, count + 1)]


def stored(customer: Customer) -> CheckResult | None:
    return CheckResult.from_json(customer.integration.check_result)


def test_T4_everything_is_there(customer: Customer, account: Account) -> None:
    add_people(account, 3)
    account.add_crew(emp_status="retired")
    before = timezone.now()

    answer = run_check(customer)

    assert answer.code == 0
    assert answer.data == {
        "status": "succeeded",
        "permissions": {CREWS: "granted", DEPARTMENTS: "granted", WEBHOOKS: "granted"},
        "unreadable": [],
        "without_value": [],
        "crews": 4,
        "retired": 1,
        "account": "nothing_linked",
        "error": None,
    }
    integration = customer.integration
    assert integration.checked_at is not None
    assert before <= integration.checked_at <= timezone.now()
    assert [request.method for request in account.requests] == ["GET", "GET", "GET", "PATCH", "GET"]


def test_T4_it_asks_for_exactly_what_a_sync_asks_for(customer: Customer, account: Account) -> None:
    add_people(account, 1)
    customer.configure("--department-slot", "2", "--name-source", "business")
    customer.sync()
    by_sync = account.logged("/crews")[0].query
    account.requests.clear()

    run_check(customer)

    assert account.logged("/crews")[0].query == by_sync


@pytest.mark.parametrize(
    ("scopes", "permissions", "code", "status"),
    [
        (["crews:read"], {CREWS: "missing"}, 3, "needs_confirmation"),
        (["departments:read"], {DEPARTMENTS: "not_needed"}, 0, "succeeded"),
        (["webhooks:read"], {WEBHOOKS: "not_needed"}, 0, "succeeded"),
        (["webhooks:update"], {WEBHOOKS: "not_needed"}, 0, "succeeded"),
        (["crews:update", "departments:update"], {}, 0, "succeeded"),
    ],
)
def test_T4_a_missing_permission_is_named_where_it_is_needed(
    customer: Customer,
    account: Account,
    scopes: list[str],
    permissions: dict[str, str],
    code: int,
    status: str,
) -> None:
    account.add_token(TOKEN, scopes=without(*scopes))

    answer = run_check(customer)

    granted = {CREWS: "granted", DEPARTMENTS: "granted", WEBHOOKS: "granted"}
    assert (answer.code, answer["status"], answer["error"]) == (code, status, None)
    assert answer["permissions"] == {**granted, **permissions}


@pytest.mark.parametrize("need", ["slot", "groups"])
def test_T4_departments_are_needed_with_a_slot_or_linked_groups(
    customer: Customer, account: Account, need: str
) -> None:
    if need == "slot":
        customer.configure("--department-slot", "1")
    else:
        LinkedGroupFactory(company=customer.company)
    account.add_token(TOKEN, scopes=without("departments:read"))

    answer = run_check(customer)

    assert (answer.code, answer["permissions"][DEPARTMENTS]) == (3, "missing")
    assert f"{DEPARTMENTS}: 権限がありません" in text_of(customer)


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        (["webhooks:read"], "参照の権限がありません"),
        (["webhooks:update"], "更新の権限がありません"),
        (["webhooks:read", "webhooks:update"], "権限がありません"),
    ],
)
def test_T4_webhooks_are_needed_in_mode_auto(
    customer: Customer, account: Account, lacking: list[str], words: str
) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(webhook_mode="auto")
    account.add_token(TOKEN, scopes=without(*lacking))

    assert (run_check(customer).code, run_check(customer)["permissions"][WEBHOOKS]) == (
        3,
        "missing",
    )
    assert f"{WEBHOOKS}: {words}\n" in text_of(customer)


def test_T4_a_need_that_comes_later_shows_at_once(customer: Customer, account: Account) -> None:
    account.add_token(TOKEN, scopes=without("departments:read"))
    assert run_check(customer)["permissions"][DEPARTMENTS] == "not_needed"

    result = stored(customer)

    assert result is not None
    assert result.departments_read == Access.MISSING  # the finding is kept, not the judgement


@pytest.mark.parametrize("name", [*WATCHED, "updated_at"])
def test_T4_an_attribute_that_is_left_out_is_unreadable(
    customer: Customer, account: Account, name: str
) -> None:
    add_people(account, 1)
    account.add_token(TOKEN, hidden_attributes=[name], hidden_as=OMIT)

    answer = run_check(customer)

    assert (answer.code, answer["unreadable"]) == (3, [name])
    assert "読めません" in text_of(customer)


@pytest.mark.parametrize("people", [2, 3])
@pytest.mark.parametrize("name", WATCHED)
def test_T4_an_attribute_that_is_null_for_all(
    customer: Customer, account: Account, name: str, people: int
) -> None:
    """Everybody has a name, a birth date and a status; a number and an address not."""
    add_people(account, people)
    account.add_token(TOKEN, hidden_attributes=[name], hidden_as=NULL)

    answer = run_check(customer)

    must_be_there = people >= 3 and name not in ("emp_code", "email")
    expected = (3, [name], []) if must_be_there else (0, [], [name])
    assert (answer.code, answer["unreadable"], answer["without_value"]) == expected


@pytest.mark.parametrize(
    ("name", "linked"), [("email", 3), ("email", 2), ("emp_code", 3), ("departments", 3)]
)
def test_T4_E11_null_for_all_although_linked_people_have_a_value(
    customer: Customer, account: Account, name: str, linked: int
) -> None:
    department = account.add_department("営業部")
    add_people(account, linked, department_ids=[department], email="a@example.com")
    customer.configure("--department-slot", "1")
    customer.sync()
    account.add_token(TOKEN, hidden_attributes=[name], hidden_as=NULL)

    answer = run_check(customer)

    expected = ([name], []) if linked >= 3 else ([], [name])
    assert (answer["unreadable"], answer["without_value"]) == expected


def test_T4_E11_values_of_people_elsewhere_do_not_count(
    customer: Customer, account: Account
) -> None:
    for number in range(3):
        LinkedEmployeeFactory(company=customer.company, email=f"{number}@example.com")
        LinkedEmployeeFactory(email=f"{number}@example.com")
    add_people(account, 3, email=None)

    answer = run_check(customer)

    assert (answer["unreadable"], answer["without_value"]) == ([], ["email"])


def test_T4_one_value_among_nulls_is_enough(customer: Customer, account: Account) -> None:
    add_people(account, 5, email=None, birth_at=None)
    account.add_crew(email="a@example.com", birth_at="1990-01-01")

    answer = run_check(customer)

    assert (answer.code, answer["unreadable"], answer["without_value"]) == (0, [], [])


def test_T4_an_empty_account_has_nothing_to_look_at(customer: Customer, account: Account) -> None:
    answer = run_check(customer)

    assert (answer.code, answer["crews"], answer["retired"]) == (0, 0, 0)
    assert (answer["unreadable"], answer["without_value"]) == ([], [])
    assert "SmartHRに従業員がいないため" in text_of(customer)


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


# --- T5 -----------------------------------------------------------------------------------------
def link(customer: Customer, count: int, **values: Any) -> None:
    LinkedEmployeeFactory.create_batch(count, company=customer.company, **values)


def test_T5_a_known_account_costs_no_further_request(customer: Customer, account: Account) -> None:
    add_people(account, 3)
    customer.sync()
    account.requests.clear()

    answer = run_check(customer)

    assert (answer.code, answer["account"], len(account.requests)) == (0, "known", 5)
    assert "連携は切れません。" in text_of(customer)


def test_T5_a_person_beyond_the_first_page_is_found(customer: Customer, account: Account) -> None:
    people = add_people(account, 101)
    LinkedEmployeeFactory(company=customer.company, smarthr_id=people[-1])

    assert run_check(customer)["account"] == "known"


def test_T5_a_known_department_is_enough(customer: Customer, account: Account) -> None:
    link(customer, 3)
    department = account.add_department("営業部")
    LinkedGroupFactory(company=customer.company, smarthr_id=department)

    assert run_check(customer)["account"] == "known"


@pytest.mark.parametrize(
    ("linked", "match", "code"), [(100, "nothing_known", 3), (101, "undecided", 0)]
)
def test_T5_an_account_that_knows_none_of_the_linked(
    customer: Customer, account: Account, linked: int, match: str, code: int
) -> None:
    add_people(account, 3)
    link(customer, linked)
    account.requests.clear()

    answer = run_check(customer)

    assert (answer.code, answer["account"]) == (code, match)
    (asked,) = [r for r in account.logged("/crews") if "id" in r.query]
    assert asked.query["id"].count(",") == 99
    assert customer.integration.account_unchecked is True


def test_T5_an_account_that_was_confirmed_is_only_told(
    customer: Customer, account: Account
) -> None:
    add_people(account, 3)
    link(customer, 2)
    customer.configure("--accept-account")

    answer = run_check(customer)

    assert (answer.code, answer["account"]) == (0, "nothing_known")
    assert customer.integration.account_unchecked is False


def test_T5_nobody_is_looked_for_without_the_permission(
    customer: Customer, account: Account
) -> None:
    link(customer, 2)
    account.add_token(TOKEN, scopes=without("crews:read"))

    assert run_check(customer)["account"] == "not_asked"


def test_T5_other_companies_links_do_not_count(customer: Customer, account: Account) -> None:
    people = add_people(account, 3)
    LinkedEmployeeFactory(smarthr_id=people[0])
    LinkedGroupFactory(smarthr_id=account.add_department("営業部"))

    assert run_check(customer)["account"] == "nothing_linked"
    assert Group.objects.for_company(customer.company).linked().count() == 0


# --- E13 ----------------------------------------------------------------------------------------
def test_E13_counts_include_retired_people_and_say_so(customer: Customer, account: Account) -> None:
    add_people(account, 110)
    for _ in range(12):
        account.add_crew(emp_status="retired")

    answer = run_check(customer)

    assert (answer["crews"], answer["retired"]) == (122, 12)
    assert "SmartHRには従業員が122名います（退職済み12名を含む）。" in text_of(customer)


def test_E13_without_a_count_nothing_is_made_up(customer: Customer, account: Account) -> None:
    add_people(account, 3)
    account.fail("missing_total", path="/crews", times=None)

    answer = run_check(customer)

    assert (answer.code, answer["crews"], answer["retired"]) == (0, None, None)
    assert "従業員が" not in text_of(customer)
