"""How one company is connected to SmartHR, and what it chose."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from companies.models import Company, TenantOwned
from integrations.choices import DeletionPolicy, NameSource, RetiredPolicy, WebhookMode


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
    plan_started_on = models.DateField(null=True, blank=True)  # P1

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
