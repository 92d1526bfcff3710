"""What the inbox does when people were read, or the connection is another one (W8)."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from integrations.signals import connection_changed, people_read
from webhooks.services.covering import cover_by_sync
from webhooks.services.inboxes import locked_inbox, release_hold


@receiver(people_read, dispatch_uid="close_covered_deliveries")
def close_covered_deliveries(*, company_id: int, since: datetime, whole: bool, **_: Any) -> None:
    cover_by_sync(company_id, since=since, whole=whole)


@receiver(connection_changed, dispatch_uid="try_deliveries_again")
def try_deliveries_again(*, company_id: int, **_: Any) -> None:
    """W8: what the account was in the way of is tried with the next sweep."""
    release_hold(locked_inbox(company_id))
