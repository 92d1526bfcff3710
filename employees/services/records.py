"""Creating and changing employees: one place for screen, 一括処理 and restore.

A sync writes linked records itself (integrations.sync); the rules it shares are lower.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from companies.refusals import Problem, Refused
from companies.set_based import batches, update_rows
from employees.choices import Role
from employees.identifiers import parked_employee_id
from employees.models import Employee
from employees.one_time import GOOD_FOR, one_time_password
from employees.services.former_ids import remember_former_ids
from employees.services.passwords import PASSWORD_FIELDS
from employees.services.removal import lock_company
from employees.wanted import (
    EMPLOYEE_ID_TAKEN,
    LAST_ADMINISTRATOR,
    NOBODY,
    Current,
    Wanted,
    differences,
    needs_one_time_password,
    problems_of,
)
from groups.models import Group

BATCH: Final = 1000
FAST_HASH: Final = "initial_hmac"
NO_SUCH_GROUP: Final = "選んだグループが見つかりません。もう一度選んでください。"


@dataclass(slots=True)
class Changed:
    """What was done: rows changed, and the one-time passwords to be shown once, by key."""

    employees: list[Employee] = field(default_factory=list)
    one_time_passwords: dict[int, str] = field(default_factory=dict)


class RefusedRows(Refused):
    """Nothing was done; the problems of each row, by its place or primary key."""

    def __init__(self, rows: Mapping[int, Sequence[Problem]]) -> None:
        super().__init__(problems=[problem for found in rows.values() for problem in found])
        self.rows = dict(rows)


def current_of(employee: Employee) -> Current:
    return Current(
        employee_id=employee.employee_id,
        last_name=employee.last_name,
        first_name=employee.first_name,
        email=employee.email,
        group_id=employee.group_id,
        role=Role(employee.role),
        is_linked=employee.is_linked,
        has_initial_password=employee.is_initial_password,
    )


def create_employee(*, company: Company, wanted: Wanted, actor: Actor) -> tuple[Employee, str]:
    """A hand-made employee and the one-time password; without `group_id` in グループ1 (C4).

    The password is "" where `wanted` brings one. Raises Refused.
    """
    made = create_employees(company=company, wanted=[wanted], actor=actor)
    [employee] = made.employees
    return employee, made.one_time_passwords.get(employee.pk, "")


def change_employee(*, employee: Employee, wanted: Wanted, actor: Actor) -> str:
    """Changes what differs; returns the one-time password that a raised role brought, or "".

    Raises Refused. `employee` is as in the database afterwards.
    """
    changed = change_employees(
        company=employee.company, wanted={employee.pk: wanted}, actor=actor, fast_hash=False
    )
    employee.refresh_from_db()
    return changed.one_time_passwords.get(employee.pk, "")


@transaction.atomic
def create_employees(
    *, company: Company, wanted: Sequence[Wanted], actor: Actor, fast_hash: bool = False
) -> Changed:
    """All of them or, with RefusedRows (by place in `wanted`), nobody.

    `fast_hash`: for many at once; the first login replaces it (employees.initial_password).
    """
    lock_company(company.pk)
    groups = _group_names(company)
    found = {place: problems_of(NOBODY, row) for place, row in enumerate(wanted)}
    for place, row in enumerate(wanted):
        if row.group_id is not None and row.group_id not in groups:
            found[place].append(Problem("group", NO_SUCH_GROUP))
    _note_taken(found, {place: row.employee_id or "" for place, row in enumerate(wanted)}, company)
    _raise(found)
    default = next(pk for pk, (_, is_default) in groups.items() if is_default)
    passwords = [row.password or one_time_password() for row in wanted]
    people = [
        _new(company, row, password, default=default, fast_hash=fast_hash)
        for row, password in zip(wanted, passwords, strict=True)
    ]
    made = Employee.objects.bulk_create(people, batch_size=BATCH)
    write_audit(company=company, actor=actor, events=[_created(person, groups) for person in made])
    shown = {
        person.pk: password
        for person, row, password in zip(made, wanted, passwords, strict=True)
        if not row.password
    }
    return Changed(made, shown)


@transaction.atomic
def change_employees(
    *,
    company: Company,
    wanted: Mapping[int, Wanted],
    actor: Actor,
    fast_hash: bool = True,
    keeps_administrator: bool = True,
) -> Changed:
    """Changes people of one company (by primary key), all or, with RefusedRows, nobody.

    Who has gone meanwhile is a problem of the row. Swaps of 社員ID work. Who changes people piece
    by piece in one transaction asks `has_administrator` at its end instead (C6).
    """
    lock_company(company.pk)
    groups = _group_names(company)
    people = _locked(company, list(wanted))
    found = {pk: _problems(people.get(pk), row, groups) for pk, row in wanted.items()}
    moves = {
        pk: row.employee_id
        for pk, row in wanted.items()
        if row.employee_id is not None
        and pk in people
        and row.employee_id != people[pk].employee_id
    }
    _note_taken(found, moves, company, leaving=moves)
    _raise(found)
    result, events = Changed(), []
    able = [pk for pk in wanted if people[pk].is_administrator and people[pk].is_active]
    for pk, row in wanted.items():
        events += _apply(people[pk], row, groups, result, fast_hash=fast_hash)
    _write(company, result.employees, moves)
    if keeps_administrator:
        _keep_an_administrator(company, able)
    write_audit(company=company, actor=actor, events=events)
    return result


def has_administrator(company: Company) -> bool:
    """C6: one who can log in."""
    return bool(Employee.objects.for_company(company).able_administrators().exists())


def _problems(
    person: Employee | None, wanted: Wanted, groups: Mapping[int, tuple[str, bool]]
) -> list[Problem]:
    if person is None:
        return [Problem("", "この社員は、すでに削除されています。社員リストを確認してください。")]
    found = problems_of(current_of(person), wanted)
    if wanted.group_id is not None and wanted.group_id not in groups:
        found.append(Problem("group", NO_SUCH_GROUP))
    return found


def _apply(
    person: Employee,
    wanted: Wanted,
    groups: Mapping[int, tuple[str, bool]],
    result: Changed,
    *,
    fast_hash: bool,
) -> list[Event]:
    """Sets the values on the row; the lines of the audit log that tell of it."""
    before = current_of(person)
    changes: dict[str, tuple[Any, Any]] = dict(differences(before, wanted))
    label, events = person.label, []
    for name, (_, after) in changes.items():
        setattr(person, name, after)
    if "group_id" in changes:
        left, entered = changes.pop("group_id")
        changes["group"] = (groups[left][0], groups[entered][0])
    password = wanted.password
    if needs_one_time_password(before, wanted):
        password = result.one_time_passwords[person.pk] = one_time_password()
    if password:
        is_one_time = person.pk in result.one_time_passwords
        set_given_password(person, password, is_one_time=is_one_time, fast_hash=fast_hash)
        events.append(Event(AuditAction.PASSWORD_ISSUED, "employee", person.pk, label, {}))
    if changes:
        events.append(Event(AuditAction.UPDATED, "employee", person.pk, label, changes))
    if events:
        result.employees.append(person)
    return events


def set_given_password(
    person: Employee, password: str, *, is_one_time: bool, fast_hash: bool = False
) -> None:
    """Sets (unsaved) a password that somebody else knows: it opens the change page first (X5)."""
    person.password = make_password(password, hasher=FAST_HASH if fast_hash else "default")
    person.is_initial_password = False
    person.must_change_password = is_one_time or person.company.force_password_change
    person.password_expires_at = timezone.now() + GOOD_FOR if is_one_time else None


def _new(
    company: Company, wanted: Wanted, password: str, *, default: int, fast_hash: bool
) -> Employee:
    person = Employee(
        company=company,
        employee_id=wanted.employee_id or "",
        last_name=wanted.last_name or "",
        first_name=wanted.first_name or "",
        email=wanted.email or "",
        role=wanted.role or Role.APPLICANT,
        group_id=wanted.group_id or default,
    )
    set_given_password(person, password, is_one_time=not wanted.password, fast_hash=fast_hash)
    return person


def _created(person: Employee, groups: Mapping[int, tuple[str, bool]]) -> Event:
    changes = {
        "employee_id": (None, person.employee_id),
        "last_name": (None, person.last_name),
        "first_name": (None, person.first_name),
        "email": (None, person.email),
        "role": (None, person.role),
        "group": (None, groups[person.group_id][0]),
    }
    return Event(AuditAction.CREATED, "employee", person.pk, person.label, changes)


def _group_names(company: Company) -> dict[int, tuple[str, bool]]:
    """Primary key -> name, and whether it is グループ1."""
    rows = Group.objects.for_company(company).values_list("pk", "name", "is_default")
    return {pk: (name, is_default) for pk, name, is_default in rows}


def _locked(company: Company, keys: Sequence[int]) -> dict[int, Employee]:
    """In one order, like a sync locks its people: neither waits for the other."""
    found: dict[int, Employee] = {}
    for batch in batches(sorted(keys)):
        rows = Employee.objects.for_company(company).filter(pk__in=batch).order_by("pk")
        # Without `source`, which is long and not written here.
        for person in rows.defer("source").select_for_update():
            person.company = company
            found[person.pk] = person
    return found


def _note_taken(
    found: dict[int, list[Problem]],
    wanted: Mapping[int, str],
    company: Company,
    *,
    leaving: Container[int] = (),
) -> None:
    """Adds a problem to each row whose 社員ID another row or another person has (C5).

    `leaving`: primary keys of the people who give up theirs in the same act.
    """
    keep: set[str] = set()
    taken: dict[str, int] = {}
    for batch in batches(list(set(wanted.values()))):
        rows = Employee.objects.for_company(company).filter(employee_id__in=batch)
        taken.update(rows.values_list("employee_id", "pk"))
    for key, code in wanted.items():
        holder = taken.get(code)
        if code in keep or (holder is not None and holder not in leaving):
            found[key].append(Problem("employee_id", EMPLOYEE_ID_TAKEN))
        keep.add(code)


def _raise(found: Mapping[int, Sequence[Problem]]) -> None:
    wrong = {key: problems for key, problems in found.items() if problems}
    if wrong:
        raise RefusedRows(wrong)


def _write(company: Company, people: Sequence[Employee], moves: Mapping[int, str]) -> None:
    before = {
        pk: code
        for batch in batches(list(moves))
        for pk, code in Employee.objects.for_company(company)
        .filter(pk__in=batch)
        .values_list("pk", "employee_id")
    }
    # Parked first, so that swaps and rings work (S3).
    update_rows(Employee, ["employee_id"], {pk: (parked_employee_id(pk),) for pk in moves})
    fields = ("employee_id", "last_name", "first_name", "email", "group_id", "role")
    columns = (*fields, *PASSWORD_FIELDS)
    update_rows(
        Employee,
        columns,
        {person.pk: [getattr(person, name) for name in columns] for person in people},
    )
    remember_former_ids(company=company, left=before)  # S5


def _keep_an_administrator(company: Company, able: Sequence[int]) -> None:
    """C6: after the write, so that a change of hands in one file is possible.

    `able`: the 管理者 among the changed who could log in before; they are the ones to be named.
    """
    if not able or has_administrator(company):
        return
    text = LAST_ADMINISTRATOR.format("権限を変更")
    raise RefusedRows({pk: [Problem("role", text)] for pk in able})
