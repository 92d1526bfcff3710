"""Deliveries of SmartHR's webhook: rows are the queue, the report and the lock (W5, W8).

A body is never stored (W5a): of it the crew ids stay, and what a delivery says happened.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from companies.models import Company, TenantOwned, TenantQuerySet
from integrations.choices import Outcome
from integrations.reasons import Reason
from webhooks.choices import DeliveryStatus


class DeliveryQuerySet(TenantQuerySet["Delivery"]):
    def pending(self) -> DeliveryQuerySet:
        return self.filter(status=DeliveryStatus.PENDING)

    def idle(self) -> DeliveryQuerySet:
        """Pending, and nobody works on them."""
        return self.pending().filter(lease=None)

    def waiting(self, now: datetime) -> DeliveryQuerySet:
        """Those whose time has come and that a try, not a sync, is to close."""
        due = Q(not_before=None) | Q(not_before__lte=now)
        return self.idle().filter(due, taken_in=True, by_sync=False)

    def lapsed(self, now: datetime) -> DeliveryQuerySet:
        """Those whose worker has been silent for longer than a lease."""
        return self.pending().filter(lease__isnull=False, lease_until__lt=now)

    def failed(self) -> DeliveryQuerySet:
        """Those that need a person: parked, or not to be read."""
        failed = self.filter(status=DeliveryStatus.FAILED)
        return failed.exclude(reason=Reason.UNREADABLE_COVERED)

    def parked(self) -> DeliveryQuerySet:
        """W8: after ten failures of their own."""
        return self.failed().filter(reason=Reason.ATTEMPTS_EXHAUSTED)


class Delivery(TenantOwned):
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="webhook_deliveries"
    )
    event = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    received_at = models.DateTimeField(default=timezone.now)
    # W9: the mark of the secret that it came with (integrations.services.webhook_secrets).
    secret = models.CharField(max_length=16, blank=True)
    says_deleted = models.BooleanField(default=False)
    # What the endpoint keeps, so that it writes one row: until they are taken in.
    crew_ids = models.JSONField(default=list)
    taken_in = models.BooleanField(default=False)
    people = models.PositiveIntegerField(default=0)
    # Every try, and those that failed for a reason of its own (W8).
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    # Why it waits, was ignored or failed (integrations.reasons).
    reason = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict)
    # It is not tried (any more): the next changed-only sync closes it.
    by_sync = models.BooleanField(default=False)
    # It failed in company: the next try is its own, so that others do not suffer from it.
    alone = models.BooleanField(default=False)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    # Receipt or 再実行: for so long it may wait for the account.
    waits_since = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = DeliveryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["company", "-received_at"], name="delivery_by_time"),
            models.Index(fields=["company", "status", "received_at"], name="delivery_by_status"),
            models.Index(
                fields=["company", "received_at"],
                condition=Q(status=DeliveryStatus.PENDING),
                name="delivery_pending",
            ),
            models.Index(
                fields=["company"], condition=Q(taken_in=False), name="delivery_not_taken_in"
            ),
            models.Index(
                fields=["company"],
                condition=Q(status=DeliveryStatus.FAILED),
                name="delivery_failed",
            ),
            models.Index(
                fields=["company", "lease_until"],
                condition=Q(lease__isnull=False),
                name="delivery_leased",
            ),
            models.Index(
                fields=["company", "waits_since"],
                condition=Q(status=DeliveryStatus.PENDING, by_sync=False),
                name="delivery_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"Webhook #{self.pk}"


class DeliveryCrew(TenantOwned):
    """One person that a delivery names: work until it is done, then a line of the log.

    The log shows name and 社員ID only (W8).
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="crews")
    smarthr_id = models.UUIDField()
    says_deleted = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)
    object_pk = models.BigIntegerField(null=True)
    label = models.CharField(max_length=600, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    # Pairs of "reason" and "detail".
    notes = models.JSONField(default=list)
    changes = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "smarthr_id"], name="crew_once_a_delivery")
        ]
        indexes = [
            models.Index(fields=["company", "smarthr_id"], name="delivery_crew_by_id"),
            # The first two, and page by page, of an import of thousands.
            models.Index(fields=["delivery", "id"], name="delivery_crew_in_order"),
        ]

    def __str__(self) -> str:
        return str(self.smarthr_id)


class DeliveryTry(TenantOwned):
    """A line of 試行の履歴."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    seconds = models.FloatField()
    # Empty: it went well.
    reason = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.reason}"


class Inbox(TenantOwned):
    """The deliveries of one company as a whole.

    Whoever claims, closes or puts back deliveries locks it: after rows of people, of the
    integration and of a run, before rows of deliveries that nobody works on.
    """

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="webhook_inbox")
    # W8: trouble of the account, until when nothing is asked for, and how often in a row.
    held_until = models.DateTimeField(null=True)
    holds = models.PositiveSmallIntegerField(default=0)
    hold_reason = models.CharField(max_length=40, blank=True)
    hold_detail = models.JSONField(default=dict)
    # When SmartHR was last read well for a delivery.
    good_at = models.DateTimeField(null=True)
    # A message that comes by itself is under way until then.
    wake_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"inbox of {self.company_id}"
