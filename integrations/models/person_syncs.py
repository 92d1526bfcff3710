"""「この社員だけ同期」: what a person asked for, and what came of it (X9)."""

from __future__ import annotations

from django.db import models

from companies.models import TenantOwned
from employees.models import Employee
from integrations.choices import Outcome


class PersonSync(TenantOwned):
    """The newest one of an employee: its lease, and then its report."""

    employee = models.OneToOneField(Employee, on_delete=models.CASCADE, related_name="person_sync")
    asked_at = models.DateTimeField()
    # Ids instead of foreign keys: whoever asked may be deleted meanwhile.
    asked_by_id = models.BigIntegerField()
    asked_by_label = models.CharField(max_length=300)
    # Who reads at this moment; without one it waits for `not_before`.
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    # Why it waits or has failed (integrations.reasons).
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.JSONField(default=dict)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    # Pairs of "reason" and "detail".
    notes = models.JSONField(default=list)
    changes = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(finished_at=None),
                name="person_sync_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"sync of employee {self.employee_id}"

    @property
    def is_under_way(self) -> bool:
        return self.finished_at is None

    @property
    def has_failed(self) -> bool:
        return self.finished_at is not None and bool(self.error_code)

    @property
    def went_well(self) -> bool:
        return self.finished_at is not None and not self.error_code
