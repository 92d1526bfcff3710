"""Import of 社員 (B3, B4, C3, C6, X5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bulk.choices import Verdict
from bulk.planning.employees import LAST_ADMINISTRATOR, ROLE, EmployeePlanner, Person
from bulk.planning.rows import PlannedRow, of_verdict
from bulk.reading.table import CellProblem, SheetRow, Table
from bulk.services.importers import (
    BATCH,
    Importer,
    OneTimePassword,
    usable_ids,
    values_of,
)
from companies.audit import Actor
from companies.models import Company
from companies.set_based import batches
from employees.choices import Role
from employees.models import Employee
from employees.services.records import Changed, change_employees, create_employees
from employees.wanted import Current, Wanted

_FIELDS = (
    "pk",
    "employee_id",
    "last_name",
    "first_name",
    "email",
    "group_id",
    "role",
    "smarthr_id",
    "is_initial_password",
    "is_active",
)


class EmployeeImporter(Importer):
    def __init__(self, company: Company, table: Table, *, creates_groups: bool = False) -> None:
        super().__init__(company, table, creates_groups=creates_groups)
        default = next(pk for pk, node in self.names.nodes.items() if node.is_default)
        self._planner = EmployeePlanner(
            names=self.names,
            company_code=company.code,
            creates_groups=creates_groups,
            default_group=default,
            cell=table.cell,
        )
        people = Employee.objects.for_company(company)
        self._able = set(people.able_administrators().values_list("pk", flat=True))
        self._lowered: dict[int, CellProblem] = {}

    def planned(self) -> Iterator[list[PlannedRow]]:
        seen: dict[str, int] = {}
        gains = False
        for batch in batches(self.table.rows(), BATCH):
            people = self._people(values_of(batch, 0))
            planned = []
            for row in batch:
                code = row.values[0]
                person = people.get(code)
                plan = self._planner.plan(row, person, first_seen=seen.get(code) if code else None)
                seen.setdefault(code, row.number)
                planned.append(plan)
                gains |= self._watch_administrators(plan, person, row)
            yield planned
        if gains:
            self._lowered.clear()

    def late_problems(self) -> Mapping[int, CellProblem]:
        """C6: rows that would leave nobody who can administrate."""
        return {} if self._able else self._lowered

    def write(self, rows: Sequence[PlannedRow], actor: Actor) -> None:
        self.new_groups.make(actor)
        new = [self._wanted(row) for row in of_verdict(rows, Verdict.NEW)]
        if new:
            made = create_employees(company=self.company, wanted=new, actor=actor, fast_hash=True)
            self._keep_passwords(made)
        changed = {
            row.target: self._wanted(row)
            for row in of_verdict(rows, Verdict.CHANGED)
            if row.target is not None
        }
        if changed:
            done = change_employees(
                company=self.company,
                wanted=changed,
                actor=actor,
                fast_hash=True,
                keeps_administrator=False,  # once, at the end
            )
            self._keep_passwords(done)

    def _wanted(self, row: PlannedRow) -> Wanted:
        wanted: Wanted = row.wanted
        return replace(wanted, group_id=self.new_groups.key_of(wanted.group_id))

    def _keep_passwords(self, done: Changed) -> None:
        self.one_time_passwords += [
            OneTimePassword(person.employee_id, person.full_name, password)
            for person in done.employees
            if (password := done.one_time_passwords.get(person.pk))
        ]

    def _watch_administrators(self, plan: PlannedRow, person: Person | None, row: SheetRow) -> bool:
        """Whether the row makes one who can log in; remembers those that are lowered."""
        role = plan.wanted.role if plan.wanted and not plan.errors else None
        if role is None:
            return False
        if role is Role.ADMINISTRATOR:
            return person is None or (person.is_active and person.pk not in self._able)
        if person and person.pk in self._able:
            self._able.discard(person.pk)
            cell = self.table.cell(row.number, ROLE)
            self._lowered[row.number] = CellProblem(
                ROLE, cell, row.values[ROLE], LAST_ADMINISTRATOR
            )
        return False

    def _people(self, codes: Iterable[str]) -> dict[str, Person]:
        found = {}
        for batch in batches(usable_ids(codes)):
            people = Employee.objects.for_company(self.company).filter(employee_id__in=batch)
            for row in people.values_list(*_FIELDS):
                found[row[1]] = _person(*row)
        return found


def _person(
    pk: int,
    employee_id: str,
    last_name: str,
    first_name: str,
    email: str,
    group_id: int,
    role: str,
    smarthr_id: object,
    is_initial_password: bool,
    is_active: bool,
) -> Person:
    current = Current(
        employee_id=employee_id,
        last_name=last_name,
        first_name=first_name,
        email=email,
        group_id=group_id,
        role=Role(role),
        is_linked=smarthr_id is not None,
        has_initial_password=is_initial_password,
    )
    return Person(pk, current, is_active)
