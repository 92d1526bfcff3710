"""New one-time passwords for many people at once, to be printed and handed out (X5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.models import ActorKind, AuditAction, Company
from companies.refusals import Refused
from companies.set_based import batches, update_rows
from employees.accounts.queries import not_issued_after, unused_passwords
from employees.models import Employee
from employees.one_time import one_time_password
from employees.services.passwords import PASSWORD_FIELDS
from employees.services.records import set_given_password

# What one page holds; more are issued one page after the other.
MOST: Final = 500
NOBODY_LEFT: Final = (
    "対象の社員のパスワードは、すでに再発行されているか、本人が変更しています。"
    "手紙を渡せなかったときは、もう一度対象を選んで再発行してください。"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """Whom it is for, as in the database now, and what stands nowhere else."""

    employee: Employee
    password: str


@transaction.atomic
def issue_letters(
    *, company: Company, keys: Sequence[int], asked_at: datetime, actor: Actor
) -> list[Letter]:
    """In the order of `keys`, for those of them who still have a password that was given.

    `asked_at`: when the page was made that asks for it; whoever got another since is left out, so
    that pressing twice issues one. All sessions of these people end. The caller makes the page in
    the same transaction: where that fails, nobody's password has changed. Raises Refused.
    """
    people = _locked(company, keys[:MOST], asked_at)
    if actor.kind == ActorKind.PERSON:  # as for one person: employees.services.logins
        people.pop(actor.id or 0, None)
    if not people:
        raise Refused(NOBODY_LEFT)
    letters = [_letter(people[pk]) for pk in keys if pk in people]
    update_rows(
        Employee,
        PASSWORD_FIELDS,
        {pk: [getattr(person, name) for name in PASSWORD_FIELDS] for pk, person in people.items()},
    )
    events = [
        Event(AuditAction.PASSWORD_ISSUED, "employee", person.pk, person.label, {})
        for person in people.values()
    ]
    write_audit(company=company, actor=actor, events=events)
    return letters


def _letter(person: Employee) -> Letter:
    password = one_time_password()
    # Of 500 people the slow hash would take a minute; the first login makes it.
    set_given_password(person, password, is_one_time=True, fast_hash=True)
    return Letter(person, password)


def _locked(company: Company, keys: Sequence[int], asked_at: datetime) -> dict[int, Employee]:
    """In one order, like a sync locks its people: neither waits for the other."""
    found: dict[int, Employee] = {}
    for batch in batches(sorted(set(keys))):
        rows = unused_passwords(company).filter(not_issued_after(asked_at), pk__in=batch)
        for person in rows.order_by("pk").defer("source").select_for_update():
            person.company = company
            found[person.pk] = person
    return found
