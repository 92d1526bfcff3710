"""smarthr_check: whether the account is ours, and how many people it has (T5, E13)."""

from __future__ import annotations

from typing import Any

import pytest

from groups.models import Group
from simulator.account import Account
from tests.factories import LinkedEmployeeFactory, LinkedGroupFactory
from tests.integrations.checks import (
    add_people,
    run_check,
    text_of,
    without,
)
from tests.integrations.conftest import TOKEN, Customer


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
