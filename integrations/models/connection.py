"""How one company is connected to SmartHR, and what it chose."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from companies.models import Company, TenantOwned
from integrations.choices import (
    DeletionPolicy,
    NameSource,
    PlanNotice,
    RetiredPolicy,
    WebhookMode,
)


class SmartHRIntegration(TenantOwned):
    company = models.OneToOneField(
        Company, on_delete=models.CASCADE, related_name="smarthr_integration"
    )
    subdomain = models.CharField("サブドメイン", max_length=63, blank=True)  # T2
    token_ciphertext = models.TextField(blank=True, editable=False)  # T3
    token_ending = models.CharField(max_length=4, blank=True, editable=False)
    department_slot = models.PositiveSmallIntegerField(
        "グループとして適用する部署", null=True, blank=True
    )  # D1; null: 適用しない
    webhook_mode = models.CharField(
        max_length=8, choices=WebhookMode.choices, default=WebhookMode.OFF
    )
    webhook_public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deletion_policy = models.CharField(
        max_length=8, choices=DeletionPolicy.choices, default=DeletionPolicy.CONFIRM
    )
    retired_policy = models.CharField(
        max_length=16, choices=RetiredPolicy.choices, default=RetiredPolicy.IMPORT
    )
    name_source = models.CharField(
        max_length=10, choices=NameSource.choices, default=NameSource.LEGAL
    )
    # T5: the subdomain or token changed since the account was last seen to know our records.
    account_unchecked = models.BooleanField(default=False, editable=False)
    # A run that was killed goes on only under the settings it started with.
    settings_version = models.PositiveIntegerField(default=1, editable=False)
    # Crew attributes that the token could not read in the last employee run (E11).
    unreadable = models.JSONField(default=list, blank=True, editable=False)
    # P1, P2 (integrations.services.plan): null means that it is not switched on.
    plan_started_on = models.DateField(null=True, blank=True)
    # The operator's word that the company goes on after the monitor period.
    plan_continued_at = models.DateTimeField(null=True, blank=True, editable=False)
    # P3: the operator stopped this company's processing.
    plan_stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    # P2: the first day of the plan that lies ahead begins with a preview.
    preview_due = models.BooleanField(default=False, editable=False)
    # T4: what the last 接続テスト found (integrations.services.check); empty after a change.
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    check_result = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(department_slot=None) | Q(department_slot__range=(1, 10)),
                name="department_slot_range",
            )
        ]

    def __str__(self) -> str:
        return f"SmartHR of {self.company_id}"

    @property
    def is_connected(self) -> bool:
        return bool(self.subdomain and self.token_ciphertext)


class SentPlanNotice(TenantOwned):
    """A notice about the plan that goes out (P2): claimed by whoever sends it, then sent."""

    notice = models.CharField(max_length=16, choices=PlanNotice.choices)
    # The last day of the period that the notice is about.
    period_end = models.DateField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "notice", "period_end"], name="plan_notice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.period_end}"
