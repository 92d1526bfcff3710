"""G1–G3, G6–G8: the tree of linked groups mirrors the departments."""

from __future__ import annotations

from typing import Any

import pytest

from companies.models import AuditEntry
from groups.models import DEFAULT_GROUP_NAME, Group
from groups.queries import group_tree
from simulator.account import Account
from tests.factories import GroupFactory
from tests.integrations.conftest import Customer
from tests.integrations.sync.groups import linked_tree, planned_and_synced_groups
from tests.integrations.sync.people import counted, said


def test_G1_each_department_becomes_a_group_below_its_parent(
    customer: Customer, account: Account
) -> None:
    sales = account.add_department("営業部")
    east = account.add_department("東日本営業部", sales)
    account.add_department("新宿店", east)
    account.add_department("管理部")

    answer = planned_and_synced_groups(customer)

    assert (answer.code, answer["status"], answer["error"]) == (0, "succeeded", None)
    assert answer["departments"] == counted(created=4)
    assert answer["employees"] == counted()
    assert linked_tree(customer) == {
        "営業部": None,
        "東日本営業部": "営業部",
        "新宿店": "東日本営業部",
        "管理部": None,
    }
    again = planned_and_synced_groups(customer)
    assert again["departments"] == counted(unchanged=4)


def test_G1_equal_names_are_different_groups(customer: Customer, account: Account) -> None:
    parents = [account.add_department(name) for name in ("第一工場", "第二工場")]
    children = [account.add_department("製造課", parent) for parent in parents]
    twins = [account.add_department("総務課"), account.add_department("総務課")]

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(created=6)
    assert [customer.group(c).parent for c in children] == [customer.group(p) for p in parents]
    assert customer.group(twins[0]).pk != customer.group(twins[1]).pk


def test_G1_parents_may_come_on_a_later_page(customer: Customer, account: Account) -> None:
    child = account.add_department("子", "11111111-1111-4111-8111-111111111111")
    for number in range(250):
        account.add_department(f"部署{number:03}")
    parent = account.add_department("親", id="11111111-1111-4111-8111-111111111111")

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(created=252)
    assert answer["skipped"] == []
    assert customer.group(child).parent == customer.group(parent)


def test_G1_a_chain_of_1000_departments(customer: Customer, account: Account) -> None:
    keys: list[str] = []
    for number in range(1000):
        keys.append(account.add_department(f"d{number}", keys[-1] if keys else None))

    answer = planned_and_synced_groups(customer)

    assert (answer.code, answer["departments"]) == (0, counted(created=1000))
    tree = group_tree(customer.company)
    deepest = customer.group(keys[-1])
    assert len(tree.ancestors(deepest.pk)) == 1000
    assert planned_and_synced_groups(customer)["departments"] == counted(unchanged=1000)


def test_G2_a_hand_made_group_of_the_same_name_is_left_alone(
    customer: Customer, account: Account
) -> None:
    own = GroupFactory(company=customer.company, name="営業部")
    department = account.add_department("営業部")
    default = account.add_department(DEFAULT_GROUP_NAME)

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(created=2)
    own.refresh_from_db()
    assert (own.name, own.parent, own.smarthr_id) == ("営業部", None, None)
    assert customer.group(department).pk != own.pk
    assert customer.group(default).is_default is False
    assert customer.default_group.smarthr_id is None


def test_G3_renamed_moved_and_reordered_departments_are_followed(
    customer: Customer, account: Account
) -> None:
    first = account.add_department("第一部", position=1)
    second = account.add_department("第二部", position=2)
    child = account.add_department("課", first, position=3)
    planned_and_synced_groups(customer)
    account.change_department(first, name="第一本部")
    account.change_department(child, parent=second)
    account.change_department(second, position=9)

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(updated=3)
    assert linked_tree(customer) == {"第一本部": None, "第二部": None, "課": "第二部"}
    assert customer.group(second).position == 9
    entries = AuditEntry.objects.for_company(customer.company).filter(
        object_type="group", action="updated"
    )
    changes = {e.object_id: e.changes for e in entries}
    assert changes == {
        customer.group(first).pk: {"name": ["第一部", "第一本部"]},
        customer.group(child).pk: {"parent": ["第一部", "第二部"]},
        customer.group(second).pk: {"position": [2, 9]},
    }


