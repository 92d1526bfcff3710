"""E11: e-mail addresses; what a missing key means stands in test_unreadable_attributes.py."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import counted, planned_and_synced, said

LONGEST = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example"
VALID = [
    "a@b.jp",
    "taro.yamada@example.com",
    "taro+cards@example.co.jp",
    "a..b@example.ne.jp",
    "taro.@docomo.example.jp",
    "taro...@docomo.example.jp",
    "!#$%&'*+-/=?^_`{|}~@example.com",
    "TARO@EXAMPLE.COM",
    "taro@xn--r8jz45g.xn--zckzah",
    "taro@a-b.example.com",
    "00027@2020.example.com",
    "-taro-@example.com",
    f"{'a' * 240}@example.com",
    f"{'a' * 242}@example.com",
]
INVALID: list[Any] = [
    *("plain", "@example.com", "taro@", "taro@example", "taro@@example.com", "a@b@example.com"),
    *(".taro@example.com", "taro yamada@example.com", "taro@exam ple.com", "taro@.example.com"),
    *("taro@example..com", "taro@example.com.", "taro@example_1.com", "taro@[127.0.0.1]"),
    *('"taro"@example.com', "<taro@example.com>", "taro@example.com,hana@example.com"),
    *("taro@example.com\n", " taro@example.com", "taro@example.com\r\nBcc: x@example.com"),
    *("太郎@example.com", "taro@例え.jp", "ｔａｒｏ@example.com", "taro＠example.com"),
    *("taro\x00@example.com", "taro\ud800@example.com", f"{'a' * 243}@example.com"),
    *("a" * 10_000, f"a@{'b' * 10_000}.com", f"a@{'b.' * 5_000}com"),
    *(5, 1.5, True, [], ["taro@example.com"], {}, {"email": "taro@example.com"}),
]
EMPTY = ["", None, " ", "\u3000"]


def test_E11_a_valid_address_is_taken_as_it_is(customer: Customer, account: Account) -> None:
    crews = {email: account.add_crew(email=email) for email in VALID}

    answer = planned_and_synced(customer)

    assert {email: customer.person(crew).email for email, crew in crews.items()} == {
        email: email for email in VALID
    }
    assert (answer["employees"], answer["skipped"]) == (counted(created=len(VALID)), [])


def test_E11_an_invalid_address_is_treated_as_empty_and_reported(
    customer: Customer, account: Account
) -> None:
    crews = [account.add_crew(email=email) for email in INVALID]

    answer = planned_and_synced(customer)

    kept = [e for c, e in zip(crews, INVALID, strict=True) if customer.person(c).email]
    assert kept == []
    assert (answer.code, answer["employees"]) == (0, counted(created=len(INVALID)))
    assert said(answer) == sorted((crew, "email_invalid") for crew in crews)


def test_E11_empty_and_null_are_the_same_and_nothing_to_report(
    customer: Customer, account: Account
) -> None:
    crews = [account.add_crew(email=email) for email in EMPTY]

    answer = planned_and_synced(customer)

    assert [customer.person(crew).email for crew in crews] == [""] * len(EMPTY)
    assert (answer["employees"], answer["skipped"]) == (counted(created=len(EMPTY)), [])


@pytest.mark.parametrize("email", [*EMPTY, "not an address", 5])
def test_E11_an_address_that_was_emptied_is_emptied_here(
    customer: Customer, account: Account, email: Any
) -> None:
    crew = account.add_crew(email="taro@example.com")
    account.add_crew()
    customer.sync()
    account.change_crew(crew, email=email)

    answer = planned_and_synced(customer)

    reported = [] if email in EMPTY else [(crew, "email_invalid")]
    assert customer.person(crew).email == ""
    assert answer["employees"] == counted(updated=1, unchanged=1)
    assert (said(answer), answer["unreadable"]) == (reported, [])


def test_E11_between_empty_and_null_nothing_changes(customer: Customer, account: Account) -> None:
    crew = account.add_crew(email=None)
    customer.sync()
    account.change_crew(crew, email="")

    answer = planned_and_synced(customer)

    assert answer["employees"] == counted(unchanged=1)
