"""Background work on the audit log. Each may run several times, and at once."""

from celery import shared_task

from companies.services.audit_purge import purge_old_entries
from companies.services.forgetting import forget_due


@shared_task(name="companies.purge_audit")
def purge_audit() -> None:
    """X6: the log is kept for two years."""
    purge_old_entries()


@shared_task(name="companies.forget_deleted")
def forget_deleted() -> None:
    """X6: names and e-mail, 90 days after a deletion."""
    forget_due()
