from django.db import models


class CrewEvent(models.TextChoices):
    """W4: the events that concern people, by SmartHR's names."""

    CREATED = "crew_created", "従業員の追加"
    UPDATED = "crew_updated", "従業員の更新"
    DELETED = "crew_deleted", "従業員の削除"
    IMPORTED = "crew_imported", "従業員のファイル取り込み"


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", "未処理"
    PROCESSED = "processed", "処理済み"
    IGNORED = "ignored", "対象外"
    FAILED = "failed", "失敗"


class LogState(models.TextChoices):
    """How the log shows a delivery; those that wait for another try stand apart."""

    PENDING = "pending", "未処理"
    RETRYING = "retrying", "再試行待ち"
    PROCESSED = "processed", "処理済み"
    IGNORED = "ignored", "対象外"
    FAILED = "failed", "失敗"
