"""D1–D6: the department of the chosen slot becomes the group."""

from __future__ import annotations

from typing import Any

import pytest

from employees.models import Employee
from simulator.account import Account
from tests.factories import GroupFactory
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import counted, planned_and_synced, said

UNKNOWN = "d0000000-0000-4000-8000-000000000099"


@pytest.mark.parametrize("shape", ["padded", "trimmed"])
@pytest.mark.parametrize("slot", [1, 2, 3, 10])
def test_D1_slots_are_positions_and_an_empty_one_does_not_shift_the_others(
    customer: Customer, account: Account, slot: int, shape: str
) -> None:
    account.department_slots, account.slot_shape = 10, shape
    customer.configure("--department-slot", str(slot))
    department = account.add_department("営業部")
    other = account.add_department("総務部")
    alone = account.add_crew(department_ids=[None] * (slot - 1) + [department])
    between = account.add_crew(department_ids=[other] * (slot - 1) + [department, other])
    elsewhere = account.add_crew(department_ids=[None] * slot + [department])

    answer = planned_and_synced(customer)

    assert customer.person(alone).group == customer.group(department)
    assert customer.person(between).group == customer.group(department)
    assert customer.person(elsewhere).group == customer.default_group
    assert answer["employees"] == counted(created=3)
    assert answer["skipped"] == []


def test_D2_not_applied_new_people_go_to_group_1_and_others_stay(
    customer: Customer, account: Account
) -> None:
    department = account.add_department("営業部")
    crew = account.add_crew(department_ids=[department])
    customer.sync()
    first = customer.person(crew).group
    chosen = GroupFactory(company=customer.company)
    Employee.objects.filter(smarthr_id=crew).update(group=chosen)
    account.change_crew(crew, last_name="田中")

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert first == customer.default_group
    assert (person.group, person.last_name) == (chosen, "田中")
    assert answer["departments"] == counted()
    assert account.logged("/departments") == []


@pytest.mark.parametrize(
    "attributes",
    [
        {"department_ids": []},
        {"department_ids": [None, None, None]},
        {"departments": None},
        {"departments": []},
        {"departments": [None]},
    ],
)
def test_D3_an_empty_slot_means_group_1_for_the_new_and_no_change_for_the_others(
    customer: Customer, account: Account, attributes: dict[str, Any]
) -> None:
    customer.configure("--department-slot", "1")
    department = account.add_department("営業部")
    linked = account.add_crew(department_ids=[department])
    customer.sync()
    account.change_crew(linked, last_name="田中", **attributes)
    new = account.add_crew(**attributes)

    answer = planned_and_synced(customer)

    assert customer.person(linked).group == customer.group(department)
    assert customer.person(linked).last_name == "田中"
    assert customer.person(new).group == customer.default_group
    assert answer["employees"] == counted(created=1, updated=1)
    assert (answer["skipped"], answer["unreadable"]) == ([], [])


def test_D3_a_group_that_somebody_chose_here_stays_while_the_slot_is_empty(
    customer: Customer, account: Account
) -> None:
    customer.configure("--department-slot", "2")
    department = account.add_department("営業部")
    crew = account.add_crew(department_ids=[department, None])
    customer.sync()
    chosen = GroupFactory(company=customer.company)
    Employee.objects.filter(smarthr_id=crew).update(group=chosen)

    answer = planned_and_synced(customer)

    assert customer.person(crew).group == chosen
    assert answer["employees"] == counted(unchanged=1)


@pytest.mark.parametrize("is_linked_group", [False, True])
def test_D4_a_filled_slot_wins_over_what_somebody_chose_here(
    customer: Customer, account: Account, is_linked_group: bool
) -> None:
    customer.configure("--department-slot", "1")
    department, other = account.add_department("営業部"), account.add_department("総務部")
    crew = account.add_crew(department_ids=[department])
    customer.sync()
    chosen = customer.group(other) if is_linked_group else GroupFactory(company=customer.company)
    Employee.objects.filter(smarthr_id=crew).update(group=chosen)

    answer = planned_and_synced(customer)

    assert customer.person(crew).group == customer.group(department)
    assert answer["employees"] == counted(updated=1)


def test_D4_a_move_in_smarthr_is_a_move_here(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "1")
    department, other = account.add_department("営業部"), account.add_department("総務部")
    crew = account.add_crew(department_ids=[department])
    customer.sync()
    account.change_crew(crew, department_ids=[other])

    answer = planned_and_synced(customer)

    assert customer.person(crew).group == customer.group(other)
    assert answer["employees"] == counted(updated=1)


