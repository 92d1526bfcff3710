"""Background work on cards."""

import logging

from celery import shared_task
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from cards.models import CardArchive
from employees.models import Employee

log = logging.getLogger(__name__)


@shared_task(name="cards.purge_archives")
def purge_archives() -> None:
    """X4: ends the 30 days of archives and their images. Two at once do no harm to each other."""
    expired = CardArchive.objects.across_companies().filter(expires_at__lte=timezone.now())
    images = sorted(set(expired.exclude(image="").values_list("image", flat=True)))
    expired.delete()
    # A file does not come back with a rollback.
    transaction.on_commit(lambda: _delete_unused(images))


def _delete_unused(images: list[str]) -> None:
    for name in images:
        try:
            if not _is_used(name):
                default_storage.delete(name)  # content where another run has deleted it
        except Exception:  # the others have to go all the same
            log.exception("an image of an expired archive could not be deleted")


def _is_used(name: str) -> bool:
    """By an employee, or by an archive that is kept."""
    people = Employee.objects.across_companies().filter(image=name)
    archives = CardArchive.objects.across_companies().filter(image=name)
    return bool(people.exists() or archives.exists())
