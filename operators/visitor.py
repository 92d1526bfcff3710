"""Who looks at a company during a support visit: nobody of its own, and no row at all (X11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from companies.models import Company
from employees.models import Employee


@dataclass(frozen=True, slots=True)
class SupportVisitor:
    """Stands as `request.user` where a 管理者 of the visited company would.

    Views limit themselves to `request.user.company`, so that they show that company and no other.
    It is no model: nothing can save it, and no record can refer to it.
    """

    staff: Employee
    company: Company

    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_active: ClassVar[bool] = True
    is_administrator: ClassVar[bool] = True
    is_support_visitor: ClassVar[bool] = True
    is_operator_staff: ClassVar[bool] = False
    is_linked: ClassVar[bool] = False
    must_change_password: ClassVar[bool] = False
    smarthr_id: ClassVar[None] = None
    group_id: ClassVar[None] = None
    role: ClassVar[str] = "administrator"
    email: ClassVar[str] = ""

    @property
    def pk(self) -> int:
        """Of a person of another company: no record of this one has it."""
        key: int = self.staff.pk
        return key

    @property
    def id(self) -> int:
        return self.pk

    @property
    def company_id(self) -> int:
        key: int = self.company.pk
        return key

    @property
    def employee_id(self) -> str:
        return self.staff.employee_id

    @property
    def full_name(self) -> str:
        return f"サポート {self.staff.full_name}"

    @property
    def label(self) -> str:
        return support_label(self.staff)

    @property
    def theme(self) -> str:
        return self.staff.theme

    def get_role_display(self) -> str:
        return "サポート"

    def __str__(self) -> str:
        return self.label


def support_label(staff: Employee) -> str:
    """How a company's audit log names somebody of the operator's staff."""
    return f"サポート {staff.full_name}（{staff.employee_id}）"
