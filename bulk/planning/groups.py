"""A row of グループ: a new one, or one that exists already (B2, B4). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bulk.layouts import GROUPS
from bulk.planning.employees import ambiguous
from bulk.planning.group_names import MISSING, GroupNames
from bulk.planning.rows import PlannedRow, shortened
from bulk.reading.table import CellProblem, SheetRow
from groups.wanted import NAME_OF_PARENT, PARENT_DEFAULT, may_be_parent, problems_of_name

PARENT_MISSING: Final = (
    "親グループ「{}」がありません。親グループの行を加えるか、「親/子」の形を確認してください。"
)
TWICE: Final = "同じグループが{}行目にもあります。1つにしてください。"


@dataclass(slots=True)
class GroupPlanner:
    names: GroupNames
    creates_groups: bool
    cell: Callable[[int, int], str]
    _made_in: dict[int, int] = field(default_factory=dict)
    _done: dict[int, PlannedRow] = field(default_factory=dict)
    _waiting: dict[str, list[SheetRow]] = field(default_factory=lambda: defaultdict(list))

    def plan(self, rows: Sequence[SheetRow]) -> list[PlannedRow]:
        """All rows of the file: a parent may stand below its children."""
        for row in rows:
            self._decide(row)
        for row in rows:  # what still waits has a parent that no row makes
            if row.number not in self._done:
                self._settle(row)
        return [self._done[row.number] for row in rows]

    def _decide(self, row: SheetRow) -> None:
        """The row, and those that waited for the group that it makes."""
        ready = [row]
        while ready:
            row = ready.pop()
            found = MISSING if row.problems or not row.values[1] else self.names.find(row.values[1])
            if found.candidates:
                text = ambiguous(self.names, row.values[1], found.candidates)
                self._done[row.number] = self._wrong(row, 1, text)
            elif found.pk is None and row.values[1] and not row.problems:
                self._waiting[row.values[1]].append(row)
            else:
                self._done[row.number] = planned = self._row(row, found.pk)
                ready += self._woken_by(planned)

    def _settle(self, row: SheetRow) -> None:
        text = row.values[1]
        known = self.names.find(text).pk
        made = self.names.add_path(text) if known is None and self.creates_groups else known
        if made is None:
            self._done[row.number] = self._wrong(row, 1, PARENT_MISSING.format(shortened(text)))
            return
        self._done[row.number] = self._row(row, made)

    def _woken_by(self, planned: PlannedRow) -> list[SheetRow]:
        if not planned.keys:
            return []
        texts = self.names.texts(planned.keys[0])
        return [row for text in texts for row in self._waiting.pop(text, ())]

    def _row(self, row: SheetRow, parent: int | None) -> PlannedRow:
        name = row.values[0]
        planned = PlannedRow(row.number, label=shortened(name), errors=[*row.problems])
        if planned.errors:
            return planned
        known = self.names.child(name, parent)
        if known is None:
            known = self.names.child(name.strip(), parent)
        if known is not None and known in self._made_in:
            return self._wrong(row, 0, TWICE.format(self._made_in[known]))
        if known is not None and known >= 0:
            planned.target = known
            planned.is_linked = self.names.nodes[known].is_linked
            return planned
        name = name.strip()
        if problems := problems_of_name(name):
            return self._wrong(row, 0, problems[0].text)
        if parent is not None:
            above = self.names.nodes[parent]
            if not may_be_parent(above):  # G7
                return self._wrong(row, 1, PARENT_DEFAULT.format(above.name))
            if above.name == name:
                return self._wrong(row, 0, NAME_OF_PARENT.format(name))
        made = self.names.add(name, parent) if known is None else known
        self._made_in[made] = row.number
        planned.changes.append((GROUPS.labels[0], "", name))
        if parent is not None:
            planned.changes.append((GROUPS.labels[1], "", self.names.path(parent)))
        planned.keys = (made, parent)
        return planned

    def _wrong(self, row: SheetRow, column: int, text: str) -> PlannedRow:
        cell, shown = self.cell(row.number, column), shortened(row.values[column])
        label = shortened(row.values[0])
        return PlannedRow(row.number, label=label, errors=[CellProblem(column, cell, shown, text)])
