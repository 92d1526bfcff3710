"""The tenant, what every tenant-owned row shares, and the audit log."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self, TypeVar

from django.core.validators import RegexValidator
from django.db import models

CODE_PATTERN = r"\A[A-Za-z0-9-]{3,20}\Z"
M = TypeVar("M", bound=models.Model)


def is_valid_code(text: str) -> bool:
    return re.match(CODE_PATTERN, text) is not None


class Company(models.Model):
    """A customer (tenant), known by its 企業ID, which never changes."""

    code = models.CharField(
        "企業ID",
        max_length=20,
        unique=True,
        validators=[RegexValidator(re.compile(CODE_PATTERN), "企業IDの形式が正しくありません。")],
    )
    name = models.CharField("会社名", max_length=255)
    is_operator = models.BooleanField("運営会社", default=False)
    # X5: the initial password opens only the page that changes it.
    force_password_change = models.BooleanField(default=True)
    # X5: initial passwords expire unused after so many days; 0: never; null: not answered yet.
    initial_password_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # O5: a linked person's e-mail goes on a card by itself only under one of these domains.
    card_email_domains = models.JSONField(default=list, blank=True)
    # P3: the last day of the contract; 30 days later the operator erases the company.
    contract_ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=CODE_PATTERN), name="company_code_form"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class TenantQuerySet(models.QuerySet[M]):
    def for_company(self, company: Company | int) -> Self:
        """The rows of one company. `company` is the company or its primary key."""
        return self.filter(company=company)

    def across_companies(self) -> Self:
        """Rows of every company; says at the call that no tenant limits it."""
        return self.all()


class TenantOwned(models.Model):
    """Base of every row that belongs to exactly one company (C1).

    Code of this project starts each query with `for_company()` or `across_companies()`;
    tests/test_architecture.py fails on any other start.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[Any] = TenantQuerySet.as_manager()

    class Meta:
        abstract = True


class ActorKind(models.TextChoices):
    PERSON = "person", "社員"
    SYNC = "sync", "同期"
    WEBHOOK = "webhook", "Webhook"
    COMMAND = "command", "コマンド"
    IMPORT = "import", "インポート"
    SUPPORT = "support", "サポート"


class AuditAction(models.TextChoices):
    CREATED = "created", "作成"
    UPDATED = "updated", "更新"
    DELETED = "deleted", "削除"
    SUSPENDED = "suspended", "ログインの停止"
    RESUMED = "resumed", "ログインの再開"
    CONFIGURED = "configured", "設定の変更"
    APPROVED = "approved", "削除の承認"
    DISMISSED = "dismissed", "削除しない"
    APPOINTED = "appointed", "管理者への任命"
    SIGNED_IN = "signed_in", "ログイン"
    SIGNED_OUT = "signed_out", "ログアウト"
    PASSWORD_CHANGED = "password_changed", "パスワードの変更"
    STARTED = "started", "同期の開始"
    CANCELLED = "cancelled", "同期の中止"
    TIED = "tied", "紐付け"
    UNTIED = "untied", "紐付けの取り消し"
    DOWNLOADED = "downloaded", "ダウンロード"
    SECRET_SHOWN = "secret_shown", "シークレットトークンの表示"
    PLAN = "plan", "契約の変更"
    PASSWORD_ISSUED = "password_issued", "パスワードの再発行"
    PASSWORD_RESET = "password_reset", "パスワードの再設定"
    IMPORTED = "imported", "インポート"
    RESTORED = "restored", "復元"
    ERASED = "erased", "控えの消去"
    UNLINKED = "unlinked", "連携の解除"
    VISITED = "visited", "サポートの閲覧"


class AuditEntry(TenantOwned):
    """Who or what changed which record, field by field, without secrets (X6)."""

    at = models.DateTimeField(auto_now_add=True)
    actor_kind = models.CharField(max_length=16, choices=ActorKind.choices)
    # Ids instead of foreign keys: the row outlives the person, the run and the record.
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=300)
    action = models.CharField(max_length=20, choices=AuditAction.choices)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    object_label = models.CharField(max_length=600)
    # Of each field the value before and the value after.
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    # Of the line that tells of a person's deletion: when their name was blanked everywhere.
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        # What is frequent is found by time, what is rare by one of the others. People are few among
        # the lines of syncs, and what they changed is what is asked most.
        indexes = [
            models.Index(fields=["company", "-at"], name="audit_by_time"),
            models.Index(fields=["company", "object_type", "object_id"], name="audit_by_object"),
            models.Index(fields=["company", "actor_kind", "actor_id"], name="audit_by_actor"),
            models.Index(fields=["company", "action", "-at"], name="audit_by_action"),
            models.Index(fields=["company", "actor_kind", "action", "-at"], name="audit_by_deed"),
            models.Index(
                fields=["at"],
                condition=models.Q(action="deleted", object_type="employee", forgotten_at=None),
                name="audit_to_forget",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.object_label}"
