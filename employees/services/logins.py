"""Stopping and resuming a login (O3a), and one-time passwords (X5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.models import ActorKind, AuditAction
from companies.refusals import Refused
from employees.models import Employee
from employees.one_time import issued_at, one_time_password
from employees.services.passwords import PASSWORD_FIELDS
from employees.services.records import set_given_password
from employees.services.removal import lock_company
from employees.wanted import LAST_ADMINISTRATOR

OWN: Final = "自分のパスワードは再発行できません。「パスワードの変更」で変更してください。"
STOPPED: Final = (
    "ログインを停止しているため、パスワードを再発行できません。先にログインを再開してください。"
)
ISSUED_MEANWHILE: Final = (
    "このページを開いたあとに、パスワードがすでに再発行されています。"
    "渡せなかったときは、もう一度再発行してください。"
)


@transaction.atomic
def stop_login(*, employee: Employee, actor: Actor) -> None:
    """Nobody but a person resumes it: a sync leaves it stopped (O3a). Raises Refused (C6)."""
    lock_company(employee.company_id)
    person = _locked(employee)
    if not person.is_active and not person.suspended_by_sync:
        return
    able = Employee.objects.for_company(employee.company_id).able_administrators()
    if list(able.values_list("pk", flat=True)[:2]) == [person.pk]:
        raise Refused(LAST_ADMINISTRATOR.format("ログインを停止"))
    person.is_active, person.suspended_by_sync = False, False
    person.save(update_fields=["is_active", "suspended_by_sync"])
    _tell(person, AuditAction.SUSPENDED, actor)


@transaction.atomic
def resume_login(*, employee: Employee, actor: Actor) -> None:
    lock_company(employee.company_id)
    person = _locked(employee)
    if person.is_active:
        return
    person.is_active, person.suspended_by_sync = True, False
    person.save(update_fields=["is_active", "suspended_by_sync"])
    _tell(person, AuditAction.RESUMED, actor)


@transaction.atomic
def issue_one_time_password(
    *, employee: Employee, actor: Actor, asked_at: datetime | None = None
) -> str:
    """A new password that opens the page which changes it; shown once by the caller.

    All sessions of the person end. `asked_at`: when the page was made that asks for it; pressed
    twice it issues one. Raises Refused where the person may not log in, and for oneself.
    """
    if actor.kind == ActorKind.PERSON and actor.id == employee.pk:
        raise Refused(OWN)
    person = _locked(employee)
    if not person.is_active:
        raise Refused(STOPPED)
    expires_at = person.password_expires_at
    if asked_at and expires_at and issued_at(expires_at) > asked_at:
        raise Refused(ISSUED_MEANWHILE)
    password = one_time_password()
    set_given_password(person, password, is_one_time=True)
    person.save(update_fields=PASSWORD_FIELDS)
    _tell(person, AuditAction.PASSWORD_ISSUED, actor)
    return password


def _locked(employee: Employee) -> Employee:
    people = Employee.objects.for_company(employee.company_id).select_related("company")
    # The company stays free: only who changes roles or the tree locks it.
    person: Employee | None = people.select_for_update(of=("self",)).filter(pk=employee.pk).first()
    if person is None:
        raise Refused("この社員は、すでに削除されています。社員リストを確認してください。")
    return person


def _tell(person: Employee, action: AuditAction, actor: Actor) -> None:
    events: Sequence[Event] = [Event(action, "employee", person.pk, person.label, {})]
    write_audit(company=person.company_id, actor=actor, events=events)
