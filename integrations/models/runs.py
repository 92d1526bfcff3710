"""A sync is a row; its pages, its report and its position are rows too."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from companies.models import Company, TenantOwned, TenantQuerySet
from employees.models import Employee
from integrations.choices import (
    ACTIVE_STATUSES,
    SYNC_KINDS,
    Outcome,
    Phase,
    RunKind,
    RunStatus,
    Subject,
    Trigger,
)


class SyncRunQuerySet(TenantQuerySet["SyncRun"]):
    def active(self) -> SyncRunQuerySet:
        return self.filter(status__in=ACTIVE_STATUSES)


class SyncRun(TenantOwned):
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="sync_runs")
    kind = models.CharField(max_length=16, choices=RunKind.choices)
    trigger = models.CharField(max_length=16, choices=Trigger.choices)
    status = models.CharField(max_length=20, choices=RunStatus.choices, default=RunStatus.WAITING)
    phase = models.CharField(max_length=16, choices=Phase.choices, default=Phase.ACCOUNT)
    phase_done = models.PositiveIntegerField(default=0)
    phase_total = models.PositiveIntegerField(null=True)
    # Of departments and employees: created, updated, unchanged, skipped, deleted.
    counts = models.JSONField(default=dict)
    requests = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.JSONField(default=dict)
    unreadable = models.JSONField(default=list)
    started_by = models.ForeignKey(Employee, on_delete=models.SET_NULL, null=True, related_name="+")
    started_by_label = models.CharField(max_length=300, blank=True)
    cancelled_by_label = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)

    # Who works on it: a lease that ends when the heartbeat stops, so that another takes over.
    lease = models.UUIDField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    takeovers = models.PositiveSmallIntegerField(default=0)
    settings_version = models.PositiveIntegerField()
    # What a run was asked for beyond its kind.
    options = models.JSONField(default=dict, blank=True)
    # Where it stands (integrations.sync.progress.Progress).
    progress = models.JSONField(default=dict)
    # The page in hand until it is applied, without birth dates: whoever takes the run over need
    # not read it again while the next one was on its way.
    page_in_hand = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[Any] = SyncRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(status__in=ACTIVE_STATUSES),
                name="one_active_run_a_company",
            )
        ]
        indexes = [models.Index(fields=["company", "-started_at"], name="run_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def in_short(self) -> str:
        return "同期中" if self.kind in SYNC_KINDS else "処理中"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE_STATUSES


class RunPage(models.Model):
    """One page that a run has read: its ids, and what waits for the end of the list."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="pages")
    phase = models.CharField(max_length=16, choices=Phase.choices)
    reading = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    ids = models.JSONField(default=list)
    total = models.PositiveIntegerField(null=True)
    # Departments, or crews that cannot be decided before the last page; never a birth date.
    held = models.JSONField(default=list)
    # {crew id: 社員番号} of those who want another 社員ID.
    wishes = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "phase", "reading", "number"], name="page_once_a_reading"
            )
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.reading}/{self.number}"


class RunRecord(TenantOwned):
    """A line of a run's report: what changed (before → after) or what there is to say."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="records")
    subject = models.CharField(max_length=10, choices=Subject.choices)
    # SmartHR's id as received: a malformed one has to be reported too.
    smarthr_id = models.CharField(max_length=100)
    object_pk = models.BigIntegerField(null=True)
    label = models.CharField(max_length=600)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["run", "subject", "smarthr_id"], name="record_by_source"),
            models.Index(fields=["run", "outcome", "id"], name="record_by_outcome"),
            # X6: to find the people whose names are blanked.
            models.Index(
                fields=["company", "object_pk"],
                condition=Q(object_pk__isnull=False),
                name="record_by_object",
            ),
            models.Index(
                fields=["company"], condition=Q(reason="employee_id_taken"), name="record_of_taken"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.label}"
