from django.db import models


class CrewEvent(models.TextChoices):
    """W4: the events that concern people, by SmartHR's names."""

    CREATED = "crew_created", "従業員の追加"
    UPDATED = "crew_updated", "従業員の変更"
    DELETED = "crew_deleted", "従業員の削除"
    IMPORTED = "crew_imported", "従業員の一括登録・一括変更"


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", "未処理"
    PROCESSED = "processed", "処理済み"
    IGNORED = "ignored", "対象外"
    FAILED = "failed", "失敗"
