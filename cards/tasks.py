"""Background work on cards."""

from celery import shared_task

from cards.services.archive_purge import purge_expired


@shared_task(name="cards.purge_archives")
def purge_archives() -> None:
    """X4: ends the 30 days of archives and their images."""
    purge_expired()
