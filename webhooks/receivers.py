"""What the inbox does when the integration has read people (W8)."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from integrations.signals import people_read
from webhooks.services.covering import cover_by_sync


@receiver(people_read, dispatch_uid="close_covered_deliveries")
def close_covered_deliveries(*, company_id: int, since: datetime, whole: bool, **_: Any) -> None:
    cover_by_sync(company_id, since=since, whole=whole)
