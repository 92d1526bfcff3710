"""Stopping and resuming a login (O3a), and one-time passwords (X5)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction
from companies.refusals import Refused
from employees.models import Employee
from employees.one_time import one_time_password
from employees.services.passwords import PASSWORD_FIELDS
from employees.services.records import set_given_password
from employees.services.removal import lock_company
from employees.wanted import LAST_ADMINISTRATOR


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
def issue_one_time_password(*, employee: Employee, actor: Actor) -> str:
    """A new password that opens the page which changes it; shown once by the caller.

    All sessions of the person end. Raises Refused where the person may not log in.
    """
    person = _locked(employee)
    if not person.is_active:
        raise Refused(
            "ログインを停止しているため、パスワードを再発行できません。"
            "先にログインを再開してください。"
        )
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
