"""What is left of a company that was erased (P3)."""

from __future__ import annotations

from typing import Any

from django.db import models


class WebhookAtSmartHR(models.TextChoices):
    """What became of our webhook at SmartHR when its company was erased."""

    NONE = "none", "登録なし"
    REMOVED = "removed", "削除しました"
    LEFT = "left", "SmartHRに接続できず、残っています"


class ErasureProof(models.Model):
    """The erasure of one company while it goes on, and the proof of it afterwards.

    It belongs to no company, outlives the one that it names, and tells nothing of any person
    there: the company's code, numbers of rows, and who of the operator's staff asked for it.
    """

    company_code = models.CharField("企業ID", max_length=20)
    # No reference: the row goes. A key of a company is never used again.
    company_pk = models.BigIntegerField(unique=True)
    contract_ended_on = models.DateField("契約終了日")
    asked_by = models.CharField("実行者", max_length=300)
    begun_at = models.DateTimeField("開始", auto_now_add=True)
    done_at = models.DateTimeField("完了", null=True)
    # Label of the model, "sessions", "files" -> how many were deleted so far.
    counts = models.JSONField(default=dict)
    webhook = models.CharField(max_length=8, choices=WebhookAtSmartHR.choices, blank=True)

    def __str__(self) -> str:
        return f"erasure of {self.company_code}"

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    def add(self, kind: str, number: int) -> None:
        counts: dict[str, Any] = self.counts
        counts[kind] = counts.get(kind, 0) + number
