"""Which records here may be which of SmartHR's: tables and properties (T7, X8, X12)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.choices import MatchedBy
from integrations.smarthr.records import Department
from integrations.sync.plan_ties import (
    MOST_PAIRS,
    CrewThere,
    LinkedHere,
    PersonHere,
    RecordThere,
    Relink,
    department_paths,
    plan_first_import,
    plan_relink,
)

NUMBER, EMAIL, NAME, PATH = (
    MatchedBy.EMP_CODE,
    MatchedBy.EMAIL,
    MatchedBy.NAME,
    MatchedBy.PATH,
)


def uuid(number: int) -> UUID:
    return UUID(int=number)


def person(
    pk: int = 1, number: str = "a001", email: str = "", name: str = "佐藤 花子"
) -> PersonHere:
    return PersonHere(pk, number, email, name)


def crew(
    number: int = 1, code: str = "", email: str = "", name: str = "", *, retired: bool = False
) -> CrewThere:
    return CrewThere(uuid(number), f"従業員{number}", code, email, name, retired)


@pytest.mark.parametrize(
    ("here", "there", "matched"),
    [
        (person(number="00027"), crew(code="00027"), [NUMBER]),
        (person(number="00027"), crew(code=" 00027\n"), [NUMBER]),
        (person(number="a001"), crew(code="A001"), None),  # C5: exact
        (person(number="00027"), crew(code="27"), None),
        (person(email="Hanako@Example.com"), crew(email="hanako@example.COM"), [EMAIL]),
        (person(email=""), crew(email=""), None),
        (person(name="佐藤 花子"), crew(name="佐藤　花子"), [NAME]),
        (person(name="ｻﾄｳ 花子"), crew(name="サトウ花子"), [NAME]),
        (person(name="髙橋 花子"), crew(name="高橋 花子"), None),  # two names, not two spellings
        (person(name=" "), crew(name="　"), None),
        (
            person(number="00027", email="h@example.com"),
            crew(code="00027", email="h@example.com", name="佐藤 花子"),
            [NUMBER, EMAIL, NAME],
        ),
    ],
)
def test_T7_what_is_the_same(
    here: PersonHere, there: CrewThere, matched: list[MatchedBy] | None
) -> None:
    plan = plan_first_import([here], [there])

    assert [list(match.matched) for match in plan.matches] == ([] if matched is None else [matched])


def test_T7_each_pair_once_and_everybody_may_have_several() -> None:
    people = [
        person(1, "00001", "one@example.com", "佐藤 花子"),
        person(2, "00002", "two@example.com", "佐藤 花子"),
    ]
    crews = [
        crew(1, "00001", "two@example.com", "佐藤 花子"),
        crew(2, "X", "", "佐藤 花子"),
        crew(2, "X", "", "佐藤 花子"),  # shifted to the next page
    ]

    plan = plan_first_import(people, crews)

    assert {(m.pk, m.id.int): list(m.matched) for m in plan.matches} == {
        (1, 1): [NUMBER, NAME],
        (1, 2): [NAME],
        (2, 1): [EMAIL, NAME],
        (2, 2): [NAME],
    }
    assert len(plan.matches) == 4


def test_T7_counts_people_not_pairs() -> None:
    people = [
        person(1, "00001", "shared@example.com", "佐藤 花子"),
        person(2, "b", "shared@example.com", "鈴木 一郎"),
        person(3, "c", "", "田中 次郎"),
        person(4, "d", "", "誰とも 違う"),
    ]
    crews = [
        crew(1, "00001"),
        crew(2, "00001"),
        crew(3, "", "SHARED@example.com"),
        crew(4, name="田中次郎", retired=True),
    ]

    assert plan_first_import(people, crews).counts == {
        "crews": 4,
        "retired": 1,
        "handmade": 4,
        "same_number": 1,
        "same_email": 2,
        "same_name": 1,
        "crowded": 0,
    }


def test_T7_a_value_that_everybody_has_tells_nobody_apart() -> None:
    people = [person(pk, f"a{pk:04d}", "info@example.com", f"姓{pk}") for pk in range(1, 51)]
    crews = [
        crew(number, f"a{number:04d}" if number == 1 else "", "info@example.com")
        for number in range(1, 51)
    ]

    plan = plan_first_import(people, crews)

    assert [(m.pk, m.id.int, list(m.matched)) for m in plan.matches] == [(1, 1, [NUMBER, EMAIL])]
    assert (plan.counts["same_email"], plan.counts["crowded"]) == (50, 49)


texts = st.sampled_from(["", "a", "b", "A ", "ａ", " b"])
people_lists = st.lists(st.tuples(texts, texts, texts), max_size=8).map(
    lambda rows: [PersonHere(pk, f"id{pk}" + row[0], *row[1:]) for pk, row in enumerate(rows)]
)
crew_lists = st.lists(st.tuples(st.integers(0, 5), texts, texts, texts), max_size=8).map(
    lambda rows: [
        crew(number, f"id{number}" + code, email, name) for number, code, email, name in rows
    ]
)


@given(people_lists, crew_lists)
def test_T7_as_comparing_everybody_with_everybody(
    people: list[PersonHere], crews: list[CrewThere]
) -> None:
    plan = plan_first_import(people, crews)

    last = {one.id: one for one in crews}
    expected = {
        (here.pk, there.id): tuple(
            kind for kind, key in here.keys.items() if there.keys.get(kind) == key
        )
        for here in people
        for there in last.values()
        if here.keys.items() & there.keys.items()
    }
    assert {(match.pk, match.id): match.matched for match in plan.matches} == expected
    assert len(plan.matches) == len(expected)
    assert len(expected) <= MOST_PAIRS  # so that nothing above was left out as crowded


def test_T7_many_are_compared_in_no_time() -> None:
    crews = [
        crew(number, f"{number:06d}", f"e{number}@example.com", f"姓{number % 5000} 名")
        for number in range(100_000)
    ]
    people = [
        person(pk, f"{pk:06d}", f"E{pk}@example.com", f"姓{pk % 5000} 名") for pk in range(10_000)
    ]

    started = time.perf_counter()
    plan = plan_first_import(people, crews)

    assert time.perf_counter() - started < 10
    assert plan.counts["same_number"] == plan.counts["same_email"] == 10_000


# --- 付け替え -----------------------------------------------------------------------------------
def here(pk: int, key: str, identity: int | None = None) -> LinkedHere:
    return LinkedHere(pk, f"社員{pk}", uuid(identity or 1000 + pk), key)


def there(number: int, key: str) -> RecordThere:
    return RecordThere(uuid(number), f"従業員{number}", key)


def told(plan: Relink) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    return (
        [(match.pk, match.id.int) for match in plan.matches],
        [record.pk for record in plan.ambiguous],
        [record.pk for record in plan.unmatched],
    )


@pytest.mark.parametrize(
    ("linked", "account", "expected"),
    [
        ([here(1, "A")], [there(1, "A")], ([(1, 1)], [], [])),
        ([here(1, "A")], [there(1, "a")], ([], [], [1])),
        ([here(1, "")], [there(1, "")], ([], [], [1])),
        # Two on either side: nobody can tell.
        ([here(1, "A")], [there(1, "A"), there(2, "A")], ([], [1], [])),
        ([here(1, "A"), here(2, "A")], [there(1, "A")], ([], [1, 2], [])),
        ([here(1, "A"), here(2, "A")], [there(1, "B")], ([], [], [1, 2])),
        # Whoever is known stays, and nobody else gets that id.
        ([here(1, "A", identity=1)], [there(1, "A")], ([], [], [])),
        ([here(1, "B", identity=1), here(2, "A")], [there(1, "A")], ([], [], [2])),
        # A row that shifted between two pages is one record.
        ([here(1, "A")], [there(1, "A"), there(1, "A")], ([(1, 1)], [], [])),
    ],
)
def test_X12_exact_and_unmistakable_or_not_at_all(
    linked: list[LinkedHere],
    account: list[RecordThere],
    expected: tuple[list[tuple[int, int]], list[int], list[int]],
) -> None:
    assert told(plan_relink(linked, account, NUMBER)) == expected


def test_X12_a_match_keeps_the_former_id() -> None:
    plan = plan_relink([here(1, "A", identity=77)], [there(1, "A")], NUMBER)

    assert plan.matches[0].previous_id == uuid(77)
    assert plan.matches[0].matched == (NUMBER,)


linked_lists = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["", "A", "B", "C"])),
    max_size=8,
    unique_by=lambda row: row[0],
).map(lambda rows: [LinkedHere(pk, "", uuid(row[0]), row[1]) for pk, row in enumerate(rows)])
account_lists = st.lists(
    st.tuples(st.integers(6, 20), st.sampled_from(["", "A", "B", "C"])), max_size=8
).map(lambda rows: [there(*row) for row in rows])


@given(linked_lists, account_lists)
def test_X12_nobody_is_offered_twice_and_nobody_is_forgotten(
    linked: Sequence[LinkedHere], account: Sequence[RecordThere]
) -> None:
    plan = plan_relink(linked, account, NUMBER)

    known = {record.id for record in account}
    lacking = sorted(record.pk for record in linked if record.id not in known)
    offered, ambiguous, unmatched = told(plan)
    assert sorted([pk for pk, _ in offered] + ambiguous + unmatched) == lacking
    assert max(Counter(number for _, number in offered).values(), default=1) == 1
    assert not {match.id for match in plan.matches} & {record.id for record in linked}
    keys = {record.pk: record.key for record in linked}
    last = {record.id: record.key for record in account}
    assert all(keys[match.pk] == last[match.id] for match in plan.matches)


# --- paths ----------------------------------------------------------------------------------------
def department(number: int, name: str | None, parent: int | None = None) -> Department:
    return Department(
        id=uuid(number),
        read_at=datetime(2026, 4, 1, tzinfo=UTC),
        updated_at=None,
        name=name,
        parent_id=None if parent is None else uuid(parent),
        position=None,
    )


def test_X12_paths_of_departments() -> None:
    paths = department_paths(
        [
            department(3, "春日店", 2),
            department(2, "福岡/エリア", 1),
            department(1, "販売部門"),
            department(4, "孤児", 99),  # G6: top-level
            department(5, "輪", 6),
            department(6, "輪", 5),
            department(7, "輪の下", 6),
            department(8, None),
            department(9, "名なしの下", 8),
        ]
    )

    assert {key.int: path for key, path in paths.items()} == {
        1: ("販売部門",),
        2: ("販売部門", "福岡/エリア"),
        3: ("販売部門", "福岡/エリア", "春日店"),
        4: ("孤児",),
    }


def test_X12_a_deep_tree_needs_no_recursion() -> None:
    chain = [department(n, f"部{n}", n - 1 if n > 1 else None) for n in range(1, 3001)]

    assert len(department_paths(reversed(chain))[uuid(3000)]) == 3000
