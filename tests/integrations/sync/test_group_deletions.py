"""G4: groups whose department is gone, and who was in them."""

from __future__ import annotations

import pytest

from companies.models import AuditEntry
from groups.models import Group
from integrations.models import SyncRun
from simulator.account import Account
from tests.factories import EmployeeFactory, GroupFactory
from tests.integrations.conftest import Customer
from tests.integrations.sync.groups import (
    linked_tree,
    planned_and_run,
    planned_and_synced_groups,
)
from tests.integrations.sync.people import counted


def with_departments(customer: Customer, account: Account, count: int) -> list[str]:
    keys = [account.add_department(f"部署{number:03}") for number in range(count)]
    customer.sync("departments")
    return keys


def group_names(customer: Customer) -> list[str]:
    groups = Group.objects.for_company(customer.company).filter(is_default=False)
    return sorted(groups.values_list("name", flat=True))


def test_G4_vanished_department_members_move_to_group1(
    customer: Customer, account: Account
) -> None:
    gone, stays = with_departments(customer, account, 2)
    crew = account.add_crew()
    customer.sync()
    linked = customer.person(crew)
    own = EmployeeFactory(company=customer.company)
    other = EmployeeFactory(company=customer.company, group=customer.group(stays))
    for person in (linked, own):
        person.group = customer.group(gone)
        person.save()
    name, key = customer.group(gone).name, customer.group(gone).pk
    account.delete_department(gone)

    answer = planned_and_synced_groups(customer)

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert answer["departments"] == counted(unchanged=1, deleted=1)
    for person in (linked, own, other):
        person.refresh_from_db()
    assert (linked.group, own.group) == (customer.default_group, customer.default_group)
    assert other.group == customer.group(stays)
    assert group_names(customer) == ["部署001"]
    entries = AuditEntry.objects.for_company(customer.company).filter(actor_id=answer["run"])
    assert sorted(
        (e.action, e.object_type, e.object_id, str(e.changes)) for e in entries
    ) == sorted(
        [
            ("deleted", "group", key, str({"name": [name, None]})),
            ("updated", "employee", linked.pk, str({"group": [name, "グループ1"]})),
            ("updated", "employee", own.pk, str({"group": [name, "グループ1"]})),
        ]
    )


def test_G4_a_hand_made_child_moves_up_to_the_nearest_surviving_ancestor(
    customer: Customer, account: Account
) -> None:
    top = account.add_department("本部")
    middle = account.add_department("部", top)
    lower = account.add_department("課", middle)
    alone = account.add_department("離れ")
    customer.sync("departments")
    below = GroupFactory(company=customer.company, name="班", parent=customer.group(lower))
    deeper = GroupFactory(company=customer.company, name="組", parent=below)
    beside = GroupFactory(company=customer.company, name="係", parent=customer.group(alone))
    for key in (lower, middle, alone):
        account.delete_department(key)

    answer = planned_and_synced_groups(customer)

    assert answer["departments"] == counted(unchanged=1, deleted=3)
    for group in (below, deeper, beside):
        group.refresh_from_db()
    assert below.parent == customer.group(top)
    assert deeper.parent == below
    assert beside.parent is None
    entry = AuditEntry.objects.for_company(customer.company).get(object_label="班")
    assert entry.changes == {"parent": ["課", "本部"]}


LIMITS = [(3, 3, 0), (10, 3, 0), (10, 4, 4), (30, 3, 0), (30, 4, 4), (40, 4, 0), (40, 5, 5)]


