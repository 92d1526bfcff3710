"""What becomes of one page of crews: each crew's plan, and a first 社員ID for new people. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from integrations.choices import Outcome
from integrations.reasons import Reason
from integrations.smarthr.records import BadRecord, Crew
from integrations.sync.crew_values import wanted_department, wanted_employee_id
from integrations.sync.newest import newest_of_each
from integrations.sync.plan_person import PeopleContext, invalid_id_note, plan_crew
from integrations.sync.types import Note, Person, PersonPlan

RandomId = Callable[[], str]


def plan_page(
    records: Sequence[Crew | BadRecord],
    *,
    people: Mapping[UUID, Person],
    tombstones: Mapping[UUID, datetime],
    taken: Collection[str],
    context: PeopleContext,
    random_id: RandomId,
) -> list[PersonPlan]:
    """One plan per distinct record.

    `people` and `tombstones` are by crew id; `taken` are the 社員ID that somebody has, of those
    that the page wants; `random_id` yields 社員ID that nobody has (E3).
    """
    # One id is one record in the report and the counts, however often it comes.
    bad = dict.fromkeys(record for record in records if isinstance(record, BadRecord))
    plans = [_bad(record) for record in bad]
    crews = (record for record in records if isinstance(record, Crew))
    given = set(taken)
    # The smaller crew id goes first, so that few have to give a number back at the end (S4).
    for crew in sorted(newest_of_each(crews), key=lambda crew: crew.id):
        deleted_at = tombstones.get(crew.id)
        if crew.id not in people and deleted_at is not None and crew.read_at <= deleted_at:
            plans.append(_stays_deleted(crew))  # E12a
            continue
        plan = plan_crew(crew, people.get(crew.id), context)
        if plan.outcome == Outcome.CREATED:
            plan = _with_employee_id(plan, crew, given, random_id)
        plans.append(plan)
    return plans


def unknown_departments(records: Sequence[Crew | BadRecord], context: PeopleContext) -> bool:
    """Whether a crew names a department that this run has not read (D6)."""
    wanted = (
        wanted_department(record, context.settings.slot)
        for record in records
        if isinstance(record, Crew)
    )
    return any(
        department is not None and department not in context.departments for department in wanted
    )


def wanted_ids(records: Sequence[Crew | BadRecord]) -> set[str]:
    """The valid 社員番号 of a page."""
    codes = (wanted_employee_id(record) for record in records if isinstance(record, Crew))
    return {code for code in codes if code is not None}


def _with_employee_id(
    plan: PersonPlan, crew: Crew, given: set[str], random_id: RandomId
) -> PersonPlan:
    """E2, E3: the wanted 社員ID where it is free by now, else a random one for the time being."""
    wish, notes = plan.wish, plan.notes
    if wish is not None and wish not in given:
        employee_id, wish = wish, None
    else:
        employee_id = random_id()
        if wish is None:
            notes = (*notes, invalid_id_note(crew, employee_id, new=True))
    given.add(employee_id)
    return replace(
        plan,
        label=f"{plan.values['last_name']} {plan.values['first_name']}（{employee_id}）",
        values={**plan.values, "employee_id": employee_id},
        changes={"employee_id": (None, employee_id), **plan.changes},
        wish=wish,
        notes=notes,
    )


def _bad(record: BadRecord) -> PersonPlan:
    return PersonPlan(
        smarthr_id=record.raw_id,
        label="氏名なし（社員番号なし）",
        outcome=Outcome.LEFT_OUT,
        notes=(Note(Reason.VALUE_INVALID, {"field": "id"}),),
    )


def _stays_deleted(crew: Crew) -> PersonPlan:
    return PersonPlan(smarthr_id=str(crew.id), label="", outcome=Outcome.UNCHANGED)
