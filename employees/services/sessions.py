"""Login and logout, with their lines in the audit log (X6)."""

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from companies import audit
from companies.models import AuditAction
from employees.models import Employee


@transaction.atomic
def sign_in(*, request: HttpRequest, employee: Employee) -> None:
    auth.login(request, employee, backend="employees.authentication.CompanyBackend")
    _write(AuditAction.SIGNED_IN, employee)


@transaction.atomic
def sign_out(*, request: HttpRequest) -> None:
    # X11: on a support visit the person behind it.
    employee = getattr(request.user, "staff", request.user)
    if isinstance(employee, Employee):
        _write(AuditAction.SIGNED_OUT, employee)
    auth.logout(request)


def _write(action: AuditAction, employee: Employee) -> None:
    audit.write_audit(
        company=employee.company_id,
        actor=audit.person(employee),
        events=[audit.Event(action, "employee", employee.pk, employee.label, changes={})],
    )
