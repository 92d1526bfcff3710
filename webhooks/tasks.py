"""Background work on deliveries. Messages carry ids; the state is in the rows."""

import time
from typing import Final

from celery import shared_task

from companies.models import Company
from webhooks.services.nudges import EXPIRES
from webhooks.services.parked import tell_of_parked
from webhooks.services.processing import process
from webhooks.services.upkeep import companies_with_work, needs_to_come_again, purge

# A worker is free again for another company after this many seconds.
SLICE: Final = 5.0


@shared_task(name="webhooks.process_company")
def process_company(company_id: int) -> None:
    """A slice of what is due; asks for the next one itself. Two at once do no harm."""
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return
    until = time.monotonic() + SLICE
    done = process(company, should_pause=lambda: time.monotonic() > until)
    if done.more:
        process_company.delay(company_id)
    elif done.waits and (seconds := needs_to_come_again(company)) is not None:
        process_company.apply_async(args=(company_id,), countdown=seconds)


@shared_task(name="webhooks.sweep")
def sweep() -> None:
    """Deliveries whose message was lost, whose time has come or whose worker died."""
    for company_id in companies_with_work():
        process_company.apply_async(args=(company_id,), expires=EXPIRES)
    tell_of_parked()


@shared_task(name="webhooks.purge")
def purge_deliveries() -> None:
    purge()
