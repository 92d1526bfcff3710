"""A ledger in memory: what a dry run plans on, and what tests of the plan run on (X1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from uuid import UUID

from employees.choices import Role
from employees.identifiers import random_employee_id
from integrations.choices import Outcome, Phase, RunKind, Subject
from integrations.smarthr.records import Crew, Page
from integrations.sync.kept_lines import KeptLines
from integrations.sync.ledger import ALWAYS_THERE, Ledger, StoredPage
from integrations.sync.types import GroupPlan, GroupRow, Holder, Person, PersonPlan, SyncSettings


@dataclass(slots=True)
class Records:
    """A company's records, as far as a sync reads them."""

    groups: dict[int, GroupRow] = field(default_factory=dict)
    people: dict[UUID, Person] = field(default_factory=dict)
    # 社員ID -> name and primary key of employees that are not linked.
    others: dict[str, Holder] = field(default_factory=dict)
    # 管理者 who can log in, linked or not.
    administrators: set[int] = field(default_factory=set)
    tombstones: dict[UUID, datetime] = field(default_factory=dict)
    pending: dict[Subject, set[UUID]] = field(
        default_factory=lambda: {subject: set() for subject in Subject}
    )
    dismissed: dict[Subject, set[UUID]] = field(
        default_factory=lambda: {subject: set() for subject in Subject}
    )
    account_unchecked: bool = False
    watermark: datetime | None = None
    reported: set[UUID] = field(default_factory=set)


