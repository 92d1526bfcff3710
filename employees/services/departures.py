"""Deleting an employee by hand; for linked ones that is SmartHR's to do (E10)."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from companies.audit import Actor
from companies.refusals import Refused
from employees.models import Employee
from employees.services.removal import LastAdministrator, lock_company, remove_employee
from employees.wanted import LAST_ADMINISTRATOR

LINKED: Final = "連携された社員は、この画面では削除できません。SmartHRで削除してください。"
GONE: Final = "この社員は、すでに削除されています。社員リストを確認してください。"


class CardsNotConfirmed(Exception):
    """More cards would go than the person who confirms was told of."""


@transaction.atomic
def delete_by_hand(*, employee: Employee, confirmed_cards: int, actor: Actor) -> None:
    """Deletes the employee with the cards. Raises Refused (E10, C6) and CardsNotConfirmed."""
    lock_company(employee.company_id)
    people = Employee.objects.for_company(employee.company_id).select_for_update()
    present: Employee | None = people.filter(pk=employee.pk).first()
    if present is None:
        raise Refused(GONE)
    if present.is_linked:
        raise Refused(LINKED)
    if number_of_cards(present) > confirmed_cards:
        raise CardsNotConfirmed
    try:
        remove_employee(employee=present, actor=actor)
    except LastAdministrator:
        raise Refused(LAST_ADMINISTRATOR.format("削除")) from None


def number_of_cards(employee: Employee) -> int:
    # Through the reverse relation: this app knows no cards.
    return int(employee.cards.count())
