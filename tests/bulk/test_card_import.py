"""Rows of 名刺: which card a row means, and that nothing of a card is ever lost (B2, B5, O5)."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk.choices import Verdict
from bulk.planning import cards as texts
from bulk.planning.cards import Card, CardOwner, CardPlanner
from bulk.reading.table import SheetRow
from cards.models import PRINTED_FIELDS, BusinessCard
from cards.person import present_values
from cards.printed import LAST_NAME_MISSING, too_many_characters
from cards.services.cards import MOST_CARDS, TOO_MANY
from companies.models import AuditEntry
from employees.models import Employee
from tests.bulk.imports import Importing
from tests.bulk.test_export import HEADINGS
from tests.bulk.workbooks import book
from tests.factories import BusinessCardFactory, EmployeeFactory, LinkedEmployeeFactory

OWNER = CardOwner(7, "佐藤 花子（00027）", is_linked=False)
Titles = list[str]


def printed(title: str, mobile: str = "") -> tuple[str, ...]:
    values = {"title": title, "mobile": mobile, "last_name": "佐藤"}
    return tuple(values.get(name, "") for name in PRINTED_FIELDS)


def plan(rows: list[tuple[str, ...]], cards: list[tuple[str, ...]]) -> list[tuple[str, int | None]]:
    """Of each row: the verdict, and the place of the card among `cards`."""
    planned = CardPlanner(lambda number, column: f"{number}/{column}").plan(
        [SheetRow(number, ("00027", *row)) for number, row in enumerate(rows)],
        OWNER,
        [Card(place, card) for place, card in enumerate(cards)],
    )
    return [(str(row.verdict), row.target) for row in planned]


@pytest.mark.parametrize(
    ("rows", "cards", "found"),
    [
        (["a"], ["a"], [("unchanged", 0)]),
        (["b"], ["a"], [("changed", 0)]),
        (["a", "b"], ["a"], [("unchanged", 0), ("new", None)]),
        (["b", "a"], ["a"], [("new", None), ("unchanged", 0)]),
        (["a", "a"], ["a", "a"], [("unchanged", 0), ("unchanged", 1)]),
        (["a", "a"], ["a"], [("unchanged", 0), ("new", None)]),
        (["a", "c"], ["a", "b"], [("unchanged", 0), ("changed", 1)]),
        (["b", "a"], ["a", "b"], [("unchanged", 1), ("unchanged", 0)]),
        (["c", "d"], ["a", "b"], [("changed", 0), ("changed", 1)]),
        (["a"], ["a", "b"], [("unchanged", 0)]),
        (["c"], ["a", "b"], [("error", None)]),
        (["a", "d"], ["a", "b", "c"], [("unchanged", 0), ("error", None)]),
        (["a"], [], [("new", None)]),
    ],
)
def test_B2_a_row_means_a_card(
    rows: Titles, cards: Titles, found: list[tuple[str, int | None]]
) -> None:
    assert plan([printed(row) for row in rows], [printed(card) for card in cards]) == found


def test_a_changed_row_means_the_card_that_is_most_alike() -> None:
    cards = [printed("課長", "090-1"), printed("部長", "090-2")]
    rows = [printed("本部長", "090-2"), printed("次長", "090-1")]

    assert plan(rows, cards) == [("changed", 1), ("changed", 0)]


some = st.lists(st.sampled_from("abcd").map(printed), max_size=5)


@given(some, some)
def test_B5_no_card_is_lost_or_meant_twice(
    rows: list[tuple[str, ...]], cards: list[tuple[str, ...]]
) -> None:
    planned = plan(rows, cards)
    targets = [target for _, target in planned if target is not None]
    after = dict(enumerate(cards))
    after |= {
        target: row for row, (_, target) in zip(rows, planned, strict=True) if target is not None
    }
    made = [row for row, (verdict, _) in zip(rows, planned, strict=True) if verdict == Verdict.NEW]

    assert len(targets) == len(set(targets))
    if all(verdict != Verdict.ERROR for verdict, _ in planned):
        # A card that is gone from the file was overwritten by a row that no other card equals.
        assert not Counter(rows) - Counter([*after.values(), *made])
        if len(rows) >= len(cards):
            assert Counter([*after.values(), *made]) == Counter(rows)


def cards(*rows: tuple[str, ...]) -> bytes:
    return book("名刺", HEADINGS, *rows)


def titles(person: Employee) -> list[str]:
    found = BusinessCard.objects.for_company(person.company).filter(employee=person)
    return list(found.order_by("pk").values_list("title", flat=True))


def test_O5_cards_are_created_and_changed(importing: Importing) -> None:
    person = LinkedEmployeeFactory(company=importing.company, employee_id="00027")
    card = BusinessCardFactory(employee=person, title="課長", last_name="佐藤")
    other = EmployeeFactory(company=importing.company, employee_id="00028")

    content = cards(
        ("00027", *printed("部長")), ("00028", *printed("主任")), ("00027", *printed("講師"))
    )
    assert importing.counts("cards", content) == (2, 1, 0)

    assert (titles(person), titles(other)) == (["部長", "講師"], ["主任"])
    entry = AuditEntry.objects.for_company(importing.company).get(
        object_id=card.pk, action="updated"
    )
    assert (entry.actor_kind, entry.changes) == ("import", {"title": ["課長", "部長"]})
    card.refresh_from_db()
    assert card.updated_at > card.created_at
    made = BusinessCard.objects.for_company(importing.company).get(title="主任")
    assert made.taken_over == present_values(other, [])


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (("99999", *printed("部長")), "社員ID", "A2：" + texts.NO_SUCH_PERSON),
        (("", *printed("部長")), "社員ID", "A2：" + texts.ID_MISSING),
        (("00027", *printed("長" * 256)), "肩書き", "D2：" + too_many_characters("title")),
        (
            ("00027", *printed("二\n行")),
            "肩書き",
            "D2：肩書きに改行などの使えない文字が含まれています。取り除いて入力してください。",
        ),
        (("00027", *[""] * len(PRINTED_FIELDS)), "姓", "E2：" + LAST_NAME_MISSING),
    ],
)
def test_B5_a_bad_row_is_told_with_its_cell(
    importing: Importing, row: tuple[str, ...], column: str, message: str
) -> None:
    EmployeeFactory(company=importing.company, employee_id="00027")

    assert importing.refused("cards", cards(row)) == [(2, column, message)]


def test_B5_an_unclear_row_is_an_error(importing: Importing) -> None:
    person = EmployeeFactory(company=importing.company, employee_id="00027")
    for title in "ab":
        BusinessCardFactory(employee=person, title=title, last_name="佐藤")

    found = importing.refused("cards", cards(("00027", *printed("c"))))

    assert found == [(2, "社員ID", "A2：" + texts.UNCLEAR)]
    assert titles(person) == ["a", "b"]


def test_C1_another_companys_people_have_no_cards_here(importing: Importing) -> None:
    EmployeeFactory(employee_id="00027")

    assert importing.refused("cards", cards(("00027", *printed("部長"))))


def test_a_person_has_at_most_so_many_cards(importing: Importing) -> None:
    EmployeeFactory(company=importing.company, employee_id="00027")
    rows = [("00027", *printed(f"{number}")) for number in range(MOST_CARDS + 1)]

    found = importing.refused("cards", cards(*rows))

    assert found == [(MOST_CARDS + 2, "社員ID", f"A{MOST_CARDS + 2}：{TOO_MANY}")]
    assert importing.counts("cards", cards(*rows[:-1])) == (MOST_CARDS, 0, 0)
