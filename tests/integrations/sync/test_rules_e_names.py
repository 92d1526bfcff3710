"""E14: 氏名に使う項目."""

from __future__ import annotations

import pytest

from integrations.choices import NameSource
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import counted, planned_and_synced, said


@pytest.mark.parametrize(
    ("business", "shown"),
    [
        (("鈴木", "花"), ("鈴木", "花")),
        (("鈴木", None), ("鈴木", "花子")),
        ((None, "花"), ("佐藤", "花")),
        (("", " "), ("佐藤", "花子")),
        ((None, None), ("佐藤", "花子")),
    ],
)
def test_E14_each_empty_part_falls_back_to_the_legal_one(
    customer: Customer,
    account: Account,
    business: tuple[str | None, str | None],
    shown: tuple[str, str],
) -> None:
    customer.configure("--name-source", NameSource.BUSINESS)
    crew = account.add_crew(
        last_name="佐藤",
        first_name="花子",
        business_last_name=business[0],
        business_first_name=business[1],
    )

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.last_name, person.first_name) == shown
    assert (answer["employees"], answer["skipped"]) == (counted(created=1), [])


def test_E14_the_choice_applies_to_people_who_are_here(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(last_name="佐藤", first_name="花子", business_last_name="鈴木")
    customer.sync()
    legal = customer.person(crew).last_name
    customer.configure("--name-source", NameSource.BUSINESS)

    answer = planned_and_synced(customer)
    business = customer.person(crew).last_name
    account.change_crew(crew, business_last_name=None)
    emptied = customer.sync()

    assert (legal, business, customer.person(crew).last_name) == ("佐藤", "鈴木", "佐藤")
    assert answer["employees"] == emptied["employees"] == counted(updated=1)


def test_E14_E8_looks_at_the_legal_name(customer: Customer, account: Account) -> None:
    customer.configure("--name-source", NameSource.BUSINESS)
    business = {"business_last_name": "鈴木", "business_first_name": "花"}
    new = account.add_crew(last_name=None, **business)
    linked = account.add_crew(**business)
    customer.sync()
    account.change_crew(linked, first_name="", business_first_name="華")

    answer = planned_and_synced(customer)

    assert not customer.has_person(new)
    assert customer.person(linked).first_name == "花"
    assert answer["employees"] == counted(skipped=2)
    assert said(answer) == sorted([(new, "name_missing"), (linked, "name_missing")])
