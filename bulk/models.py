"""Jobs of 一括処理: their state, files and previews are rows, purged after a time."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from bulk.choices import JobKind, JobStatus, PartKind, Subject, Verdict
from companies.models import Company, TenantOwned
from employees.models import Employee

WORKING = (JobStatus.WAITING, JobStatus.RUNNING, JobStatus.APPLYING)


class Job(TenantOwned):
    """One export or import."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=JobKind.choices)
    subject = models.CharField(max_length=12, choices=Subject.choices)
    status = models.CharField(max_length=12, choices=JobStatus.choices, default=JobStatus.WAITING)
    file_name = models.CharField(max_length=255, blank=True)
    creates_groups = models.BooleanField(default=False)
    started_by = models.ForeignKey(Employee, on_delete=models.SET_NULL, null=True, related_name="+")
    started_by_label = models.CharField(max_length=300)
    # Who pressed the button that applies an import; also who may fetch one-time passwords.
    confirmed_by = models.ForeignKey(
        Employee, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    confirmed_by_label = models.CharField(max_length=300, blank=True)
    # Whoever works on it writes its lease; a heartbeat that is old means that nobody does.
    lease = models.UUIDField(null=True)
    heartbeat_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    new_groups = models.JSONField(default=list)
    one_time_passwords = models.PositiveIntegerField(default=0)
    # Of everything that the preview says would be done: what is applied must be the same.
    plan = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    # From then on its files are gone.
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(kind=JobKind.IMPORT, status__in=WORKING),
                name="one_active_import",
            ),
        ]
        indexes = [models.Index(fields=["company", "-created_at"], name="bulk_job_by_time")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()}の{self.get_kind_display()} #{self.pk}"

    @property
    def is_active(self) -> bool:
        return JobStatus(self.status).is_active

    @property
    def is_import(self) -> bool:
        return self.kind == JobKind.IMPORT

    @property
    def to_write(self) -> int:
        return self.new + self.changed

    @property
    def unit(self) -> str:
        return Subject(self.subject).unit


class FilePart(TenantOwned):
    """A piece of a file, encrypted. In the database: every web server and worker sees it, and it
    goes with the company."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=12, choices=PartKind.choices)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "kind", "number"], name="file_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class PreviewRow(TenantOwned):
    """What would become of one row of a file. Never a password."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    label = models.CharField(max_length=600)
    is_linked = models.BooleanField(default=False)
    # A key instead of a foreign one: whoever is gone makes the plan stale.
    person = models.BigIntegerField(null=True)
    # Of each change: heading, before, after.
    changes: Any = models.JSONField(default=list)
    # Of each error: cell, what it shows, text.
    errors: Any = models.JSONField(default=list)
    notes: Any = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["job", "verdict", "number"], name="preview_row_by_verdict")]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_verdict_display()}"
