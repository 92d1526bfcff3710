"""The form of one person: record and image in one act, held against what the form showed (O3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, AuditEntry, Company
from companies.refusals import Refused
from employees.models import Employee
from employees.services.images import delete_after_commit, stored
from employees.services.records import change_employee, create_employee
from employees.services.removal import lock_company
from employees.wanted import Wanted

GONE: Final = "この社員は、すでに削除されています。社員リストを確認してください。"
WITH_IMAGE, WITHOUT_IMAGE = "あり", "なし"
_SHOWN: Final = ("employee_id", "last_name", "first_name", "email", "group_id", "role")


class ChangedMeanwhile(Exception):
    """Somebody changed the person after the form was opened; nothing was done."""


@dataclass(frozen=True, slots=True)
class WantedImage:
    """A new one, or none any more; without either it stays."""

    content: bytes | None = None
    remove: bool = False

    @property
    def changes(self) -> bool:
        return self.remove or self.content is not None


KEEP_IMAGE: Final = WantedImage()


def version_of(employee: Employee) -> str:
    """What a form shows of a person, in short; another text as soon as any of it changes."""
    shown = [getattr(employee, name) for name in _SHOWN]
    return hashlib.sha256(json.dumps([*shown, employee.image.name]).encode()).hexdigest()[:16]


def add_employee(
    *, company: Company, wanted: Wanted, image: WantedImage = KEEP_IMAGE, actor: Actor
) -> tuple[Employee, str]:
    """A hand-made employee and the one-time password ("" where `wanted` brings one).

    Raises Refused.
    """
    with stored(image.content) as name, transaction.atomic():
        employee, password = create_employee(company=company, wanted=wanted, actor=actor)
        if name:
            _set_image(employee, name, actor)
    return employee, password


def edit_employee(
    *,
    employee: Employee,
    wanted: Wanted,
    version: str,
    image: WantedImage = KEEP_IMAGE,
    actor: Actor,
) -> str:
    """Changes what differs; returns the one-time password that a raised role brought, or "".

    Raises Refused, and ChangedMeanwhile where the person is not as the form showed (`version`).
    """
    with stored(image.content) as name, transaction.atomic():
        present = _locked(employee)
        if version_of(present) != version:
            raise ChangedMeanwhile
        password = change_employee(employee=employee, wanted=wanted, actor=actor)
        if image.changes:
            _set_image(employee, name, actor)
    return password


def last_change_of(employee: Employee) -> AuditEntry | None:
    """Who changed the record last, and when."""
    entries = AuditEntry.objects.for_company(employee.company_id).filter(
        object_type="employee", object_id=employee.pk, action=AuditAction.UPDATED
    )
    entry: AuditEntry | None = entries.order_by("-pk").first()
    return entry


def _locked(employee: Employee) -> Employee:
    """The company first, as all who change people do; the row, which a sync may be writing."""
    lock_company(employee.company_id)
    people = Employee.objects.for_company(employee.company_id).select_for_update()
    present: Employee | None = people.filter(pk=employee.pk).first()
    if present is None:
        raise Refused(GONE)
    return present


def _set_image(employee: Employee, name: str, actor: Actor) -> None:
    """`name` is "" for none."""
    before = employee.image.name or ""
    if before == name:
        return
    employee.image = name
    employee.save(update_fields=["image"])
    words = tuple(WITH_IMAGE if file else WITHOUT_IMAGE for file in (before, name))
    event = Event(AuditAction.UPDATED, "employee", employee.pk, employee.label, {"image": words})
    write_audit(company=employee.company_id, actor=actor, events=[event])
    delete_after_commit(before)