class MemoryLedger(KeptLines, Ledger):
    def __init__(self, kind: RunKind, settings: SyncSettings, records: Records) -> None:
        super().__init__(kind, settings)
        self.forget_lines()
        self.records = records
        self._pages: dict[tuple[Phase, int, int], StoredPage] = {}
        self._created: set[UUID] = set()
        # No row has a negative key; records that came from another ledger may.
        known = [*records.groups, *(person.pk for person in records.people.values()), 0]
        self._new_keys = count(min(known) - 1, -1)
        self._holders = dict(records.others)
        for crew, person in records.people.items():
            self._holders[person.employee_id] = _holder(person, crew, created=False)

    def step(self, work: Callable[[], None]) -> None:
        work()

    def lock_company(self) -> None:
        """Nobody else works on these records."""

    # --- pages ------------------------------------------------------------------------------
    def save_page(self, page: StoredPage) -> None:
        self._pages[(page.phase, page.reading, page.number)] = page

    def pages(self, phase: Phase, reading: int | None = None) -> Sequence[StoredPage]:
        keys = sorted(key for key in self._pages if key[0] == phase and reading in (None, key[1]))
        return [self._pages[key] for key in keys]

    def hold_page(self, page: Page[Crew]) -> None:
        """Nobody takes over a dry run."""

    def page_in_hand(self) -> Page[Crew] | None:
        return None

    # --- groups -----------------------------------------------------------------------------
    def groups(self) -> Sequence[GroupRow]:
        return list(self.records.groups.values())

    def write_groups(self, plans: Sequence[GroupPlan]) -> None:
        keys = {g.smarthr_id: g.pk for g in self.records.groups.values() if g.smarthr_id}
        for plan in plans:
            if plan.outcome not in (Outcome.CREATED, Outcome.UPDATED):
                continue
            department = UUID(plan.smarthr_id)
            pk = plan.group.pk if plan.group else next(self._new_keys)
            keys[department] = pk
            self.records.groups[pk] = GroupRow(
                pk=pk,
                name=plan.name,
                parent_id=keys[plan.parent] if plan.parent else None,
                position=plan.position,
                smarthr_id=department,
                source_updated_at=plan.source_updated_at,
                source_read_at=plan.source_read_at,
            )

    def delete_groups(self, groups: Sequence[GroupRow]) -> None:
        gone = {group.pk for group in groups}
        default = next(g.pk for g in self.records.groups.values() if g.is_default)
        before = dict(self.records.groups)
        for pk, group in before.items():
            if pk in gone:
                del self.records.groups[pk]
                if group.smarthr_id is not None:
                    self.drop_candidates(Subject.GROUP, [group.smarthr_id])
            elif group.parent_id in gone:
                self.records.groups[pk] = replace(group, parent_id=_survivor(group, before, gone))
        for crew, person in self.records.people.items():
            if person.group_id in gone:
                self.records.people[crew] = replace(person, group_id=default)

    # --- people -----------------------------------------------------------------------------
    def people(self, crews: Collection[UUID]) -> dict[UUID, Person]:
        known = self.records.people
        return {crew: known[crew] for crew in crews if crew in known}

    def linked_crews(self) -> dict[UUID, datetime | None]:
        return {crew: person.source_read_at for crew, person in self.records.people.items()}

    def linked_having(self, attribute: str) -> int:
        people: Iterable[Person] = self.records.people.values()
        if attribute in ALWAYS_THERE:
            return len(self.records.people)
        if attribute == "email":
            return sum(1 for person in people if person.email)
        key = "department" if attribute == "departments" else attribute
        return sum(1 for person in people if key in person.source)

    def tombstones(self, crews: Collection[UUID]) -> dict[UUID, datetime]:
        known = self.records.tombstones
        return {crew: known[crew] for crew in crews if crew in known}

    def holders(self, employee_ids: Collection[str]) -> dict[str, Holder]:
        return {code: self._holders[code] for code in employee_ids if code in self._holders}

    def able_administrators(self) -> set[int]:
        return set(self.records.administrators)

    def random_id(self) -> str:
        return random_employee_id(self._holders)

    def write_people(self, plans: Sequence[PersonPlan]) -> dict[str, int]:
        created: dict[str, int] = {}
        for plan in plans:
            crew = UUID(plan.smarthr_id)
            if plan.person is None:
                person = _new_person(next(self._new_keys), crew, plan)
                created[plan.smarthr_id] = person.pk
                self._created.add(crew)
                self._holders[person.employee_id] = _holder(person, crew, created=True)
            else:
                person = replace(self.records.people[crew], **plan.values)
            self.records.people[crew] = person
            if person.role == Role.ADMINISTRATOR and person.is_active:
                self.records.administrators.add(person.pk)
            else:
                self.records.administrators.discard(person.pk)
        return created

    def move_ids(self, moves: Mapping[UUID, str], *, provisional: Collection[UUID]) -> None:
        for crew in moves:
            del self._holders[self.records.people[crew].employee_id]
        for crew, code in moves.items():
            person = replace(self.records.people[crew], employee_id=code)
            self.records.people[crew] = person
            self._holders[code] = _holder(person, crew, created=crew in self._created)

    def login_allowance(self) -> int:
        return len(self.records.people)  # a person looks on

    def held_logins(self) -> dict[UUID, str]:
        return {}

    def hold_logins(self, held: Mapping[UUID, str]) -> None:
        """Nobody is held: a person looks on."""

    def note_login_changes(self, crews: Collection[UUID]) -> None:
        """Nothing is counted: a person looks on."""

    def delete_person(self, person: Person) -> bool:
        if self.records.administrators == {person.pk}:
            return False
        self.records.administrators.discard(person.pk)
        del self.records.people[person.smarthr_id]
        del self._holders[person.employee_id]
        self.records.pending[Subject.EMPLOYEE].discard(person.smarthr_id)
        return True

    def delete_people(self, people: Sequence[Person]) -> None:
        for person in people:
            self.delete_person(person)

    # --- deletion candidates ----------------------------------------------------------------
    def pending(self, subject: Subject) -> set[UUID]:
        return set(self.records.pending[subject])

    def dismissed(self, subject: Subject) -> set[UUID]:
        return set(self.records.dismissed[subject])

    def propose(self, subject: Subject, records: Mapping[UUID, int]) -> None:
        self.records.pending[subject] |= set(records)

    def drop_candidates(
        self, subject: Subject, answered: Collection[UUID], *, before: datetime | None = None
    ) -> None:
        self.records.pending[subject] -= set(answered)
        self.records.dismissed[subject] -= set(answered)

    def pending_candidates(self) -> int:
        return sum(len(waiting) for waiting in self.records.pending.values())

    def approved(self, subject: Subject) -> set[UUID]:
        return set()  # no dry run is given any

    def note_approved(self, subject: Subject, records: Mapping[int, str]) -> None:
        """A dry run writes no audit log."""

    def release_approved(self) -> None:
        """None were approved."""

    # --- what was read before -------------------------------------------------------------------
    def watermark(self) -> datetime | None:
        return self.records.watermark

    def reported(self) -> set[UUID]:
        return set(self.records.reported)

    # --- the account and the report -----------------------------------------------------------
    def account_is_unchecked(self) -> bool:
        return self.records.account_unchecked

    def accept_account(self) -> None:
        self.records.account_unchecked = False


def _survivor(group: GroupRow, groups: Mapping[int, GroupRow], gone: set[int]) -> int | None:
    """The nearest ancestor that stays."""
    parent = group.parent_id
    while parent is not None and parent in gone:
        parent = groups[parent].parent_id
    return parent


def _holder(person: Person, crew: UUID, *, created: bool) -> Holder:
    name = f"{person.last_name} {person.first_name}".strip()
    return Holder(pk=person.pk, name=name, smarthr_id=crew, created_in_run=created)


def _new_person(pk: int, crew: UUID, plan: PersonPlan) -> Person:
    values = {name: value for name, value in plan.values.items() if name != "must_change_password"}
    return Person(pk=pk, smarthr_id=crew, **{"source_updated_at": None, **values})
