"""What a sync would do with what it said last of one record: the plan of 「なぜ？」 (X9).

The same functions as in a sync, on a ledger in memory: what SmartHR said is stored with the record,
so that the rules can be asked again, with the settings and the record of now. Nothing is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from integrations.choices import Outcome, RunKind, Subject
from integrations.smarthr.records import Crew, Department, Flag, Page, Text
from integrations.sync.batch_ledger import merged_line
from integrations.sync.id_steps import give_ids
from integrations.sync.ledger import Line
from integrations.sync.memory import MemoryLedger, Records
from integrations.sync.people_steps import plans_of, standing_context, stored_page, write_plans
from integrations.sync.plan_groups import plan_groups
from integrations.sync.plan_person import plan_crew
from integrations.sync.types import GroupPlan, GroupRow, Person, PersonPlan, SyncSettings


def stored_crew(
    person: Person, *, slot: int | None, unreadable: Collection[str], at: datetime
) -> Crew:
    """The crew as SmartHR showed it last. `slot`: of the department that is stored; None: none is.

    An attribute of which nothing is stored was empty, or unreadable (E11).
    """

    def said(name: str) -> Text:
        text = person.source.get(name)
        return text if text is not None or name not in unreadable else Flag.ABSENT

    return Crew(
        id=person.smarthr_id,
        read_at=at,
        updated_at=person.source_updated_at,
        emp_code=said("emp_code"),
        emp_status=said("emp_status"),
        last_name=said("last_name"),
        first_name=said("first_name"),
        business_last_name=said("business_last_name"),
        business_first_name=said("business_first_name"),
        email=said("email"),
        birth_at=Flag.ABSENT,  # never kept (E7)
        departments=_departments(person, slot, unreadable),
    )


def _departments(
    person: Person, slot: int | None, unreadable: Collection[str]
) -> tuple[UUID | None, ...] | Flag:
    stored = person.source.get("department", "")
    if slot is None or (not stored and "departments" in unreadable):
        return Flag.ABSENT
    return (*[None] * (slot - 1), UUID(stored) if stored else None)


def explained_person(crew: Crew, records: Records, settings: SyncSettings) -> Line:
    """What the next sync would change and say if SmartHR answered the same again.

    `records`: the person, the groups and whoever has the wanted 社員ID.
    """
    ledger = MemoryLedger(RunKind.CHANGED, settings, records)
    person = records.people[crew.id]
    context = standing_context(ledger)
    context.able_administrators = ledger.able_administrators()

    def decided(plan: PersonPlan) -> PersonPlan:
        return plan_crew(crew, plan.person, context, final=True) if plan.held else plan

    plans = [decided(plan) for plan in plans_of(ledger, [crew], context)]
    write_plans(ledger, plans, met_before=())
    page = Page(number=1, items=(crew,), total=1, has_next=False, read_at=crew.read_at)
    ledger.save_page(stored_page(page, plans, reading=ledger.progress.crews.reading))
    give_ids(ledger)
    silent = Line(Subject.EMPLOYEE, str(crew.id), person.label, Outcome.UNCHANGED)
    return merged_line([silent, *ledger.lines])


def explained_group(group: GroupRow, groups: Sequence[GroupRow], *, at: datetime) -> GroupPlan:
    """The group in the tree of departments as it was read last: a linked group is what SmartHR
    said of its department (G3)."""
    by_pk = {row.pk: row for row in groups}
    departments = [_stored_department(row, by_pk, at) for row in groups if row.smarthr_id]
    plans = plan_groups(departments, groups)
    return next(plan for plan in plans if plan.smarthr_id == str(group.smarthr_id))


def _stored_department(row: GroupRow, by_pk: dict[int, GroupRow], at: datetime) -> Department:
    if row.smarthr_id is None:
        raise ValueError("not linked")
    parent = by_pk[row.parent_id] if row.parent_id is not None else None
    return Department(
        id=row.smarthr_id,
        read_at=at,
        updated_at=row.source_updated_at,
        name=row.name,
        parent_id=parent.smarthr_id if parent else None,
        position=row.position,
    )
