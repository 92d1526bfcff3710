"""What does not work, who is told, and what is left to clean up at SmartHR (X3, W2)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from companies.models import TenantOwned


class HealthIssue(TenantOwned):
    """One cause of trouble from when it was noticed until it was gone; mailed once, then weekly."""

    cause = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # A mail about it is claimed by whoever sends it, then marked as sent.
    claimed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "cause"], condition=Q(closed_at=None), name="one_open_issue"
            )
        ]
        indexes = [models.Index(fields=["company", "-opened_at"], name="issue_by_time")]

    def __str__(self) -> str:
        return self.cause


class NotificationAddress(TenantOwned):
    """通知先: who is told beside the 管理者, once the address has been confirmed."""

    email = models.CharField(max_length=254)
    asked_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "email"], name="address_once")]

    def __str__(self) -> str:
        return f"address {self.pk}"


class WebhookRemoval(TenantOwned):
    """A webhook of ours that is to go from SmartHR, until it is gone or given up (W2).

    One that was given up keeps no token.
    """

    subdomain = models.CharField(max_length=63)
    # The one that we knew of; empty where we may have made one and were stopped before we kept it.
    remote_id = models.CharField(max_length=64, blank=True)
    # Every webhook of exactly this address goes, too, but those of the list: a company that
    # registers by hand has the same address, and then this one is empty.
    own_url = models.TextField(blank=True)
    spared = models.JSONField(default=list)
    token_ciphertext = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    asked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"removal at {self.subdomain}"
