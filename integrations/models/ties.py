"""Records here that may belong to a record of SmartHR's, and what a person said (X8, X12)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from companies.models import TenantOwned
from employees.models import Employee
from groups.models import Group
from integrations.choices import Subject, TieStatus
from integrations.models.runs import SyncRun


class Tie(TenantOwned):
    """Proposed by a run that read the account; nothing is tied without a person's click."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="ties")
    subject = models.CharField(max_length=10, choices=Subject.choices)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, null=True, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="+")
    # SmartHR's record: its id and how SmartHR names it.
    smarthr_id = models.UUIDField()
    label = models.CharField(max_length=600)
    # What is the same on both sides: "emp_code", "email", "name", "path".
    matched = models.JSONField(default=list)
    # The id that the record here had before; null where it was not linked.
    previous_id = models.UUIDField(null=True)
    status = models.CharField(max_length=10, choices=TieStatus.choices, default=TieStatus.PROPOSED)
    decided_at = models.DateTimeField(null=True)
    decided_by_label = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "employee", "smarthr_id"], name="employee_tie_once_a_run"
            ),
            models.UniqueConstraint(
                fields=["run", "group", "smarthr_id"], name="group_tie_once_a_run"
            ),
            models.CheckConstraint(
                condition=Q(subject=Subject.EMPLOYEE, employee__isnull=False, group=None)
                | Q(subject=Subject.GROUP, employee=None, group__isnull=False),
                name="tie_names_its_record",
            ),
        ]
        indexes = [models.Index(fields=["run", "status", "id"], name="tie_by_status")]

    def __str__(self) -> str:
        return f"{self.subject} {self.smarthr_id}"
