"""As whom the operator's staff acts on a company."""

from companies.audit import Actor
from companies.models import ActorKind
from employees.models import Employee
from operators.visitor import support_label


def support(staff: Employee) -> Actor:
    """In the audit log of a company that is not theirs."""
    return Actor(ActorKind.SUPPORT, support_label(staff), staff.pk)
