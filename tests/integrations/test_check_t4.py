"""smarthr_check: what a connection that works lets us read (T4, E11)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from integrations.models import SmartHRIntegration
from integrations.services.check_result import Access
from simulator.account import Account
from simulator.tokens import HiddenAs
from tests.factories import LinkedEmployeeFactory, LinkedGroupFactory
from tests.integrations.checks import (
    CREWS,
    DEPARTMENTS,
    WEBHOOKS,
    add_people,
    run_check,
    stored,
    text_of,
    without,
)
from tests.integrations.conftest import TOKEN, Customer

OMIT, NULL = HiddenAs.OMIT, HiddenAs.NULL
WATCHED = ["birth_at", "emp_code", "emp_status", "email", "first_name", "last_name"]


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