@pytest.mark.parametrize(("linked", "gone", "held"), [*LIMITS, (55, 5, 0), (55, 6, 6)])
def test_G4_more_than_3_and_10_percent_wait_for_a_person(
    customer: Customer, account: Account, linked: int, gone: int, held: int
) -> None:
    keys = with_departments(customer, account, linked)
    if gone == linked:
        account.add_department("残り")
    for key in keys[:gone]:
        account.delete_department(key)

    answer = planned_and_synced_groups(customer)

    candidates = [(c["smarthr_id"], c["name"]) for c in answer["group_deletion_candidates"]]
    assert answer["departments"]["deleted"] == gone - held
    if held:
        assert (answer.code, answer["status"]) == (3, "needs_confirmation")
        names = {key: f"部署{number:03}" for number, key in enumerate(keys)}
        assert candidates == sorted((key, names[key]) for key in keys[:gone])
        assert len(group_names(customer)) == linked
        run = SyncRun.objects.for_company(customer.company).get(pk=answer["run"])
        assert run.error_detail["groups"]["count"] == gone
    else:
        assert (answer.code, answer["status"], candidates) == (0, "succeeded", [])


def test_G4_held_groups_stop_nothing_else(customer: Customer, account: Account) -> None:
    keys = with_departments(customer, account, 5)
    customer.configure("--department-slot", "1")
    for key in keys[:4]:
        account.delete_department(key)
    account.change_department(keys[4], name="新しい名前")
    new = account.add_department("新設")
    crew = account.add_crew(department_ids=[new])

    answer = planned_and_run(customer)

    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    assert answer["departments"] == counted(created=1, updated=1)
    assert answer["employees"] == counted(created=1)
    assert customer.person(crew).group == customer.group(new)
    assert customer.group(keys[4]).name == "新しい名前"
    assert [c["name"] for c in answer["group_deletion_candidates"]] == sorted(
        (f"部署{number:03}" for number in range(4)),
        key=lambda name: keys[int(name[-1])],
    )


def test_G4_held_groups_are_asked_about_until_they_come_back_or_are_decided(
    customer: Customer, account: Account
) -> None:
    keys = with_departments(customer, account, 5)
    records = dict(account.departments)
    for key in keys[:4]:
        account.delete_department(key)
    assert len(planned_and_synced_groups(customer)["group_deletion_candidates"]) == 4
    account.departments[keys[0]] = records[keys[0]]
    account.touched(departments=True)

    # Under the limit now; those that were held wait for a person's word all the same.
    answer = planned_and_synced_groups(customer)

    assert answer.code == 3
    assert answer["departments"] == counted(unchanged=2)
    assert [c["smarthr_id"] for c in answer["group_deletion_candidates"]] == sorted(keys[1:4])
    assert customer.deletions("--dismiss").code == 0
    account.delete_department(keys[4])
    last = planned_and_synced_groups(customer)
    assert (last.code, last["departments"]) == (0, counted(unchanged=1, deleted=1))


def test_G4_pending_groups_keep_an_employee_sync_from_being_a_success(
    customer: Customer, account: Account
) -> None:
    for key in with_departments(customer, account, 5)[:4]:
        account.delete_department(key)
    customer.sync("departments")

    answer = planned_and_run(customer)

    assert (answer.code, answer["status"], answer["error"]) == (3, "needs_confirmation", None)
    assert len(answer["group_deletion_candidates"]) == 4


def test_G4_a_count_that_does_not_match_is_read_once_more(
    customer: Customer, account: Account
) -> None:
    keys = with_departments(customer, account, 3)
    account.delete_department(keys[0])
    account.fail("wrong_total", path="/departments", times=1)
    before = len(account.logged("/departments"))

    answer = customer.sync("departments")

    assert len(account.logged("/departments")) - before == 2
    assert (answer.code, answer["departments"]) == (0, counted(unchanged=2, deleted=1))


@pytest.mark.parametrize("fault", ["wrong_total", "missing_total"])
def test_G4_without_a_matching_count_no_group_goes(
    customer: Customer, account: Account, fault: str
) -> None:
    keys = with_departments(customer, account, 3)
    account.delete_department(keys[0])
    account.change_department(keys[1], name="新名")
    account.fail(fault, path="/departments", times=None)

    answer = planned_and_synced_groups(customer)

    assert (answer.code, answer["status"]) == (1, "failed")
    assert "すべて読み取れなかった" in answer["error"]
    assert answer["departments"] == counted(updated=1, unchanged=1)
    assert answer["group_deletion_candidates"] == []
    assert group_names(customer) == ["新名", "部署000", "部署002"]