def test_G3_a_linked_group_that_was_edited_by_hand_is_set_right(
    customer: Customer, account: Account
) -> None:
    department = account.add_department("営業部", position=1)
    planned_and_synced_groups(customer)
    own = GroupFactory(company=customer.company, name="手作り")
    group = customer.group(department)
    Group.objects.for_company(customer.company).filter(pk=group.pk).update(
        name="書き換え", parent=own, position=None
    )

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(updated=1)
    group.refresh_from_db()
    assert (group.name, group.parent, group.position) == ("営業部", None, 1)


def test_G3_a_child_moves_to_a_parent_that_is_new_in_the_same_run(
    customer: Customer, account: Account
) -> None:
    child = account.add_department("課")
    planned_and_synced_groups(customer)
    parent = account.add_department("新しい部")
    account.change_department(child, parent=parent)

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(created=1, updated=1)
    assert customer.group(child).parent == customer.group(parent)


def test_G3_two_groups_swap_parent_and_child(customer: Customer, account: Account) -> None:
    upper = account.add_department("上")
    lower = account.add_department("下", upper)
    planned_and_synced_groups(customer)
    account.change_department(upper, parent=lower)
    account.change_department(lower, parent=None)

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(updated=2)
    assert linked_tree(customer) == {"下": None, "上": "下"}


def test_G6_a_missing_parent_makes_the_group_top_level(
    customer: Customer, account: Account
) -> None:
    department = account.add_department("迷子", "22222222-2222-4222-8222-222222222222")
    child = account.add_department("子", department)

    answer = planned_and_synced_groups(customer)

    assert (answer.code, answer["departments"]) == (0, counted(created=2))
    assert said(answer) == [(department, "parent_missing")]
    assert customer.group(department).parent is None
    assert customer.group(child).parent == customer.group(department)


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("linked", [False, True])
def test_G6_every_member_of_a_cycle_becomes_top_level(
    customer: Customer, account: Account, length: int, linked: bool
) -> None:
    ring = [account.add_department(f"輪{number}") for number in range(length)]
    below = account.add_department("下", ring[0])
    deeper = account.add_department("もっと下", below)
    beside = account.add_department("横")
    if linked:
        planned_and_synced_groups(customer)
    for place, key in enumerate(ring):
        account.change_department(key, parent=ring[place - 1])

    answer = planned_and_synced_groups(customer)

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert said(answer) == sorted((key, "parent_cycle") for key in ring)
    assert [customer.group(key).parent for key in ring] == [None] * length
    assert customer.group(below).parent == customer.group(ring[0])
    assert customer.group(deeper).parent == customer.group(below)
    assert customer.group(beside).parent is None
    total = length + 3
    expected = counted(unchanged=total) if linked else counted(created=total)
    assert answer["departments"] == expected


@pytest.mark.parametrize("name", [None, "", " ", "\u3000", "\t\n"])
def test_G6_a_new_department_without_a_name_is_skipped(
    customer: Customer, account: Account, name: object
) -> None:
    nameless = account.add_department(name)
    child = account.add_department("子", nameless)

    answer = planned_and_synced_groups(customer)

    assert (answer.code, answer["departments"]) == (0, counted(created=1, skipped=1))
    assert said(answer) == sorted(
        [(nameless, "department_name_missing"), (child, "parent_missing")]
    )
    assert linked_tree(customer) == {"子": None}


def test_G6_a_linked_group_whose_department_loses_its_name_stays_as_it_is(
    customer: Customer, account: Account
) -> None:
    upper = account.add_department("上")
    middle = account.add_department("中", upper)
    lower = account.add_department("下", middle)
    planned_and_synced_groups(customer)
    account.change_department(middle, name="", parent=None, position=99)

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(unchanged=2, skipped=1)
    assert said(answer) == [(middle, "department_name_missing")]
    assert linked_tree(customer) == {"上": None, "中": "上", "下": "中"}
    assert customer.group(lower).parent == customer.group(middle)


def test_G6_a_nameless_linked_group_inside_a_cycle_leaves_no_cycle(
    customer: Customer, account: Account
) -> None:
    upper = account.add_department("上")
    lower = account.add_department("下", upper)
    below = account.add_department("枝", upper)
    planned_and_synced_groups(customer)
    account.change_department(upper, parent=lower)
    account.change_department(lower, name=None)

    answer = planned_and_synced_groups(customer)

    # 下 still hangs below 上, so 上 may not go below it.
    assert linked_tree(customer) == {"上": None, "下": "上", "枝": "上"}
    assert customer.group(below).parent == customer.group(upper)
    assert said(answer) == sorted([(upper, "parent_cycle"), (lower, "department_name_missing")])
    assert answer["departments"] == counted(unchanged=2, skipped=1)


