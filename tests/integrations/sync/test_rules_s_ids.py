"""S3, S4: who gets which 社員ID where several want one."""

from __future__ import annotations

import itertools

import pytest
from django.db import connection

from companies.models import AuditEntry
from employees.identifiers import is_valid_employee_id
from employees.models import Employee
from integrations.models import RunRecord
from simulator.account import Account
from tests.factories import EmployeeFactory
from tests.integrations.conftest import Answer, Customer
from tests.integrations.sync.people import counted, crew_id, planned_and_synced, said

RANDOM = "random"


def ids(customer: Customer, *crews: str) -> list[str]:
    """社員ID of crews; those that nobody asked for as RANDOM."""
    found = [customer.person(crew).employee_id for crew in crews]
    return [text if text.startswith("E") and len(text) == 4 else RANDOM for text in found]


def logins(answer: Answer) -> list[tuple[str, str]]:
    return sorted((change["from"], change["to"]) for change in answer["login_changes"])


def add_people(account: Account, codes: list[str]) -> list[str]:
    return [account.add_crew(emp_code=code) for code in codes]


def renumber(account: Account, crews: list[str], codes: list[str]) -> None:
    for crew, code in zip(crews, codes, strict=True):
        account.change_crew(crew, emp_code=code)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["E001", "E002"], ["E002", "E001"]),
        (["E001", "E002", "E003"], ["E002", "E003", "E001"]),
        (["E001", "E002", "E003"], ["E003", "E001", "E002"]),
        (["E001", "E002", "E003", "E004", "E005"], ["E002", "E003", "E004", "E005", "E001"]),
        (["E001", "E002", "E003", "E004"], ["E002", "E001", "E004", "E003"]),
        (["E001", "E002", "E003"], ["E002", "E003", "E004"]),
        (["E003", "E002", "E001"], ["E004", "E003", "E002"]),
    ],
)
def test_S3_swaps_rings_and_chains_are_resolved_in_one_run(
    customer: Customer, account: Account, before: list[str], after: list[str]
) -> None:
    crews = add_people(account, before)
    customer.sync()
    renumber(account, crews, after)

    answer = planned_and_synced(customer)

    assert ids(customer, *crews) == after
    assert logins(answer) == sorted(zip(before, after, strict=True))
    assert answer["employees"] == counted(updated=len(crews))
    assert (answer.code, answer["skipped"]) == (0, [])
    assert planned_and_synced(customer)["employees"] == counted(unchanged=len(crews))


def test_S3_nobody_ever_sees_a_parked_id(customer: Customer, account: Account) -> None:
    crews = add_people(account, ["E001", "E002", "E003"])
    customer.sync()
    renumber(account, crews, ["E002", "E003", "E001"])
    seen: set[str] = set()

    def look(number: int) -> None:
        try:
            seen.update(Employee.objects.values_list("employee_id", flat=True))
        finally:
            connection.close()

    account.before_page = look

    answer = customer.sync()

    told = [*AuditEntry.objects.values_list("object_label", "changes")]
    told += RunRecord.objects.values_list("label", "changes")
    assert all(is_valid_employee_id(text) for text in seen)
    assert "~" not in f"{told} {answer.data}"


def test_S3_the_audit_log_tells_each_change_of_login(customer: Customer, account: Account) -> None:
    crews = add_people(account, ["E001", "E002"])
    customer.sync()
    renumber(account, crews, ["E002", "E001"])
    AuditEntry.objects.all().delete()

    customer.sync()

    changes = AuditEntry.objects.values_list("object_id", "changes").order_by("object_id")
    pks = [customer.person(crew).pk for crew in crews]
    assert sorted(changes) == sorted(
        [
            (pks[0], {"employee_id": ["E001", "E002"]}),
            (pks[1], {"employee_id": ["E002", "E001"]}),
        ]
    )


def test_S4_a_hand_made_employee_blocks_the_whole_chain(
    customer: Customer, account: Account
) -> None:
    crews = add_people(account, ["E001", "E002", "E003"])
    EmployeeFactory(company=customer.company, employee_id="E004")
    customer.sync()
    renumber(account, crews, ["E002", "E003", "E004"])

    answer = planned_and_synced(customer)

    assert ids(customer, *crews) == ["E001", "E002", "E003"]
    assert said(answer) == sorted((crew, "employee_id_taken") for crew in crews)
    assert (answer["employees"], logins(answer)) == (counted(unchanged=3), [])


def test_S4_a_hand_made_employee_blocks_no_ring_beside_it(
    customer: Customer, account: Account
) -> None:
    crews = add_people(account, ["E001", "E002", "E003"])
    EmployeeFactory(company=customer.company, employee_id="E004")
    customer.sync()
    renumber(account, crews, ["E002", "E001", "E004"])

    answer = planned_and_synced(customer)

    assert ids(customer, *crews) == ["E002", "E001", "E003"]
    assert said(answer) == [(crews[2], "employee_id_taken")]
    assert answer["employees"] == counted(updated=2, unchanged=1)


