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

    # W3, W9: the secret of our webhook, encrypted; the one before it is accepted for a while.
    webhook_secret_ciphertext = models.TextField(blank=True, editable=False)
    webhook_old_secret_ciphertext = models.TextField(blank=True, editable=False)
    # The first delivery with the present secret.
    webhook_secret_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    # W2: our webhook at SmartHR as it was seen last, and why it does not work (a reason code).
    webhook_remote_id = models.CharField(max_length=64, blank=True, editable=False)
    webhook_problem = models.CharField(max_length=40, blank=True, editable=False)
    webhook_problem_detail = models.JSONField(default=dict, blank=True, editable=False)
    webhook_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Whoever holds it registers; two at once would register two webhooks.
    webhook_busy_until = models.DateTimeField(null=True, blank=True, editable=False)
    # Authentic deliveries: the newest, and the first since the mode is 手動 (W3).
    webhook_received_at = models.DateTimeField(null=True, blank=True, editable=False)
    webhook_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # S6: 自動反映の一時停止, to the end of this day (integrations.holding).
    held_since = models.DateTimeField(null=True, blank=True, editable=False)
    held_until = models.DateField(null=True, blank=True)
    # X2: what runs by itself, while the mode is not 自動同期しない.
    hourly_sync = models.BooleanField(default=True)
    nightly_sync = models.BooleanField(default=True)
    # When a person's first 従業員リスト⇒社員リスト ended well.
    people_imported_at = models.DateTimeField(null=True, blank=True, editable=False)
    # SmartHR's `updated_at` up to which the last good run has read; null: read all.
    crews_watermark = models.DateTimeField(null=True, blank=True, editable=False)
    # Since when something asks for a changed-only sync as soon as one may run.
    changes_wanted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The same for a comparison of everything (S6: at the end of a hold that nobody looked at).
    full_wanted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the next one of each is due; whoever moves it on starts it.
    next_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_full_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_health_at = models.DateTimeField(null=True, blank=True, editable=False)
    # X3: when SmartHR was last read well, by a sync or for a delivery.
    last_success_at = models.DateTimeField(null=True, blank=True, editable=False)
    # X12: the links of the whole company are being cut, and on whose word; null: they are not.
    unlinking_since = models.DateTimeField(null=True, blank=True, editable=False)
    unlinking_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    unlinking_by_label = models.CharField(max_length=300, blank=True, editable=False)

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