BAD_NAMES: list[Any] = ["a\x00b", "\ud800", "あ" * 10_000, "x" * 256, 5, True, ["営業部"], {"a": 1}]


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("linked", [False, True])
def test_G6_a_name_that_cannot_be_stored_is_reported(
    customer: Customer, account: Account, name: object, linked: bool
) -> None:
    good = account.add_department("よい部署")
    bad = account.add_department("元の名前" if linked else name)
    if linked:
        planned_and_synced_groups(customer)
        account.change_department(bad, name=name)

    answer = planned_and_synced_groups(customer)

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert said(answer) == [(bad, "value_invalid")]
    expected = {"よい部署": None, "元の名前": None} if linked else {"よい部署": None}
    assert linked_tree(customer) == expected
    assert customer.group(good).is_linked


def test_G6_an_id_that_is_no_uuid_is_reported(customer: Customer, account: Account) -> None:
    account.add_department("変な番号", id="not-a-uuid")
    account.add_department("よい部署")

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(created=1, skipped=1)
    assert said(answer) == [("not-a-uuid", "value_invalid")]


def test_G6_one_bad_id_twice_is_one_record(customer: Customer, account: Account) -> None:
    for key in [account.add_department("変な番号") for _ in range(2)]:
        account.departments[key]["id"] = "not-a-uuid"

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(skipped=1)
    assert said(answer) == [("not-a-uuid", "value_invalid")]


@pytest.mark.parametrize("parent", [5, "x", True, ["a"], {"name": "親"}, {"id": 5}])
def test_G6_a_parent_of_the_wrong_type_is_a_missing_one(
    customer: Customer, account: Account, parent: object
) -> None:
    department = account.add_department("営業部", parent)

    answer = planned_and_synced_groups(customer)

    assert said(answer) == [(department, "parent_missing")]
    assert customer.group(department).parent is None


@pytest.mark.parametrize("position", [None, "3", 2**40, -(2**40), 1.5, True, [], {}])
def test_G7_an_odd_position_is_none(customer: Customer, account: Account, position: object) -> None:
    department = account.add_department("営業部", position=position)

    answer = planned_and_synced_groups(customer)

    assert (answer["departments"], answer["skipped"]) == (counted(created=1), [])
    assert customer.group(department).position is None


def test_G7_siblings_linked_by_position_then_hand_made_then_group1(
    customer: Customer, account: Account
) -> None:
    for name, position in (("C", None), ("B", 1), ("A", 1), ("D", -5), ("E", 0)):
        account.add_department(name, position=position)
    GroupFactory(company=customer.company, name="手作りB")
    GroupFactory(company=customer.company, name="手作りA")

    planned_and_synced_groups(customer)

    names = [node.name for node, _ in group_tree(customer.company).walk()]
    assert names == ["D", "E", "A", "B", "C", "手作りA", "手作りB", DEFAULT_GROUP_NAME]


def test_G8_an_empty_list_with_nothing_linked_is_a_good_run(customer: Customer) -> None:
    answer = planned_and_synced_groups(customer)

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert answer["departments"] == counted()


@pytest.mark.parametrize("total", [0, 1, None])
def test_G8_an_empty_list_with_linked_groups_stops_and_writes_nothing(
    customer: Customer, account: Account, total: int | None
) -> None:
    account.add_department("営業部")
    account.add_crew(department_ids=[account.add_department("人事部")])
    customer.configure("--department-slot", "1")
    customer.sync()
    account.add_crew(last_name="新人")
    account.fail("empty_list200", path="/departments", times=None, total=total)

    plan, answer = customer.sync("--dry-run"), customer.sync()

    for said_by in (plan, answer):
        assert (said_by.code, said_by["status"]) == (3, "needs_confirmation")
        assert "空だった" in said_by["error"]
        assert said_by["departments"] == said_by["employees"] == counted()
        assert said_by["group_deletion_candidates"] == []
    assert linked_tree(customer) == {"営業部": None, "人事部": None}
    assert customer.company.employees.filter(last_name="新人").count() == 0
