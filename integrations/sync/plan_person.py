"""What becomes of one crew: the rules E, D, S for a single person. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from employees.choices import Role
from integrations.choices import NameSource, Outcome
from integrations.reasons import Reason
from integrations.smarthr.records import Crew, Flag
from integrations.sync import values as rule
from integrations.sync.birth_dates import seal
from integrations.sync.crew_values import (
    BUSINESS_NAMES,
    NAMES,
    label_of,
    shown_names,
    source_of,
    unusable_attribute,
    wanted_department,
    wanted_email,
    wanted_employee_id,
)
from integrations.sync.types import Changes, Note, Person, PersonPlan, SyncSettings, is_older

RETIRED = "retired"


@dataclass(slots=True)
class PeopleContext:
    """What a plan about people has to know beside the crew and the person."""

    settings: SyncSettings
    # Departments read in this run -> our group.
    departments: Mapping[UUID, int]
    group_names: Mapping[int, str]
    default_group: int
    # 管理者 who can log in (C6); shrinks as the plan suspends some.
    able_administrators: set[int]


def plan_crew(
    crew: Crew, person: Person | None, context: PeopleContext, *, final: bool = False
) -> PersonPlan:
    """The decision about one crew; `final` once every page was read."""
    if person is None:
        return _plan_new(crew, context)
    if is_older(
        updated_at=crew.updated_at,
        read_at=crew.read_at,
        stored_updated_at=person.source_updated_at,
        stored_read_at=person.source_read_at,
    ):
        return _outcome(crew, person, Outcome.UNCHANGED)  # E12a
    if not final and _must_wait(crew, person, context):
        return replace(_outcome(crew, person, Outcome.UNCHANGED), held=True)
    return _plan_linked(crew, person, context)


def _must_wait(crew: Crew, person: Person, context: PeopleContext) -> bool:
    """Whether only the whole list tells "emptied" from "unreadable" for this person (E11)."""
    emptied = (
        any(rule.is_blank(getattr(crew, name)) for name in NAMES)
        or (rule.is_blank(crew.email) and bool(person.email))
        or (rule.is_blank(crew.emp_code) and "emp_code" in person.source)
        or (
            context.settings.slot is not None
            and not isinstance(crew.departments, Flag)
            and not any(crew.departments or ())
            and "department" in person.source
        )
        or (
            context.settings.names == NameSource.BUSINESS
            and any(
                rule.is_blank(getattr(crew, name)) and name in person.source
                for name in BUSINESS_NAMES
            )
        )
    )
    # C6: which of several retiring 管理者 is the last one must not depend on the page order.
    retiring = (
        person.role == Role.ADMINISTRATOR
        and person.is_active
        and context.settings.retired.suspends
        and crew.emp_status == RETIRED
    )
    return emptied or retiring


def _plan_new(crew: Crew, context: PeopleContext) -> PersonPlan:
    settings = context.settings
    retired = crew.emp_status == RETIRED
    if retired and settings.retired.skips_new:
        return _left_out(crew, Note(Reason.RETIRED_NOT_IMPORTED))  # E13
    if (field := unusable_attribute(crew, settings)) is not None:
        return _left_out(crew, Note(Reason.VALUE_INVALID, {"field": field}))
    missing: list[Note] = []
    if any(not rule.text_or_empty(getattr(crew, name)).strip() for name in NAMES):
        missing.append(Note(Reason.NAME_MISSING, {"new": True}))  # E8
    password = seal(crew.birth_at, settings)
    if password is None:
        missing.append(Note(Reason.BIRTH_DATE_MISSING))  # E8
    if missing or password is None:
        return _left_out(crew, *missing)
    suspended = retired and settings.retired.suspends
    email, email_notes = wanted_email(crew)
    group, group_notes = _group(crew, context, new=True)
    values: dict[str, Any] = {
        **shown_names(crew, None, settings),
        "email": email or "",
        "role": Role.APPLICANT,  # E4
        "group_id": context.default_group if group is None else group,
        "is_active": not suspended,
        "suspended_by_sync": suspended,
        "must_change_password": settings.force_password_change,
        **_version(crew, settings.slot, {}),
    }
    notes = (*email_notes, *group_notes)
    if suspended:
        notes = (*notes, Note(Reason.RETIRED_SUSPENDED))
    return PersonPlan(
        smarthr_id=str(crew.id),
        label=label_of(crew),
        outcome=Outcome.CREATED,
        values=values,
        changes=_visible({}, values, context),
        notes=notes,
        wish=wanted_employee_id(crew),
        password=password,
    )


def _plan_linked(crew: Crew, person: Person, context: PeopleContext) -> PersonPlan:
    settings = context.settings
    # E13: suspending applies also to whoever is otherwise left as they are (S8, E8).
    values, notes = _suspension(crew, person, context)
    left_out, email, found = _obstacles(crew, person, settings)
    notes += found
    wish = None
    if not left_out:
        values |= shown_names(crew, person, settings)
        if email is not None:
            values["email"] = email
        group, group_notes = _group(crew, context, new=False)
        if group is not None:
            values["group_id"] = group  # D4
        wish, id_notes = _wish(crew, person)
        values |= _version(crew, settings.slot, person.source)
        notes += [*group_notes, *id_notes]
    values = {name: value for name, value in values.items() if getattr(person, name) != value}
    if values.keys() == {"source_read_at"}:
        values = {}  # a second run over unchanged data writes nothing
    changes = _visible(person, values, context)
    done = Outcome.UPDATED if changes else Outcome.UNCHANGED
    return PersonPlan(
        smarthr_id=str(crew.id),
        label=person.label,
        outcome=Outcome.LEFT_OUT if left_out else done,
        person=person,
        values=values,
        changes=changes,
        notes=tuple(notes),
        wish=wish,
    )


def _obstacles(
    crew: Crew, person: Person, settings: SyncSettings
) -> tuple[bool, str | None, list[Note]]:
    """Whether the person stays as they are, the new e-mail (None: keep), and why."""
    if (field := unusable_attribute(crew, settings)) is not None:
        return True, None, [Note(Reason.VALUE_INVALID, {"field": field})]
    if any(rule.is_blank(getattr(crew, name)) for name in NAMES):
        return True, None, [Note(Reason.NAME_MISSING, {"new": False})]  # E8
    email, notes = wanted_email(crew)
    role = Role(person.role)
    if email == "" and role.needs_email:  # S8
        return True, None, [*notes, Note(Reason.EMAIL_REQUIRED_FOR_ROLE, {"role": role.label})]
    return False, email, notes


def _wish(crew: Crew, person: Person) -> tuple[str | None, list[Note]]:
    """S1, S2: the 社員ID wanted instead of the present one."""
    if crew.emp_code is Flag.ABSENT:
        return None, []
    code = wanted_employee_id(crew)
    if code is None:
        return None, [invalid_id_note(crew, person.employee_id, new=False)]
    return (code if code != person.employee_id else None), []


def invalid_id_note(crew: Crew, employee_id: str, *, new: bool) -> Note:
    value = rule.storable(rule.text_or_empty(crew.emp_code).strip(), 60)
    detail = {"value": value, "employee_id": employee_id, "new": new}
    return Note(Reason.EMPLOYEE_ID_INVALID, detail)


def _suspension(
    crew: Crew, person: Person, context: PeopleContext
) -> tuple[dict[str, Any], list[Note]]:
    """E13: stops a retired person's login, resumes a rehired one's that the sync had stopped."""
    if not isinstance(crew.emp_status, str) or rule.is_blank(crew.emp_status):
        return {}, []  # every crew has a status: without one it could not be read (E11)
    if crew.emp_status != RETIRED:
        resumed = {"is_active": True, "suspended_by_sync": False}
        return (resumed if person.suspended_by_sync else {}), []
    if not context.settings.retired.suspends or not person.is_active:
        return {}, []
    if context.able_administrators <= {person.pk} and person.role == Role.ADMINISTRATOR:
        return {}, [Note(Reason.LAST_ADMINISTRATOR, {"act": "停止"})]  # C6
    context.able_administrators.discard(person.pk)
    return {"is_active": False, "suspended_by_sync": True}, [Note(Reason.RETIRED_SUSPENDED)]


def _group(crew: Crew, context: PeopleContext, *, new: bool) -> tuple[int | None, list[Note]]:
    """D2–D4, D6: the group that the chosen slot asks for; None leaves it."""
    department = wanted_department(crew, context.settings.slot)
    if department is None:
        return None, []
    group = context.departments.get(department)
    if group is None:
        detail = {"slot": context.settings.slot, "new": new}
        return None, [Note(Reason.DEPARTMENT_UNKNOWN, detail)]
    return group, []


def _version(crew: Crew, slot: int | None, before: Mapping[str, str]) -> dict[str, Any]:
    version: dict[str, Any] = {
        "source": source_of(crew, slot, before),
        "source_read_at": crew.read_at,
    }
    if crew.updated_at is not None:
        version["source_updated_at"] = crew.updated_at
    return version


def _visible(
    before: Person | dict[str, Any], values: Mapping[str, Any], context: PeopleContext
) -> Changes:
    """{column: (before, after)} of what people see, groups by name."""

    def old(column: str) -> Any:
        return before.get(column) if isinstance(before, dict) else getattr(before, column)

    changes: Changes = {}
    for column in ("employee_id", "last_name", "first_name", "email", "is_active"):
        if column in values:
            changes[column] = (old(column), values[column])
    if "group_id" in values:
        changes["group"] = tuple(
            context.group_names.get(pk, "") if pk is not None else None
            for pk in (old("group_id"), values["group_id"])
        )  # type: ignore[assignment]
    return changes


def _outcome(crew: Crew, person: Person, outcome: Outcome) -> PersonPlan:
    return PersonPlan(smarthr_id=str(crew.id), label=person.label, outcome=outcome, person=person)


def _left_out(crew: Crew, *notes: Note) -> PersonPlan:
    return PersonPlan(
        smarthr_id=str(crew.id), label=label_of(crew), outcome=Outcome.LEFT_OUT, notes=notes
    )
