"""What holds for every list of crews and departments, whatever their order and page borders."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from employees.choices import Role
from employees.identifiers import is_valid_employee_id
from integrations.choices import DeletionPolicy, Outcome, RetiredPolicy, RunKind, RunStatus
from integrations.smarthr.records import Crew, Department
from integrations.sync.memory import MemoryLedger, Records
from integrations.sync.types import Holder
from tests.integrations.sync.lists import DEFAULT_GROUP, READ_AT, Lists, empty_company, sync

CODES = [None, "", "x", "社員1", " 00027 ", *(f"{number:05}" for number in range(40))]
EMAILS = [None, "", "nobody", "a..b@example.ne.jp", "hanako@example.com"]
ids = st.integers(min_value=1, max_value=2**128 - 1).map(lambda number: UUID(int=number))
chances = st.integers(min_value=0, max_value=2**32)
pages = st.integers(min_value=1, max_value=120)


@st.composite
def crew_lists(draw: st.DrawFn, max_size: int = 300) -> list[Crew]:
    """Crews with contested, invalid and missing numbers, gaps and retired people."""
    keys = draw(st.lists(ids, unique=True, min_size=1, max_size=max_size))
    chance = random.Random(draw(chances))
    return [_crew(key, chance) for key in keys]


def _crew(key: UUID, chance: random.Random) -> Crew:
    return Crew(
        id=key,
        read_at=READ_AT,
        updated_at=READ_AT - timedelta(days=1),
        emp_code=chance.choice(CODES),
        emp_status=chance.choice(["employed", "employed", "absent", "retired"]),
        last_name=chance.choice(["佐藤", "髙橋", "﨑田", ""]),
        first_name=chance.choice(["花子", "一郎", None]),
        email=chance.choice(EMAILS),
        birth_at=chance.choice(["1990-01-02", "1985-12-31", None, "2999-01-01"]),
        departments=None,
    )


def _changed(crews: Sequence[Crew], chance: random.Random) -> list[Crew]:
    """The same people an hour later: numbers moved around, some gone."""
    later = [
        replace(
            crew,
            read_at=READ_AT + timedelta(hours=1),
            updated_at=READ_AT + timedelta(minutes=1),
            emp_code=chance.choice([crew.emp_code, *CODES]),
            email=chance.choice(EMAILS),
        )
        for crew in crews
    ]
    return later if len(later) < 3 else later[: len(later) - chance.randrange(2)]


def _state(ledger: MemoryLedger) -> dict[UUID, Any]:
    """What people see, with random 社員ID as "random"."""
    return {
        crew: (
            person.employee_id if "emp_code" in person.source and _has_wish(person) else "random",
            person.last_name,
            person.first_name,
            person.email,
            person.group_id,
            person.is_active,
        )
        for crew, person in ledger.records.people.items()
    }


def _has_wish(person: Any) -> bool:
    return bool(person.employee_id == person.source["emp_code"])


def _reasons(ledger: MemoryLedger) -> set[tuple[str, str]]:
    return {(line.smarthr_id, str(note.reason)) for line in ledger.lines for note in line.notes}


@settings(max_examples=60)
@given(crews=crew_lists(), chance=chances, first=pages, second=pages)
def test_result_depends_on_neither_order_nor_page_borders(
    crews: list[Crew], chance: int, first: int, second: int
) -> None:
    shuffled = list(crews)
    random.Random(chance).shuffle(shuffled)

    one, _ = sync(empty_company(), Lists(crews, page_size=first))
    other, _ = sync(empty_company(), Lists(shuffled, page_size=second))

    assert _state(one) == _state(other)
    assert one.counts == other.counts
    assert _reasons(one) == _reasons(other)


@settings(max_examples=40)
@given(crews=crew_lists(), chance=chances, first=pages, second=pages)
def test_change_depends_on_neither_order_nor_page_borders(
    crews: list[Crew], chance: int, first: int, second: int
) -> None:
    start, _ = sync(empty_company(), Lists(crews))
    changed = _changed(crews, random.Random(chance))
    shuffled = list(changed)
    random.Random(chance + 1).shuffle(shuffled)

    one, _ = sync(start.records, Lists(changed, page_size=first))
    other, _ = sync(start.records, Lists(shuffled, page_size=second))

    assert {
        c: p.employee_id for c, p in one.records.people.items() if c in start.records.people
    } == {c: p.employee_id for c, p in other.records.people.items() if c in start.records.people}
    assert _state(one) == _state(other)
    assert one.counts == other.counts
    assert _reasons(one) == _reasons(other)


@settings(max_examples=40)
@given(crews=crew_lists(), chance=chances, size=pages)
def test_second_run_over_unchanged_data_changes_nothing(
    crews: list[Crew], chance: int, size: int
) -> None:
    first, _ = sync(empty_company(), Lists(crews, page_size=size))
    again = [replace(crew, read_at=READ_AT + timedelta(hours=1)) for crew in crews]

    second, _ = sync(first.records, Lists(again, page_size=size))

    assert second.records.people == first.records.people
    assert second.counts["employees"]["created"] == 0
    assert second.counts["employees"]["updated"] == 0
    assert [line for line in second.lines if line.changes] == []


@settings(max_examples=60)
@given(crews=crew_lists(), chance=chances, size=pages)
def test_C5_employee_ids_are_always_valid_and_unique(
    crews: list[Crew], chance: int, size: int
) -> None:
    company = _with_hand_made(empty_company())

    first, _ = sync(company, Lists(crews, page_size=size))
    changed = _changed(crews, random.Random(chance))
    second, _ = sync(first.records, Lists(changed, page_size=size))

    for ledger in (first, second):
        taken = [person.employee_id for person in ledger.records.people.values()]
        taken += list(company.others)
        assert len(taken) == len(set(taken))
        assert all(is_valid_employee_id(employee_id) for employee_id in taken)


def _with_hand_made(company: Records) -> Records:
    for number in (3, 7, 11):
        code = f"{number:05}"
        company.others[code] = Holder(pk=1000 + number, name="手作り", smarthr_id=None)
    return company


@settings(max_examples=60)
@given(crews=crew_lists(), size=pages, retired=st.sampled_from(list(RetiredPolicy)))
def test_counts_add_up_to_the_records_read(
    crews: list[Crew], size: int, retired: RetiredPolicy
) -> None:
    ledger, _ = sync(empty_company(), Lists(crews, page_size=size), retired=retired)

    counts = ledger.counts["employees"]
    read = sum(counts[key] for key in ("created", "updated", "unchanged", "skipped"))
    assert read == len({crew.id for crew in crews})
    left_out = {line.smarthr_id for line in ledger.lines if line.outcome == Outcome.LEFT_OUT}
    assert counts["skipped"] == len(left_out)
    assert all(person.role == Role.APPLICANT for person in ledger.records.people.values())  # E4


@settings(max_examples=40)
@given(crews=crew_lists(max_size=120), chance=chances, share=st.floats(0, 1))
def test_E12_no_run_deletes_more_than_the_limit(
    crews: list[Crew], chance: int, share: float
) -> None:
    start, _ = sync(empty_company(), Lists(crews))
    kept = list(crews)
    random.Random(chance).shuffle(kept)
    kept = kept[: max(1, int(len(kept) * share))]
    linked = len(start.records.people)
    gone = linked - sum(1 for crew in kept if crew.id in start.records.people)

    later = Lists(kept, read_at=READ_AT + timedelta(hours=1))
    after, ending = sync(start.records, later, deletion=DeletionPolicy.AUTO)

    limit = min(10, max(1, linked // 20))
    assert after.counts["employees"]["deleted"] == (gone if gone <= limit else 0)
    assert ending.status == (RunStatus.SUCCEEDED if gone <= limit else RunStatus.NEEDS_CONFIRMATION)


@st.composite
def department_lists(draw: st.DrawFn) -> list[Department]:
    """Departments with cycles, unknown parents and missing names."""
    keys = draw(st.lists(ids, unique=True, min_size=1, max_size=200))
    chance = random.Random(draw(chances))
    strange = UUID(int=2**128 - 1)
    return [
        Department(
            id=key,
            read_at=READ_AT,
            updated_at=READ_AT - timedelta(days=1),
            name=chance.choice(["営業部", "開発部", "", None]),
            parent_id=chance.choice([None, strange, *chance.choices(keys, k=4)]),
            position=chance.choice([None, 1, 2, 3]),
        )
        for key in keys
    ]


@settings(max_examples=80)
@given(departments=department_lists(), chance=chances, first=pages, second=pages)
def test_G6_groups_are_always_a_forest_whatever_the_order(
    departments: list[Department], chance: int, first: int, second: int
) -> None:
    shuffled = list(departments)
    random.Random(chance).shuffle(shuffled)

    one, _ = _sync_departments(departments, first)
    other, _ = _sync_departments(shuffled, second)

    assert _tree(one) == _tree(other)
    assert one.counts == other.counts
    assert _reasons(one) == _reasons(other)
    for group in one.records.groups.values():
        assert _reaches_the_top(group.pk, one)


@settings(max_examples=60)
@given(departments=department_lists(), chance=chances)
def test_G6_changed_trees_stay_forests_and_settle(
    departments: list[Department], chance: int
) -> None:
    start, _ = _sync_departments(departments, 100)
    dice = random.Random(chance)
    changed = [
        replace(
            department,
            read_at=READ_AT + timedelta(hours=1),
            updated_at=READ_AT,
            parent_id=dice.choice([None, department.parent_id, dice.choice(departments).id]),
            name=dice.choice([department.name, "総務部", ""]),
        )
        for department in departments
    ]

    after, _ = sync(start.records, Lists([], changed), kind=RunKind.DEPARTMENTS)
    again, _ = sync(after.records, Lists([], changed), kind=RunKind.DEPARTMENTS)

    assert all(_reaches_the_top(group.pk, after) for group in after.records.groups.values())
    assert again.records.groups == after.records.groups
    assert again.counts["departments"]["updated"] == 0


def _sync_departments(departments: list[Department], size: int) -> tuple[MemoryLedger, Any]:
    lists = Lists([], departments, page_size=size)
    return sync(empty_company(), lists, kind=RunKind.DEPARTMENTS)


def _tree(ledger: MemoryLedger) -> dict[UUID | None, Any]:
    groups = ledger.records.groups
    return {
        group.smarthr_id: (
            group.name,
            group.position,
            groups[group.parent_id].smarthr_id if group.parent_id else None,
        )
        for group in groups.values()
    }


def _reaches_the_top(pk: int, ledger: MemoryLedger) -> bool:
    steps, node = 0, ledger.records.groups[pk]
    while node.parent_id is not None and steps <= len(ledger.records.groups):
        node = ledger.records.groups[node.parent_id]
        steps += 1
    return node.parent_id is None and DEFAULT_GROUP in ledger.records.groups