def test_G4_a_missing_count_is_no_harm_where_nothing_vanished(
    customer: Customer, account: Account
) -> None:
    keys = with_departments(customer, account, 5)
    account.fail("missing_total", path="/departments", times=None)
    assert planned_and_synced_groups(customer).code == 0
    account.clear_faults()
    for key in keys[:4]:
        account.delete_department(key)
    customer.sync("departments")
    assert customer.deletions("--dismiss").code == 0
    account.fail("missing_total", path="/departments", times=None)

    # Those that a person chose to keep are missing every time.
    assert planned_and_synced_groups(customer).code == 0


def test_E12_an_incomplete_read_of_departments_keeps_people_too(
    customer: Customer, account: Account
) -> None:
    """The run fails, and a failed run never deletes."""
    account.add_department("営業部")
    crews = [account.add_crew() for _ in range(3)]
    customer.configure("--department-slot", "1", "--deletion", "auto")
    customer.sync()
    account.delete_crew(crews[0])
    account.fail("wrong_total", path="/departments", times=None)

    answer = planned_and_run(customer)

    assert (answer.code, answer["status"]) == (1, "failed")
    assert answer["employees"] == counted(unchanged=2)
    assert answer["deletion_candidates"] == []
    assert customer.has_person(crews[0])


def test_D5_nobody_passes_through_group1_on_the_way(customer: Customer, account: Account) -> None:
    old, kept = account.add_department("旧部"), account.add_department("残る部")
    crew = account.add_crew(department_ids=[old])
    stranded = account.add_crew(department_ids=[old])
    customer.configure("--department-slot", "1")
    customer.sync()
    new = account.add_department("新部")
    account.delete_department(old)
    account.change_crew(crew, department_ids=[new])

    answer = planned_and_run(customer)

    assert answer.code == 0
    assert answer["departments"] == counted(created=1, unchanged=1, deleted=1)
    assert answer["employees"] == counted(updated=1, unchanged=1)
    assert linked_tree(customer) == {"残る部": None, "新部": None}
    assert customer.person(crew).group == customer.group(new)
    assert customer.person(stranded).group == customer.default_group
    entries = AuditEntry.objects.for_company(customer.company).filter(
        actor_id=answer["run"], object_type="employee"
    )
    moves = sorted((e.object_id, str(e.changes["group"])) for e in entries)
    assert moves == sorted(
        [
            (customer.person(crew).pk, "['旧部', '新部']"),
            (customer.person(stranded).pk, "['旧部', 'グループ1']"),
        ]
    )
    assert customer.group(kept).is_linked


def test_G4_a_row_that_shifts_between_two_pages_is_not_gone(
    customer: Customer, account: Account
) -> None:
    keys = with_departments(customer, account, 150)

    def shift(page: int) -> None:
        if page == 2 and keys[1] in account.departments:
            account.delete_department(keys[1])
            account.add_department("新しい部署")

    account.before_department_page = shift

    answer = customer.sync("departments")

    assert (answer.code, answer["departments"]["deleted"]) == (0, 0)
    assert all(customer.group(key) for key in keys)
    account.before_department_page = None
    assert customer.sync("departments")["departments"]["deleted"] == 1


@pytest.mark.parametrize("shifted", [True, False])
def test_G4_a_list_that_changes_while_it_is_read_is_read_once_more(
    customer: Customer, account: Account, shifted: bool
) -> None:
    keys = with_departments(customer, account, 150)

    def shift(page: int) -> None:
        if page == 2 and shifted and keys[1] in account.departments:
            account.delete_department(keys[1])

    account.before_department_page = shift

    answer = customer.sync("departments")

    assert (answer.code, answer["departments"]["deleted"]) == (0, 0)
    assert all(customer.group(key) for key in keys)
