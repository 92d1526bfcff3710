"""What a support visit does when its session ends."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from operators.services.visits import end_visit
from operators.visitor import SupportVisitor


@receiver(user_logged_out, dispatch_uid="end_support_visit")
def end_support_visit(*, request: HttpRequest, user: Any, **_: Any) -> None:
    """In the transaction of the logout (employees.services.sessions)."""
    if isinstance(user, SupportVisitor):
        end_visit(request=request, staff=user.staff, company=user.company)
