"""Real workers, killed at the worst moment, and several at once: nothing is half done (B5)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from bulk.choices import JobStatus
from bulk.models import Job
from bulk.services.applying import apply_import
from bulk.services.jobs import LEASE, ask_again, confirm_import
from companies.models import AuditEntry
from companies.refusals import Refused
from employees.models import Employee
from tests.bulk.jobs import confirmed, previewed
from tests.bulk.workbooks import people
from tests.factories import EmployeeFactory
from tests.simulator.waiting import wait_for
from tests.workers import StartWorker, kill_with_children

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.needs_postgres,  # SQLite has one writer at a time
]
ROWS = 1200  # more than a batch: the first is written when the second waits
SECONDS = 60


def many() -> bytes:
    return people(*([f"id-{n:04}", "佐藤", "花子", "", "", "", ""] for n in range(ROWS)))


def has_waiting_insert() -> bool:
    """Whether an apply stands in the middle, waiting for the row that the test holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees it once
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
            " AND query LIKE 'INSERT INTO \"employees_employee\"%%'"
        )
        return cursor.fetchone() is not None


def imported(administrator: Employee) -> int:
    people = Employee.objects.for_company(administrator.company)
    return int(people.filter(employee_id__startswith="id-").count())


@pytest.mark.needs_redis
def test_B5_a_worker_that_is_killed_in_mid_apply_leaves_nothing(
    administrator: Employee, start_celery_worker: StartWorker
) -> None:
    job = previewed(administrator, many())
    worker = start_celery_worker()
    with suppress(RolledBack), transaction.atomic():
        # The last row of the file: somebody makes that person at the same moment, and gives up.
        EmployeeFactory(company=administrator.company, employee_id=f"id-{ROWS - 1:04}")
        confirm_elsewhere(job, administrator)
        wait_for(has_waiting_insert, SECONDS)
        kill_with_children(worker)
        raise RolledBack
    wait_for(lambda: not has_waiting_insert(), SECONDS)

    job.refresh_from_db()
    assert (job.status, job.tries, imported(administrator)) == (JobStatus.APPLYING, 1, 0)
    assert not AuditEntry.objects.for_company(administrator.company).exists()

    # As the sweep of every half minute does.
    Job.objects.for_company(administrator.company).update(heartbeat_at=timezone.now() - LEASE * 2)
    start_celery_worker()
    ask_again()
    wait_for(lambda: status_of(job) == JobStatus.DONE, SECONDS)
    assert imported(administrator) == ROWS
    entries = AuditEntry.objects.for_company(administrator.company)
    assert entries.filter(action="created").count() == ROWS
    assert entries.filter(action="imported").count() == 1


def test_B5_two_workers_apply_it_once(administrator: Employee) -> None:
    job = confirmed(administrator, many())

    at_once(lambda: apply_import(job.pk), times=3)

    assert (status_of(job), imported(administrator)) == (JobStatus.DONE, ROWS)
    entries = AuditEntry.objects.for_company(administrator.company)
    assert entries.filter(action="imported").count() == 1


def test_B5_of_two_confirmations_one_is_taken(administrator: Employee) -> None:
    job = previewed(administrator, many())
    refused: list[str] = []

    def confirm() -> None:
        try:
            confirm_import(job=job, actor=administrator)
        except Refused as refusal:
            refused.append(str(refusal))

    at_once(confirm, times=4)

    assert len(refused) == 3
    assert status_of(job) == JobStatus.APPLYING


class RolledBack(Exception):
    pass


def status_of(job: Job) -> str:
    return str(
        Job.objects.for_company(job.company_id).values_list("status", flat=True).get(pk=job.pk)
    )


def at_once(act: Callable[[], object], *, times: int) -> None:
    start = threading.Barrier(times)

    def run() -> None:
        start.wait()
        try:
            act()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def confirm_elsewhere(job: Job, actor: Employee) -> None:
    """In a transaction of its own, which ends while the test's goes on."""
    at_once(lambda: confirm_import(job=job, actor=actor), times=1)
