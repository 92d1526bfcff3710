"""What the imports of 社員, グループ and 名刺 have in common: planned batch by batch, then written.

A plan is made twice, for the preview and again, with the rows locked, for writing; only if both
are equal is anything kept (bulk.services.applying).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from bulk.planning.group_names import GroupNames, group_names
from bulk.planning.rows import PlannedRow
from bulk.reading.table import CellProblem, SheetRow, Table
from bulk.services.new_groups import NewGroups
from companies.audit import Actor
from companies.models import Company
from companies.set_based import batches
from employees.identifiers import is_valid_employee_id
from employees.models import Employee
from groups.queries import group_tree

BATCH: Final = 1000


class OneTimePassword(NamedTuple):
    employee_id: str
    name: str
    password: str


class Importer:
    """Reads its table anew for each plan."""

    def __init__(self, company: Company, table: Table, *, creates_groups: bool = False) -> None:
        self.company, self.table = company, table
        self.creates_groups = creates_groups
        self.one_time_passwords: list[OneTimePassword] = []
        self.names: GroupNames = group_names(group_tree(company))
        self.new_groups = NewGroups(company, self.names)

    def lock(self, people: Iterable[int]) -> None:
        """The people concerned, in one order like a sync; the company is locked already."""
        rows = Employee.objects.for_company(self.company)
        for batch in batches(sorted(set(people))):
            list(rows.filter(pk__in=batch).select_for_update().order_by("pk").values_list("pk"))

    def planned(self) -> Iterator[list[PlannedRow]]:
        """Every row that holds something, in batches. Raises Unreadable."""
        raise NotImplementedError

    def late_problems(self) -> Mapping[int, CellProblem]:
        """By number of the row: what is known only after all rows were planned."""
        return {}

    def write(self, rows: Sequence[PlannedRow], actor: Actor) -> None:
        """What the batch that was planned last wants."""
        raise NotImplementedError

    @property
    def new_group_paths(self) -> list[str]:
        """Of groups that no row of the file stands for."""
        return [self.names.path(group.pk) for group in self.names.new]


def usable_ids(codes: Iterable[str]) -> list[str]:
    """Those that somebody can have; what a database would not even take is left out."""
    return [code for code in codes if is_valid_employee_id(code)]


def values_of(rows: Iterable[SheetRow], column: int) -> list[str]:
    return [row.values[column] for row in rows]
