"""What becomes of one crew: the rules E, D, S for a single person. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from employees.choices import Role
from employees.emails import is_valid_email
from employees.identifiers import is_valid_employee_id
from employees.models import NAME_LENGTH
from integrations.choices import NameSource, Outcome
from integrations.reasons import Reason
from integrations.smarthr.records import Crew, Flag, Text
from integrations.sync import values as rule
from integrations.sync.types import Changes, Note, Person, PersonPlan, SyncSettings, is_older

RETIRED = "retired"
SOURCE_LENGTH = 255
NAMES = ("last_name", "first_name")
BUSINESS_NAMES = ("business_last_name", "business_first_name")


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


def wanted_department(crew: Crew, slot: int | None) -> UUID | None:
    """The department in the chosen slot; None where it is empty or unreadable (D1, D3)."""
    if slot is None or crew.departments is None or isinstance(crew.departments, Flag):
        return None
    return crew.departments[slot - 1] if len(crew.departments) >= slot else None


def wanted_employee_id(crew: Crew) -> str | None:
    """The 社員番号 as a 社員ID, stripped; None when it breaks C5 or is missing."""
    code = rule.text_or_empty(crew.emp_code).strip()
    return code if is_valid_employee_id(code) else None


def label_of(crew: Crew) -> str:
    """How a report names a crew that has no employee here."""
    name = " ".join(
        rule.storable(rule.text_or_empty(part), 100) for part in (crew.last_name, crew.first_name)
    ).strip()
    code = rule.storable(rule.text_or_empty(crew.emp_code).strip(), 60)
    return f"{name or '氏名なし'}（{code or '社員番号なし'}）"


def source_of(crew: Crew, slot: int | None, before: Mapping[str, str]) -> dict[str, str]:
    """What SmartHR said, without the birth date; an unreadable attribute keeps its last value."""
    said = dict(before)
    for name in ("emp_code", "emp_status", "email", *NAMES, *BUSINESS_NAMES):
        value: Text = getattr(crew, name)
        # Every crew has a status, so without one it could not be read (E11).
        if value is Flag.ABSENT or (name == "emp_status" and rule.is_blank(value)):
            continue
        text = rule.storable(rule.text_or_empty(value).strip(), SOURCE_LENGTH)
        said[name] = text
    if slot is not None and crew.departments is not Flag.ABSENT:
        department = wanted_department(crew, slot)
        said["department"] = str(department) if department else ""
    return {name: text for name, text in said.items() if text}


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
    if (field := _unusable(crew, settings)) is not None:
        return _left_out(crew, Note(Reason.VALUE_INVALID, {"field": field}))
    missing: list[Note] = []
    if any(not rule.text_or_empty(getattr(crew, name)).strip() for name in NAMES):
        missing.append(Note(Reason.NAME_MISSING, {"new": True}))  # E8
    born = rule.birth_date(crew.birth_at, today=settings.today)
    if born is None:
        missing.append(Note(Reason.BIRTH_DATE_MISSING))  # E8
    if missing:
        return _left_out(crew, *missing)
    suspended = retired and settings.retired.suspends
    email, email_notes = _email(crew)
    group, group_notes = _group(crew, context, new=True)
    values: dict[str, Any] = {
        **_names(crew, None, settings),
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
        birth_date=born,
    )


def _plan_linked(crew: Crew, person: Person, context: PeopleContext) -> PersonPlan:
    settings = context.settings
    # E13: suspending applies also to whoever is otherwise left as they are (S8, E8).
    values, notes = _suspension(crew, person, context)
    left_out, email, found = _obstacles(crew, person, settings)
    notes += found
    wish = None
    if not left_out:
        values |= _names(crew, person, settings)
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
    if (field := _unusable(crew, settings)) is not None:
        return True, None, [Note(Reason.VALUE_INVALID, {"field": field})]
    if any(rule.is_blank(getattr(crew, name)) for name in NAMES):
        return True, None, [Note(Reason.NAME_MISSING, {"new": False})]  # E8
    email, notes = _email(crew)
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
    if not isinstance(crew.emp_status, str):
        return {}, []
    if crew.emp_status != RETIRED:
        resumed = {"is_active": True, "suspended_by_sync": False}
        return (resumed if person.suspended_by_sync else {}), []
    if not context.settings.retired.suspends or not person.is_active:
        return {}, []
    if context.able_administrators <= {person.pk} and person.role == Role.ADMINISTRATOR:
        return {}, [Note(Reason.LAST_ADMINISTRATOR, {"act": "停止"})]  # C6
    context.able_administrators.discard(person.pk)
    return {"is_active": False, "suspended_by_sync": True}, [Note(Reason.RETIRED_SUSPENDED)]


def _unusable(crew: Crew, settings: SyncSettings) -> str | None:
    """The first attribute that cannot be used as it is; such a record is skipped whole."""
    names = NAMES if settings.names == NameSource.LEGAL else (*NAMES, *BUSINESS_NAMES)
    for name in names:
        value: Text = getattr(crew, name)
        if value is Flag.MALFORMED:
            return name
        if isinstance(value, str) and not rule.is_storable(value, NAME_LENGTH):
            return name
    if crew.emp_status is Flag.MALFORMED:  # whether the person left is unknown (E13)
        return "emp_status"
    if settings.slot is not None and crew.departments is Flag.MALFORMED:
        return "departments"
    return None


def _names(crew: Crew, person: Person | None, settings: SyncSettings) -> dict[str, str]:
    """E14: the names to show; an unreadable part keeps what is stored (E11)."""
    shown: dict[str, str] = {}
    for name, business_name in zip(NAMES, BUSINESS_NAMES, strict=True):
        legal: Text = getattr(crew, name)
        business: Text = getattr(crew, business_name)
        if settings.names == NameSource.BUSINESS:
            if business is Flag.ABSENT and person is not None:
                continue
            if isinstance(business, str) and business.strip():
                shown[name] = business
                continue
        if isinstance(legal, str) and legal.strip():
            shown[name] = legal
    return shown


def _email(crew: Crew) -> tuple[str | None, list[Note]]:
    """E11: the e-mail to store; None keeps the present one."""
    if crew.email is Flag.ABSENT:
        return None, []
    if rule.is_blank(crew.email):
        return "", []
    if isinstance(crew.email, str) and is_valid_email(crew.email):
        return crew.email, []
    return "", [Note(Reason.EMAIL_INVALID)]


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
