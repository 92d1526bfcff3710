"""Background work of syncs. Messages carry ids; the state is in the rows."""

import time
from typing import Final

from celery import shared_task

from integrations.services.health_checks import check_company, due_checks
from integrations.services.health_mails import send_due_mails
from integrations.services.holds import end_due_holds
from integrations.services.person_syncs import due_person_syncs, go_on
from integrations.services.plan import start_due_previews
from integrations.services.plan_notices import send_due_notices
from integrations.services.report_purge import purge_old_reports
from integrations.services.run_work import work_on
from integrations.services.runs import claim, due_runs
from integrations.services.schedules import forget_old_acts, start_due_syncs
from integrations.services.unlinking import due_unlinkings, unlink_slice
from integrations.services.webhook_removals import retry_due_removals

# A worker is free again for another company's run after this many seconds.
SLICE: Final = 20.0


@shared_task(name="integrations.work_on_run")
def work_on_run(run_id: int) -> None:
    """A slice of a run; asks for the next one itself. Does nothing if another works on it."""
    lease = claim(run_id)
    if lease is None:
        return
    until = time.monotonic() + SLICE
    result = work_on(run_id, lease, should_pause=lambda: time.monotonic() > until)
    if not result.finished and result.wait_until is None:
        work_on_run.delay(run_id)


@shared_task(name="integrations.resume_runs")
def resume_runs() -> None:
    """Runs whose time has come, whose worker died, or whose message was lost; what is due.

    The same for syncs of one person (X9) and for companies that are being unlinked (X12).
    """
    for run_id in due_runs():
        work_on_run.delay(run_id)
    for pk in due_person_syncs():
        sync_person.delay(pk)
    for company_id in due_unlinkings():
        unlink_company.delay(company_id)
    start_due_previews()
    start_due_syncs()


@shared_task(name="integrations.sync_person")
def sync_person(pk: int) -> None:
    """X9: what SmartHR did not answer while somebody waited. Two at once do no harm."""
    go_on(pk)


@shared_task(name="integrations.unlink_company")
def unlink_company(company_id: int) -> None:
    """X12: a slice of the records whose links are cut. Two at once do no harm."""
    until = time.monotonic() + SLICE
    if not unlink_slice(company_id, should_pause=lambda: time.monotonic() > until):
        unlink_company.delay(company_id)


@shared_task(name="integrations.forget_old_acts")
def forget_acts() -> None:
    forget_old_acts()


@shared_task(name="integrations.send_plan_notices")
def send_plan_notices() -> None:
    """P2: what is due by now, also after days without a beat."""
    send_due_notices()


@shared_task(name="integrations.check_health")
def check_health() -> None:
    """X3: a look an hour at every connection; each is a task, so that none waits for another."""
    for company_id in due_checks():
        check_company_health.delay(company_id)


@shared_task(name="integrations.check_company_health")
def check_company_health(company_id: int) -> None:
    check_company(company_id)


@shared_task(name="integrations.send_health_mails")
def send_health_mails() -> None:
    """X3: troubles and notices, once each."""
    send_due_mails()


@shared_task(name="integrations.end_holds")
def end_holds() -> None:
    """S6: those whose last day has passed."""
    end_due_holds()


@shared_task(name="integrations.remove_webhooks")
def remove_webhooks() -> None:
    """W2: those that could not be removed when a connection or the mode was changed."""
    retry_due_removals()


@shared_task(name="integrations.purge_reports")
def purge_reports() -> None:
    """X6: reports and previews, after their 13 months."""
    purge_old_reports()
