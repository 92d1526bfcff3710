"""Who would be deleted, and who was."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from companies.models import TenantOwned, TenantQuerySet
from employees.models import Employee
from groups.models import Group
from integrations.choices import ACTIVE_STATUSES, CandidateStatus, Subject
from integrations.models.runs import SyncRun


class DeletionCandidateQuerySet(TenantQuerySet["DeletionCandidate"]):
    def pending(self) -> DeletionCandidateQuerySet:
        return self.filter(status=CandidateStatus.PENDING)

    def people(self) -> DeletionCandidateQuerySet:
        return self.filter(subject=Subject.EMPLOYEE)

    def of_groups(self) -> DeletionCandidateQuerySet:
        return self.filter(subject=Subject.GROUP)

    def free(self) -> DeletionCandidateQuerySet:
        """Those that no run deletes at this moment; a run that has ended holds nobody."""
        return self.filter(Q(approval=None) | ~Q(approval__status__in=ACTIVE_STATUSES))


class DeletionCandidate(TenantOwned):
    """A linked record that SmartHR no longer has, waiting for a person's word (E12, G4).

    A dismissed one stays, so that it is not asked about again, until its crew answers again.
    """

    subject = models.CharField(max_length=10, choices=Subject.choices)
    smarthr_id = models.UUIDField()
    employee = models.OneToOneField(
        Employee, on_delete=models.CASCADE, null=True, related_name="deletion_candidate"
    )
    group = models.OneToOneField(
        Group, on_delete=models.CASCADE, null=True, related_name="deletion_candidate"
    )
    status = models.CharField(
        max_length=10, choices=CandidateStatus.choices, default=CandidateStatus.PENDING
    )
    found_at = models.DateTimeField(auto_now_add=True)
    run = models.ForeignKey(SyncRun, on_delete=models.SET_NULL, null=True, related_name="+")
    # The run that deletes it on a person's word, as long as that run has not decided.
    approval = models.ForeignKey(
        SyncRun, on_delete=models.SET_NULL, null=True, related_name="approved"
    )

    objects: ClassVar[Any] = DeletionCandidateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "subject", "smarthr_id"], name="candidate_once"
            ),
            models.CheckConstraint(
                condition=Q(subject=Subject.EMPLOYEE, employee__isnull=False, group=None)
                | Q(subject=Subject.GROUP, employee=None, group__isnull=False),
                name="candidate_names_its_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.smarthr_id}"

    @property
    def is_going(self) -> bool:
        """Whether a run deletes it at this moment."""
        return self.approval is not None and self.approval.is_active


class CrewTombstone(TenantOwned):
    """A deleted person; what was read before then never brings them back (E12a)."""

    smarthr_id = models.UUIDField()
    deleted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "smarthr_id"], name="tombstone_once")
        ]

    def __str__(self) -> str:
        return str(self.smarthr_id)
