"""Which row of a person means which card, and what it would change. Pure.

Of one person: a row whose printed fields are all equal to a card's is that card (the k-th such row
the k-th such card). Rows that are left are changes of the cards that are left, those alike first;
rows beyond them are new cards. Fewer rows than cards left: nobody can tell which one is meant, and
the row is an error. So nothing of a card is overwritten but by a row that stands for it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bulk.choices import Verdict
from bulk.layouts import CARDS
from bulk.planning.rows import PlannedRow, of_verdict, shortened
from bulk.reading.table import CellProblem, SheetRow
from cards.models import PRINTED_FIELDS
from cards.printed import problems_of
from cards.services.cards import MOST_CARDS, TOO_MANY

Printed = tuple[str, ...]
ID_MISSING: Final = "社員IDを入力してください。"
NO_SUCH_PERSON: Final = "この社員IDの社員はいません。社員IDを確認してください。"
UNCLEAR: Final = (
    "この社員のほかの名刺の行がファイルにないため、どの名刺の変更か決められません。"
    "エクスポートしたファイルの、この社員の行をすべて残して直してください。"
)
MOST_COMPARED: Final = 10_000  # pairs beyond which order decides instead of likeness


class Card(NamedTuple):
    pk: int
    printed: Printed


class CardOwner(NamedTuple):
    pk: int
    label: str
    is_linked: bool


@dataclass(slots=True)
class CardPlanner:
    cell: Callable[[int, int], str]

    def plan(
        self, rows: Sequence[SheetRow], owner: CardOwner | None, cards: Sequence[Card]
    ) -> list[PlannedRow]:
        """All rows of one 社員ID."""
        if owner is None:
            return [self._nobodys(row) for row in rows]
        found, left, unused = _matched(rows, cards)
        if len(left) < len(unused):
            unclear, pairs = left, []
        else:
            unclear, pairs = [], alike(left, unused)
        found |= {row.number: card for row, card in pairs}
        left_places = MOST_CARDS - len(cards)
        planned = [self._row(row, owner, found.get(row.number)) for row in rows]
        for row in planned:
            if any(row.number == other.number for other in unclear) and not row.errors:
                row.errors.append(CellProblem(0, self.cell(row.number, 0), "", UNCLEAR))
        for row in of_verdict(planned, Verdict.NEW)[max(0, left_places) :]:
            row.errors.append(CellProblem(0, self.cell(row.number, 0), "", TOO_MANY))
        return planned

    def _nobodys(self, row: SheetRow) -> PlannedRow:
        code = row.values[0]
        planned = PlannedRow(row.number, label=shortened(code), errors=[*row.problems])
        if not any(problem.column == 0 for problem in row.problems):
            text = NO_SUCH_PERSON if code else ID_MISSING
            cell = self.cell(row.number, 0)
            planned.errors.append(CellProblem(0, cell, shortened(code), text))
        return planned

    def _row(self, row: SheetRow, owner: CardOwner, card: Card | None) -> PlannedRow:
        printed = row.values[1:]
        before = card.printed if card else ("",) * len(PRINTED_FIELDS)
        planned = PlannedRow(
            row.number,
            label=owner.label,
            is_linked=owner.is_linked,
            target=card.pk if card else None,
            person=owner.pk,
            errors=[*row.problems],
            wanted=(owner.pk, printed),
            keys=(owner.pk,),
        )
        for place, (old, new) in enumerate(zip(before, printed, strict=True), start=1):
            if old != new:
                planned.changes.append((CARDS.labels[place], old, new))
        if planned.changes or card is None:
            known = {problem.column for problem in planned.errors}
            for problem in problems_of(dict(zip(PRINTED_FIELDS, printed, strict=True))):
                place = PRINTED_FIELDS.index(problem.field) + 1
                if place not in known:
                    cell, shown = self.cell(row.number, place), shortened(row.values[place])
                    planned.errors.append(CellProblem(place, cell, shown, problem.text))
        return planned


def _matched(
    rows: Sequence[SheetRow], cards: Sequence[Card]
) -> tuple[dict[int, Card], list[SheetRow], list[Card]]:
    """Number of a row -> the equal card; the rows and the cards that are left."""
    waiting: dict[Printed, deque[Card]] = defaultdict(deque)
    for card in cards:
        waiting[card.printed].append(card)
    found: dict[int, Card] = {}
    left = []
    for row in rows:
        equal = waiting.get(row.values[1:])
        if equal and not row.problems:
            found[row.number] = equal.popleft()
        else:
            left.append(row)
    used = {card.pk for card in found.values()}
    return found, left, [card for card in cards if card.pk not in used]


def alike(rows: Sequence[SheetRow], cards: Sequence[Card]) -> list[tuple[SheetRow, Card]]:
    """A row for each card; the pairs with most equal fields first, then in order."""
    if len(rows) * len(cards) > MOST_COMPARED:
        return list(zip(rows, cards, strict=False))
    ranked = sorted(
        (-_equal_fields(row.values[1:], card.printed), first, second)
        for first, row in enumerate(rows)
        for second, card in enumerate(cards)
    )
    pairs: list[tuple[SheetRow, Card]] = []
    taken_rows: set[int] = set()
    taken_cards: set[int] = set()
    for _, first, second in ranked:
        if first not in taken_rows and second not in taken_cards:
            taken_rows.add(first)
            taken_cards.add(second)
            pairs.append((rows[first], cards[second]))
    return pairs


def _equal_fields(one: Printed, other: Printed) -> int:
    return sum(first == second for first, second in zip(one, other, strict=True))
