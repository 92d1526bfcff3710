"""What the audit log calls the things of this app (X6)."""

from collections.abc import Collection

from companies.audit_texts import RecordText, register
from webhooks.models import Delivery


def existing(company_id: int, keys: Collection[int]) -> dict[int, bool]:
    deliveries = Delivery.objects.for_company(company_id).filter(pk__in=keys)
    return dict.fromkeys(deliveries.values_list("pk", flat=True), False)


def register_texts() -> None:
    register("delivery", RecordText("Webhookの受信", {}, "webhook-log-delivery", existing))
