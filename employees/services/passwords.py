"""Checking and changing a password (X5)."""

from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from companies import audit
from companies.models import AuditAction
from employees.models import Employee
from employees.services import guesses

PASSWORD_FIELDS: Final = (
    "password",
    "must_change_password",
    "is_initial_password",
    "password_expires_at",
)


def is_password_of(*, employee: Employee, password: str) -> bool:
    """Whether it is the present password; a hash of an older kind is replaced on the way.

    Not Employee.check_password: its replacement would undo a change made at the same moment.
    """

    def replace(raw: str) -> None:
        employee.password = make_password(raw)

    stored = employee.password
    if not check_password(password, stored, replace):
        return False
    if employee.password == stored:
        return True
    row = Employee.objects.for_company(employee.company_id).filter(pk=employee.pk)
    if row.filter(password=stored).update(password=employee.password):
        return True
    # Another login replaced it too, or somebody changed it.
    employee.password = row.values_list("password", flat=True).first() or ""
    return check_password(password, employee.password)


def knows_password(*, employee: Employee, password: str) -> bool:
    """Whether it is the present password, at the cost of a login; replaces no hash."""

    def take_as_long(raw: str) -> None:
        make_password(raw)

    return check_password(password, employee.password, take_as_long)


def confirm_own_password(*, employee: Employee, password: str, address: str) -> bool:
    """Whether the person who is logged in knows the password; guessing is limited as at login."""
    place = guesses.take_place(
        company_code=employee.company.code,
        employee_id=employee.employee_id,
        employee=employee,
        address=address,
    )
    if place is None or not check_password(password, employee.password):
        return False
    guesses.give_back(place)
    return True


def change_own_password(*, employee: Employee, new_password: str) -> bool:
    """Sets it and ends what the initial password limited. The caller has checked the rules.

    Other sessions of this person end with it: they carry a mark made of the old hash. False, and
    nothing is done, where it was changed or the login stopped meanwhile: this session has ended.
    """
    encoded = make_password(new_password)  # before the row is locked: it takes its time
    with transaction.atomic():
        people = Employee.objects.for_company(employee.company_id).select_for_update()
        as_read = people.filter(pk=employee.pk, password=employee.password, is_active=True)
        if not as_read.exists():
            return False
        take_own_password(employee, encoded, AuditAction.PASSWORD_CHANGED)
    return True


def take_own_password(employee: Employee, encoded: str, action: AuditAction) -> None:
    """Saves a password that nobody but the person knows, in the caller's transaction."""
    employee.password = encoded
    employee.must_change_password = False
    employee.is_initial_password = False
    employee.password_expires_at = None
    employee.save(update_fields=PASSWORD_FIELDS)
    audit.write_audit(
        company=employee.company_id,
        actor=audit.person(employee),
        events=[audit.Event(action, "employee", employee.pk, employee.label, changes={})],
    )