def test_D4_another_slot_moves_people_who_have_not_changed_in_smarthr(
    customer: Customer, account: Account
) -> None:
    customer.configure("--department-slot", "1")
    department, other = account.add_department("営業部"), account.add_department("総務部")
    both = account.add_crew(department_ids=[department, other])
    one = account.add_crew(department_ids=[department])
    customer.sync()
    customer.configure("--department-slot", "2")

    answer = planned_and_synced(customer)

    assert customer.person(both).group == customer.group(other)
    assert customer.person(one).group == customer.group(department)
    assert answer["employees"] == counted(updated=1, unchanged=1)


def test_D5_the_groups_are_there_before_the_people(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "1")
    parent = account.add_department("本社")
    child = account.add_department("営業部", parent=parent)
    crew = account.add_crew(department_ids=[child])

    answer = planned_and_synced(customer)

    assert customer.person(crew).group == customer.group(child)
    assert customer.group(child).parent == customer.group(parent)
    assert answer["departments"] == counted(created=2)
    assert answer["employees"] == counted(created=1)


@pytest.mark.parametrize("is_new", [True, False])
def test_D6_a_department_made_after_the_departments_were_read(
    customer: Customer, account: Account, is_new: bool
) -> None:
    customer.configure("--department-slot", "1")
    account.add_department("総務部")
    crew = account.add_crew()
    if not is_new:
        customer.sync()
    made: list[str] = []

    def make(number: int) -> None:
        if not made:
            made.append(account.add_department("新設部"))
            account.change_crew(crew, department_ids=made)

    account.before_page = make
    account.requests.clear()

    answer = customer.sync()

    assert customer.person(crew).group == customer.group(made[0])
    assert len(account.logged("/departments")) == 2
    assert answer["departments"] == counted(
        created=2 if is_new else 1, unchanged=0 if is_new else 1
    )
    assert answer["employees"] == (counted(created=1) if is_new else counted(updated=1))
    assert (answer.code, answer["skipped"]) == (0, [])


def test_D6_a_department_that_stays_unknown_is_reported(
    customer: Customer, account: Account
) -> None:
    customer.configure("--department-slot", "1")
    department = account.add_department("営業部")
    hidden = account.add_department("見えない部", listed=False)
    linked = account.add_crew(department_ids=[department])
    customer.sync()
    account.change_crew(linked, department_ids=[hidden], last_name="田中")
    new = account.add_crew(department_ids=[hidden])
    raw = account.add_crew(departments=[{"id": UNKNOWN, "name": "不明"}])
    account.requests.clear()

    answer = customer.sync()

    assert len(account.logged("/departments")) == 2
    assert customer.person(linked).group == customer.group(department)
    assert customer.person(linked).last_name == "田中"
    assert customer.person(new).group == customer.person(raw).group == customer.default_group
    assert answer["employees"] == counted(created=2, updated=1)
    assert said(answer) == sorted((c, "department_unknown") for c in (linked, new, raw))
    assert planned_and_synced(customer)["employees"] == counted(unchanged=3)


def test_D6_G6_a_department_without_a_name_is_no_group(
    customer: Customer, account: Account
) -> None:
    customer.configure("--department-slot", "1")
    department = account.add_department("営業部")
    linked = account.add_crew(department_ids=[department])
    customer.sync()
    nameless = account.add_department(None)
    account.change_department(department, name=None)
    new = account.add_crew(department_ids=[nameless])

    answer = customer.sync()

    assert customer.person(linked).group == customer.group(department)
    assert customer.person(new).group == customer.default_group
    assert answer["departments"] == counted(skipped=2)
    assert answer["employees"] == counted(created=1, unchanged=1)
    assert answer.reasons(new) == ["department_unknown"]


def test_D6_only_the_chosen_slot_asks_for_departments(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "1")
    department = account.add_department("営業部")
    hidden = account.add_department("見えない部", listed=False)
    account.add_crew(department_ids=[department, hidden])

    answer = customer.sync()

    assert len(account.logged("/departments")) == 1
    assert answer["skipped"] == []


def test_D6_one_refresh_serves_every_page(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "1")
    account.add_department("営業部")
    hidden = account.add_department("見えない部", listed=False)
    crews = [account.add_crew(department_ids=[hidden]) for _ in range(101)]

    answer = customer.sync()

    assert len(account.logged("/departments")) == 2
    assert answer["departments"] == counted(created=1)
    assert answer["employees"] == counted(created=101)
    assert said(answer) == sorted((crew, "department_unknown") for crew in crews)
