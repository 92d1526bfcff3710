"""Changing a password (X5)."""

from django.db import transaction

from companies import audit
from companies.models import AuditAction
from employees.models import Employee


@transaction.atomic
def change_own_password(*, employee: Employee, new_password: str) -> None:
    """Sets it and ends what the initial password limited. The caller has checked the rules.

    Other sessions of this person end with it: they carry a mark made of the old hash.
    """
    employee.set_password(new_password)
    employee.must_change_password = False
    employee.is_initial_password = False
    employee.save(update_fields=["password", "must_change_password", "is_initial_password"])
    audit.write_audit(
        company=employee.company_id,
        actor=audit.person(employee),
        events=[
            audit.Event(
                AuditAction.PASSWORD_CHANGED, "employee", employee.pk, employee.label, changes={}
            )
        ],
    )