@pytest.mark.parametrize("code", [None, "x", "E001"])
def test_S4_a_linked_holder_who_keeps_the_id_blocks_it(
    customer: Customer, account: Account, code: str | None
) -> None:
    holder, wanting = add_people(account, ["E001", "E002"])
    customer.sync()
    account.change_crew(holder, emp_code=code)
    account.change_crew(wanting, emp_code="E001", last_name="田中")

    answer = planned_and_synced(customer)

    assert ids(customer, holder, wanting) == ["E001", "E002"]
    assert customer.person(wanting).last_name == "田中"
    assert answer.reasons(wanting) == ["employee_id_taken"]
    assert answer["employees"] == counted(updated=1, unchanged=1)


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_S4_of_new_crews_the_smallest_id_gets_the_number(
    customer: Customer, account: Account, order: tuple[int, ...]
) -> None:
    for number in order:
        account.add_crew(id=crew_id(number), emp_code="E001")

    answer = planned_and_synced(customer)

    assert ids(customer, *map(crew_id, (1, 2, 3))) == ["E001", RANDOM, RANDOM]
    assert said(answer) == [(crew_id(n), "employee_id_taken") for n in (2, 3)]
    assert (answer["employees"], logins(answer)) == (counted(created=3), [])


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_S4_also_over_the_border_of_a_page(
    customer: Customer, account: Account, order: tuple[int, int]
) -> None:
    account.add_crew(id=crew_id(order[0]), emp_code="E001")
    for number in range(100):
        account.add_crew(emp_code=f"between-{number}")
    account.add_crew(id=crew_id(order[1]), emp_code="E001")

    answer = planned_and_synced(customer)

    assert ids(customer, crew_id(1), crew_id(2)) == ["E001", RANDOM]
    assert said(answer) == [(crew_id(2), "employee_id_taken")]
    assert (answer["employees"], logins(answer)) == (counted(created=102), [])
    created = RunRecord.objects.filter(outcome="created", smarthr_id=crew_id(2)).get()
    assert created.changes["employee_id"] == [None, customer.person(crew_id(2)).employee_id]
    assert customer.person(crew_id(2)).employee_id in created.label


@pytest.mark.parametrize("new", [1, 3])
def test_S4_the_present_holder_keeps_it_from_a_new_crew(
    customer: Customer, account: Account, new: int
) -> None:
    account.add_crew(id=crew_id(2), emp_code="E001")
    customer.sync()
    account.add_crew(id=crew_id(new), emp_code="E001")

    answer = planned_and_synced(customer)
    again = planned_and_synced(customer)

    assert ids(customer, crew_id(2), crew_id(new)) == ["E001", RANDOM]
    assert said(answer) == said(again) == [(crew_id(new), "employee_id_taken")]
    assert answer["employees"] == counted(created=1, unchanged=1)
    assert again["employees"] == counted(unchanged=2)


@pytest.mark.parametrize("new", [1, 3])
def test_S4_between_a_new_crew_and_one_that_changes_the_smaller_id_gets_it(
    customer: Customer, account: Account, new: int
) -> None:
    account.add_crew(id=crew_id(2), emp_code="E001")
    customer.sync()
    account.change_crew(crew_id(2), emp_code="E009")
    account.add_crew(id=crew_id(new), emp_code="E009")

    answer = planned_and_synced(customer)

    expected = ["E001", "E009"] if new == 1 else ["E009", RANDOM]
    changes = [] if new == 1 else [("E001", "E009")]
    assert ids(customer, crew_id(2), crew_id(new)) == expected
    assert said(answer) == [(crew_id(max(2, new)), "employee_id_taken")]
    assert logins(answer) == changes


def test_S4_a_new_crew_gets_what_its_holder_gives_up_in_the_same_run(
    customer: Customer, account: Account
) -> None:
    new = account.add_crew(id=crew_id(1), emp_code="E002")
    old = account.add_crew(id=crew_id(2), emp_code="E001")
    customer.sync()
    account.change_crew(old, emp_code="E003")
    late = account.add_crew(id=crew_id(3), emp_code="E001")

    answer = planned_and_synced(customer)

    assert ids(customer, new, old, late) == ["E002", "E003", "E001"]
    assert (logins(answer), answer["skipped"]) == ([("E001", "E003")], [])
    assert answer["employees"] == counted(created=1, updated=1, unchanged=1)


def test_S4_an_id_that_a_deletion_frees_is_given_in_the_same_run(
    customer: Customer, account: Account
) -> None:
    customer.configure("--deletion", "auto")
    old, changing, _ = add_people(account, ["E001", "E002", "E003"])
    customer.sync()
    account.delete_crew(old)
    account.change_crew(changing, emp_code="E001")
    new = account.add_crew(emp_code="E002")

    answer = planned_and_synced(customer)

    assert ids(customer, changing, new) == ["E001", "E002"]
    assert logins(answer) == [("E002", "E001")]
    assert answer["employees"] == counted(created=1, updated=1, unchanged=1, deleted=1)
    assert answer["skipped"] == []


def test_S4_E12_a_candidate_for_deletion_keeps_the_id_until_it_is_decided(
    customer: Customer, account: Account
) -> None:
    old, _ = add_people(account, ["E001", "E002"])
    customer.sync()
    account.delete_crew(old)
    new = account.add_crew(emp_code="E001")

    waiting = planned_and_synced(customer)
    customer.deletions("--approve")
    answer = planned_and_synced(customer)

    assert (waiting.code, said(waiting)) == (3, [(new, "employee_id_taken")])
    assert ids(customer, new) == ["E001"]
    assert (answer.code, [to for _, to in logins(answer)]) == (0, ["E001"])


def test_S4_an_id_that_is_free_later_is_given_by_the_next_sync(
    customer: Customer, account: Account
) -> None:
    hand_made = EmployeeFactory(company=customer.company, employee_id="E001")
    crew = account.add_crew(emp_code="E001")
    taken = planned_and_synced(customer)
    random = customer.person(crew).employee_id
    hand_made.delete()

    answer = planned_and_synced(customer)

    assert said(taken) == [(crew, "employee_id_taken")]
    assert ids(customer, crew) == ["E001"]
    assert (logins(answer), answer["skipped"]) == ([(random, "E001")], [])
    assert answer["employees"] == counted(updated=1)
