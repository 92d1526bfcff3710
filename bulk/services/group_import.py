"""Import of グループ (B2, B4): creates, and leaves what exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bulk.planning.groups import GroupPlanner
from bulk.planning.rows import PlannedRow
from bulk.services.importers import BATCH, Importer
from companies.audit import Actor
from companies.set_based import batches


class GroupImporter(Importer):
    """The whole tree is planned at once: a parent may stand below its children."""

    def planned(self) -> Iterator[list[PlannedRow]]:
        rows = list(self.table.rows())
        planner = GroupPlanner(self.names, self.creates_groups, self.table.cell)
        planned = planner.plan(rows)
        self._rows_of_file = {row.keys[0] for row in planned if row.keys}
        yield from batches(planned, BATCH)

    def write(self, rows: Sequence[PlannedRow], actor: Actor) -> None:
        self.new_groups.make(actor)

    @property
    def new_group_paths(self) -> list[str]:
        extra = [group for group in self.names.new if group.pk not in self._rows_of_file]
        return [self.names.path(group.pk) for group in extra]
