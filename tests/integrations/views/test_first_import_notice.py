"""Whom the first import would meet, on the screen (E13)."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from integrations.models import SmartHRIntegration
from simulator.account import Account
from simulator.faults import FaultKind
from simulator.tokens import ALL_SCOPES
from tests.factories import IntegrationFactory, LinkedEmployeeFactory
from tests.integrations.conftest import TOKEN
from tests.integrations.views.screen import CHECK, COUNT, HTMX, PAGE, keep, text


@pytest.fixture
def integration(db: None, account: Account) -> SmartHRIntegration:
    """Connected to `account`."""
    return IntegrationFactory(token=TOKEN)


def reload(integration: SmartHRIntegration) -> SmartHRIntegration:
    integration.refresh_from_db()
    return integration


RECOMMENDED = "おすすめは「新規に取り込まず、ログインを停止する」です。退職者の扱いを変更"


@pytest.mark.parametrize(
    ("policy", "said", "recommends"),
    [
        ("import", "今の設定では退職済みの従業員も社員に取り込みます。", True),
        ("skip", "今の設定では、退職済みの従業員は社員に取り込みません。", False),
        ("suspend", "今の設定では、退職済みの従業員も社員に取り込み、ログインを停止します。", True),
        ("skip_suspend", "今の設定では、退職済みの従業員は社員に取り込みません。", False),
    ],
)
def test_E13_before_the_first_import_it_says_whom_it_meets(
    signed_in: Client, integration: SmartHRIntegration, policy: str, said: str, recommends: bool
) -> None:
    keep(integration, crews=1204, retired=12)
    SmartHRIntegration.objects.for_company(integration.company).update(retired_policy=policy)

    shown = text(signed_in.get(PAGE))

    assert f"SmartHRには従業員が1,204名います（退職済み12名を含む）。{said}" in shown
    assert (RECOMMENDED in shown) is recommends


@pytest.mark.parametrize(
    ("counts", "said", "has_policy"),
    [
        ({"crews": 3, "retired": 0}, "従業員が3名います（退職済みの従業員はいません）。", False),
        ({"crews": 3, "retired": None}, "SmartHRには従業員が3名います。今の設定では", True),
        ({"crews": 0, "retired": 0}, "SmartHRに従業員はまだいません。", False),
    ],
)
def test_E13_by_what_is_known(
    signed_in: Client,
    integration: SmartHRIntegration,
    counts: dict[str, int | None],
    said: str,
    has_policy: bool,
) -> None:
    keep(integration, **counts)

    shown = text(signed_in.get(PAGE))

    assert said in shown
    assert ("社員に取り込みます。" in shown) is has_policy
    assert RECOMMENDED not in shown


def test_E13_another_policy_is_told_at_once(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    keep(integration, crews=1204, retired=12)
    values = {
        "deletion_policy": "confirm",
        "retired_policy": "skip_suspend",
        "name_source": "legal",
        "force_password_change": "on",
    }

    saved = signed_in.post(f"{PAGE}save/others/", values, headers=HTMX)

    assert "退職済みの従業員は社員に取り込みません。" in text(saved)


def test_E13_without_a_test_they_are_counted_when_the_page_is_there(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    account.add_crew()
    account.add_crew(emp_status="retired")

    html = signed_in.get(PAGE).content.decode()
    assert account.requests == []
    assert f'hx-get="{COUNT}" hx-trigger="load"' in html
    assert f'href="{COUNT}#employees"' in html  # without script

    part = signed_in.get(COUNT, headers=HTMX)
    assert "従業員が2名います（退職済み1名を含む）。" in text(part)
    assert "hx-trigger" not in part.content.decode()
    assert "<title>" not in part.content.decode()
    assert len(account.requests) == 2
    assert reload(integration).checked_at is None

    whole = signed_in.get(COUNT)
    assert "<title>" in whole.content.decode()
    assert "従業員が2名います（退職済み1名を含む）。" in text(whole)


def test_E13_after_a_test_nothing_is_counted_again(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    keep(integration, crews=1204, retired=12)

    assert "1,204名" in text(signed_in.get(COUNT, headers=HTMX))
    assert account.requests == []


def test_E13_a_failed_test_tells_its_cause_in_its_own_place(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    account.fail("maintenance", times=None)
    signed_in.post(CHECK, headers=HTMX)

    shown = signed_in.get(PAGE)

    assert text(shown).count("メンテナンス中") == 2  # the section and the lead
    assert "SmartHRの従業員数を確認" in text(shown)
    assert 'hx-trigger="load"' not in shown.content.decode()


@pytest.mark.parametrize(
    ("scopes", "fault", "said"),
    [
        (ALL_SCOPES, "maintenance", "メンテナンス中"),
        (ALL_SCOPES, "missing_total", "SmartHRから想定しない回答がありました。"),
        (ALL_SCOPES - {"crews:read"}, "", "「従業員情報:参照」の権限がありません。"),
    ],
)
def test_E13_a_count_that_fails_says_why_in_its_place(
    signed_in: Client,
    integration: SmartHRIntegration,
    account: Account,
    scopes: frozenset[str],
    fault: str,
    said: str,
) -> None:
    account.add_crew()
    account.add_token(TOKEN, scopes=scopes)
    if fault:
        account.fail(FaultKind(fault), times=None)

    response = signed_in.get(COUNT, headers=HTMX)

    assert response.status_code == 200
    assert said in text(response)
    assert "再読み込み" in text(response)


def test_E13_it_is_told_before_the_first_import_only(
    signed_in: Client, integration: SmartHRIntegration, account: Account
) -> None:
    LinkedEmployeeFactory(company=integration.company)
    keep(integration, crews=1204, retired=12)

    assert "1,204名" not in text(signed_in.get(PAGE))
    assert text(signed_in.get(COUNT, headers=HTMX)) == ""
    assert account.requests == []


def test_E13_another_companys_people_are_not_ours(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    LinkedEmployeeFactory()
    keep(integration, crews=1204, retired=12)

    assert "1,204名" in text(signed_in.get(PAGE))


@pytest.mark.parametrize("groups", [1, 30])
def test_number_of_queries_does_not_grow_with_findings(
    signed_in: Client,
    company: Company,
    integration: SmartHRIntegration,
    groups: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    LinkedEmployeeFactory.create_batch(groups, company=company)
    keep(integration, crews=1204, retired=12, seen=100, unreadable=("email", "birth_at"))

    with django_assert_num_queries(17):
        signed_in.get(PAGE)
