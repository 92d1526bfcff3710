"""Killed processes and a broker that forgets: nothing that was accepted is lost (W5, W6, W8)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
import redis
from django.conf import settings
from django.db import connection, transaction

from companies.models import AuditEntry
from employees.models import Employee
from simulator.account import Account
from tests.factories import BusinessCardFactory
from tests.integrations.conftest import Customer
from tests.webhooks.conftest import WebServer
from tests.webhooks.hiring import accepted, answers, hiring, register
from tests.webhooks.lives import lapse, own_wait_over, rows
from tests.webhooks.posts import address, deliveries, send
from tests.webhooks.test_workers import SECONDS, all_done, wait_until
from tests.workers import StartWorker, Worker, kill_with_children
from webhooks.models import Delivery
from webhooks.services.inboxes import locked_inbox
from webhooks.tasks import sweep

StartServer = Callable[..., WebServer]
QUEUE = "webhooks"


def audited(inbox: Customer) -> Counter[int | None]:
    """How often the audit log tells of each person that a webhook changed."""
    entries = AuditEntry.objects.for_company(inbox.company).filter(actor_kind="webhook")
    return Counter(entries.values_list("object_id", flat=True))


def linked(inbox: Customer) -> set[str]:
    people = Employee.objects.for_company(inbox.company).linked()
    return {str(crew) for crew in people.values_list("smarthr_id", flat=True)}


@pytest.mark.parametrize("whole", [True, False], ids=["whole server", "its workers"])
def test_W5_what_a_killed_web_server_had_accepted_is_kept_and_applied(
    inbox: Customer,
    account: Account,
    start_server: StartServer,
    request: pytest.FixtureRequest,
    whole: bool,
) -> None:
    server = start_server("gunicorn")
    register(account, f"http://127.0.0.1:{server.port}{address(inbox)}")

    with hiring(account):
        wait_until(lambda: len(accepted(account)) >= 20)
        server.kill() if whole else server.kill_workers()
        before = accepted(account)
        kept = {crew for row in deliveries(inbox) for crew in row.crew_ids}
        if whole:
            start_server("gunicorn", port=server.port)
        wait_until(lambda: len(accepted(account)) >= len(before) + 20)
    account.wait_for_webhooks(SECONDS)
    request.getfixturevalue("background_worker")
    wait_until(lambda: all_done(inbox))

    assert set(before) <= kept
    assert sorted(accepted(account)) == sorted(account.crews)
    assert linked(inbox) == set(account.crews)
    assert set(audited(inbox).values()) == {1}
    assert answers(account) <= {200, 503, 0}


@pytest.mark.needs_postgres
@pytest.mark.needs_redis
def test_W6_a_worker_killed_inside_its_transaction_has_done_nothing_and_the_next_one_all(
    inbox: Customer, account: Account, start_celery_worker: StartWorker
) -> None:
    married, moved, gone = (account.add_crew(last_name="旧姓") for _ in range(3))
    assert inbox.sync().code == 0
    leaver = inbox.person(gone)
    BusinessCardFactory(employee=leaver)
    for crew in (married, moved):
        account.change_crew(crew, last_name="新姓")
        send(inbox, "crew_updated", crew)
    account.delete_crew(gone)
    send(inbox, "crew_deleted", gone)
    before = states(inbox)
    reached, opened = hold_requests(account)
    worker = start_celery_worker()
    assert reached.wait(SECONDS)

    with transaction.atomic():
        locked_inbox(inbox.company)  # the last that a batch writes
        opened.set()
        wait_until(somebody_waits_after_writing_people)
        kill_with_children(worker)
    wait_until(nobody_else_writes)

    assert states(inbox) == before
    assert audited(inbox) == Counter()
    assert {(row.status, row.attempts) for row in deliveries(inbox)} == {("pending", 1)}
    start_celery_worker()
    lapse(inbox)  # nobody waits a minute here,
    sweep()
    wait_until(lambda: not rows(inbox).exclude(failures=1).exists())
    own_wait_over(inbox)  # nor for the pause after a failure
    sweep()
    wait_until(lambda: all_done(inbox))
    assert states(inbox) == {married: ("新姓", 0), moved: ("新姓", 0)}
    assert audited(inbox)[leaver.pk] == 1
    assert sorted(audited(inbox).values()) == [1, 1, 1]
    assert {(row.status, row.attempts) for row in deliveries(inbox)} == {("processed", 2)}


def states(inbox: Customer) -> dict[str, tuple[str, int]]:
    """Of each linked person the last name and how many cards."""
    people = Employee.objects.for_company(inbox.company).linked()
    return {str(one.smarthr_id): (one.last_name, one.cards.count()) for one in people}


def hold_requests(account: Account) -> tuple[threading.Event, threading.Event]:
    """Set when the next request for people has come; to be set for its answer."""
    reached, opened = threading.Event(), threading.Event()

    def hold(page: int) -> None:
        reached.set()
        assert opened.wait(SECONDS)

    account.before_page = hold
    return reached, opened


def somebody_waits_after_writing_people() -> bool:
    return _locks("mode = 'RowExclusiveLock' AND relation = 'employees_employee'::regclass", True)


def nobody_else_writes() -> bool:
    return not _locks("mode = 'RowExclusiveLock'", False)


def _locks(which: str, waiting: bool) -> bool:
    """Whether another connection has such a lock; only those that wait for one count, or all."""
    wait = "pid IN (SELECT pid FROM pg_locks WHERE NOT granted)" if waiting else "true"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM pg_locks WHERE {which} AND {wait} "  # noqa: S608
            "AND pid <> pg_backend_pid() "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@pytest.fixture
def broker() -> redis.Redis:
    return redis.Redis.from_url(str(settings.REDIS_URL))


@pytest.mark.needs_redis
def test_W8_what_waits_in_a_redis_that_is_flushed_is_swept_up(
    inbox: Customer,
    account: Account,
    broker: redis.Redis,
    start_server: StartServer,
    start_celery_worker: StartWorker,
) -> None:
    server = start_server("gunicorn")
    register(account, f"http://127.0.0.1:{server.port}{address(inbox)}")
    with hiring(account):
        wait_until(lambda: len(accepted(account)) >= 20)
    account.wait_for_webhooks(SECONDS)
    wait_until(lambda: bool(broker.llen(QUEUE)))

    broker.flushdb()
    start_celery_worker()
    wait_until(lambda: all_done(inbox))

    assert linked(inbox) == set(account.crews) == set(accepted(account))


@pytest.mark.needs_redis
def test_W8_processes_go_on_with_a_redis_that_is_flushed_under_them(
    inbox: Customer,
    account: Account,
    broker: redis.Redis,
    start_server: StartServer,
    celery_worker_process: Worker,
) -> None:
    """Whatever they had declared there is gone, and they do not know."""
    server = start_server("gunicorn")
    register(account, f"http://127.0.0.1:{server.port}{address(inbox)}")
    with hiring(account):
        for flushes in range(1, 6):
            wait_until(lambda: len(accepted(account)) >= 15 * flushes)  # noqa: B023
            broker.flushdb()
    account.wait_for_webhooks(SECONDS)
    wait_until(lambda: all_done(inbox))
    assert linked(inbox) == set(account.crews) == set(accepted(account))

    # The web server still tells the worker,
    crew = account.add_crew()
    wait_until(lambda: inbox.has_person(crew), seconds=10)
    wait_until(lambda: all_done(inbox))
    # and the beat whatever nobody told.
    with account.without_webhooks():
        untold = account.add_crew()
    Delivery.objects.create(
        company=inbox.company, event="crew_created", crew_ids=[untold], people=1
    )
    wait_until(lambda: inbox.has_person(untold))
