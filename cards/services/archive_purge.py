"""The end of an archive: first the file of the image, then the row (X4).

So a process that is killed in between leaves a row that the next purge finds, never a file that
nobody knows of. Until then nobody sees the row: its time is over.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from cards.models import CardArchive
from employees.models import Employee

log = logging.getLogger(__name__)
BATCH: Final = 100


def purge_expired() -> None:
    """All whose time is over, of every company. Several at once do no harm to each other."""
    last = 0
    while True:
        rows = _over().filter(pk__gt=last).order_by("pk")
        keys = list(rows.values_list("pk", flat=True)[:BATCH])
        if not keys:
            return
        purge(keys)
        last = keys[-1]


@transaction.atomic
def purge(keys: Sequence[int]) -> None:
    """Those among them whose time is over and that nobody else has in hand."""
    rows = _over().filter(pk__in=keys).order_by("pk").select_for_update(skip_locked=True)
    gone = [row.pk for row in rows if _delete_image(row.image)]
    CardArchive.objects.across_companies().filter(pk__in=gone).delete()


def _over() -> Any:
    return CardArchive.objects.across_companies().filter(expires_at__lte=timezone.now())


def _delete_image(name: str) -> bool:
    """Whether nothing of it is left to do."""
    try:
        if name and not _is_used(name):
            default_storage.delete(name)  # content where it has gone already
    except Exception:  # the others have to go all the same; the next purge tries again
        log.exception("an image of an expired archive could not be deleted")
        return False
    return True


def _is_used(name: str) -> bool:
    """By an employee or a kept archive: in this order, in which a deletion hands it on."""
    people = Employee.objects.across_companies().filter(image=name)
    archives = CardArchive.objects.across_companies().kept().filter(image=name)
    return bool(people.exists() or archives.exists())
