"""What happens while nobody looks on, and what is held back for a person."""

from __future__ import annotations

from django.db import models

from companies.models import TenantOwned
from employees.models import Employee
from integrations.choices import UnattendedKind


class UnattendedAct(TenantOwned):
    """One person deleted, or one 社員ID changed, for a webhook: counted for an hour (W7, S5)."""

    kind = models.CharField(max_length=10, choices=UnattendedKind.choices)
    smarthr_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["company", "kind", "at"], name="unattended_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.smarthr_id}"


class HeldLogin(TenantOwned):
    """A 社員ID that SmartHR asks for and that waits for a sync started by a person (S5)."""

    employee = models.OneToOneField(Employee, on_delete=models.CASCADE, related_name="held_login")
    wanted = models.CharField(max_length=24)
    found_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.employee_id} {self.wanted}"
