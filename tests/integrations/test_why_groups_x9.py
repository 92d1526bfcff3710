"""「なぜ？」 of a linked group (X9)."""

from __future__ import annotations

from integrations.services.explanations import why_group
from integrations.why import Field, Why
from simulator.account import Account
from tests.integrations.conftest import Customer


def field(found: Why, label: str) -> Field:
    return next(row for row in found.fields if row.label == label)


def test_X9_a_group_as_in_smarthr(customer: Customer, account: Account) -> None:
    parent = account.add_department("本社")
    child = account.add_department("営業部", parent=parent)
    run = customer.sync("departments")["run"]

    found = why_group(customer.group(child))

    assert found.is_clear
    assert found.read_by == f"部署⇒グループ #{run}"
    assert [(row.label, row.said, row.here) for row in found.fields] == [
        ("グループ名", "営業部", "営業部"),
        ("親グループ", "本社", "本社"),
        ("所属する社員", "", ""),
    ]


def test_X9_G6_a_parent_that_is_missing(customer: Customer, account: Account) -> None:
    first = account.add_department("甲")
    second = account.add_department("乙", parent=first)
    account.change_department(first, parent=second)
    customer.sync("departments")

    row = field(why_group(customer.group(first)), "親グループ")

    assert row.text.what == "部署の親子関係が循環しているため、最上位のグループにしました。"
