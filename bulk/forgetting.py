"""In the list of imports and exports, too, the names of the deleted are blanked (X6).

The rows of a preview go long before: after 30 days.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from bulk.models import Job
from companies.models import AuditEntry
from companies.services.forgetting import Forgotten, blank_label
from companies.signals import people_forgotten


@receiver(people_forgotten, sender=AuditEntry, dispatch_uid="forget_people_in_jobs")
def forget_in_jobs(*, company_id: int, people: Sequence[Forgotten], **_: Any) -> None:
    """Runs in the transaction in which the audit log forgets them.

    A later job of the same words is of somebody else, who is called the same.
    """
    jobs = Job.objects.for_company(company_id)
    for person in people:
        for label in person.labels:
            theirs, blanked = jobs.filter(created_at__lte=person.seen_until), blank_label(label)
            theirs.filter(started_by=None, started_by_label=label).update(started_by_label=blanked)
            theirs.filter(confirmed_by=None, confirmed_by_label=label).update(
                confirmed_by_label=blanked
            )
