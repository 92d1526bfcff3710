"""Deliveries and real workers: bursts, floods, lost messages and processes that are killed."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from companies.audit import command
from companies.models import AuditEntry, Company
from config.settings import CELERY_BEAT_SCHEDULE, CELERY_TASK_ROUTES
from employees.services.companies import create_company
from integrations.choices import WebhookMode
from integrations.encryption import encrypt
from integrations.models import SmartHRIntegration
from integrations.services.connection import ConnectionChanges, configure
from simulator.account import Account
from simulator.server import Simulator
from tests.integrations.conftest import Customer
from tests.webhooks.lives import lapse, own_wait_over, rows, slice_of_work
from tests.webhooks.posts import SECRET, address, body, deliveries, send, stored
from tests.webhooks.test_real_servers_w5 import StartWeb, post
from tests.workers import Worker
from webhooks.models import Delivery, Inbox
from webhooks.services.intake import take_in
from webhooks.services.upkeep import companies_with_work, needs_to_come_again
from webhooks.tasks import SLICE, process_company, sweep

SECONDS = 60


def wait_until(is_true: Callable[[], bool], seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def all_done(inbox: Customer) -> bool:
    return not rows(inbox).filter(status="pending").exists()


def without_its_connection(act: Callable[..., Any]) -> Callable[..., Any]:
    """For threads: one that keeps a connection keeps the database from being dropped."""

    def call(*arguments: Any) -> Any:
        try:
            return act(*arguments)
        finally:
            connections.close_all()

    return call


def test_W6_the_same_event_100_times_at_once_is_one_change(
    inbox: Customer, account: Account, start_web: StartWeb, background_worker: None
) -> None:
    crew = account.add_crew(last_name="旧姓")
    assert inbox.sync().code == 0
    account.change_crew(crew, last_name="新姓")
    account.requests.clear()
    port, path = start_web("gunicorn"), address(inbox)
    content = json.dumps(body("crew_updated", crew)).encode()

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: post(port, path, SECRET, content), range(100)))
    wait_until(lambda: all_done(inbox))

    assert statuses == [200] * 100
    assert len(deliveries(inbox)) == 100
    assert {row[1] for row in stored(inbox)} == {"processed"}
    assert inbox.person(crew).last_name == "新姓"
    assert len([r for r in account.logged("/crews") if "id" in r.query]) <= 2
    assert AuditEntry.objects.for_company(inbox.company).filter(actor_kind="webhook").count() == 1


def test_a_delivery_whose_message_was_lost_is_swept_up(
    inbox: Customer, account: Account, background_worker: None
) -> None:
    crew = account.add_crew()
    Delivery.objects.create(company=inbox.company, event="crew_created", crew_ids=[crew], people=1)

    wait_until(lambda: inbox.has_person(crew))  # beat sweeps every 15 seconds


@pytest.mark.needs_redis
def test_a_worker_that_is_killed_in_the_middle_loses_nothing(
    inbox: Customer, account: Account, start_celery_worker: Callable[[], Worker]
) -> None:
    reached, opened = threading.Event(), threading.Event()

    def hold(page: int) -> None:
        reached.set()
        assert opened.wait(SECONDS)

    crew = account.add_crew()
    account.before_page = hold
    worker = start_celery_worker()
    send(inbox, "crew_created", crew)
    assert reached.wait(SECONDS)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    opened.set()
    account.before_page = None
    [row] = deliveries(inbox)
    assert (row.status, row.attempts) == ("pending", 1)
    lapse(inbox)  # nobody waits a minute here
    start_celery_worker()

    wait_until(lambda: inbox.has_person(crew))

    wait_until(lambda: all_done(inbox))
    [row] = deliveries(inbox)
    assert (row.status, row.attempts, row.failures) == ("processed", 2, 1)


def test_one_companys_flood_does_not_delay_another(
    inbox: Customer, account: Account, smarthr: Simulator, background_worker: None
) -> None:
    """Each slice of the flood is short, and its next one waits behind the others."""
    small = second_company(smarthr.add_account("other", "another-token-1234"))
    account.fail("slow", "/crews", times=None, seconds=1.0)
    for _ in range(40):
        Delivery.objects.create(
            company=inbox.company,
            event="crew_created",
            crew_ids=[account.add_crew()],
            people=1,
            alone=True,  # a request for each
        )
    sweep()
    wait_until(lambda: rows(inbox).filter(status="processed").exists())
    started = time.monotonic()

    send(small, "crew_updated", uuid4())
    wait_until(lambda: all_done(small))

    assert time.monotonic() - started < 2 * SLICE
    assert not all_done(inbox)
    account.clear_faults()


def second_company(account: Account) -> Customer:
    administrator = create_company(
        code="other",
        name="別会社",
        admin_id="admin",
        admin_email="admin@example.com",
        admin_password="correct horse battery",
        actor=command("test"),
    )
    company = administrator.company
    changes = ConnectionChanges(subdomain="other", token="another-token-1234")
    configure(company=company, actor=command("test"), changes=changes)
    SmartHRIntegration.objects.for_company(company).update(
        webhook_mode=WebhookMode.MANUAL, webhook_secret_ciphertext=encrypt(SECRET)
    )
    return Customer(company, account)


def test_W6_workers_side_by_side_take_each_delivery_once(inbox: Customer, account: Account) -> None:
    crews = [account.add_crew() for _ in range(250)]
    for crew in crews:
        Delivery.objects.create(
            company=inbox.company, event="crew_created", crew_ids=[crew], people=1
        )
    account.fail("slow", "/crews", times=None, seconds=0.2)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(without_its_connection(lambda _: slice_of_work(inbox)), range(4)))
    slice_of_work(inbox)

    assert {row[1:] for row in stored(inbox)} == {("processed", "")}
    assert {row.attempts for row in deliveries(inbox)} == {1}
    asked = [r.query["id"] for r in account.logged("/crews") if "id" in r.query]
    named = [crew for ids in asked for crew in ids.split(",")]
    assert sorted(named) == sorted(crews)


def test_the_sweep_knows_whose_turn_it_is(inbox: Customer, account: Account) -> None:
    company = inbox.company
    assert companies_with_work() == []
    send(inbox, "dependent_created")
    assert companies_with_work() == [company.pk]  # to be taken in
    take_in(company)
    assert companies_with_work() == []
    send(inbox, "crew_created", account.add_crew())
    take_in(company)
    assert companies_with_work() == [company.pk]
    Inbox.objects.for_company(company).update(held_until=timezone.now() + timedelta(minutes=1))
    assert companies_with_work() == []
    Inbox.objects.for_company(company).update(held_until=None)
    rows(inbox).update(not_before=timezone.now() + timedelta(seconds=30))
    assert companies_with_work() == []
    own_wait_over(inbox)
    assert companies_with_work() == [company.pk]


def test_a_message_that_comes_again_by_itself_is_asked_for_once(
    inbox: Customer, account: Account
) -> None:
    crew = account.add_crew()
    send(inbox, "crew_created", crew)
    slice_of_work(inbox)
    assert needs_to_come_again(inbox.company) is None
    send(inbox, "crew_updated", crew)
    assert not slice_of_work(inbox).tried  # the person rests

    waits = [needs_to_come_again(inbox.company) for _ in range(2)]

    assert waits == [3.0, None]


def test_P3_a_company_that_is_stopped_keeps_no_worker_busy(
    inbox: Customer, account: Account
) -> None:
    integrations = SmartHRIntegration.objects.for_company(inbox.company)
    send(inbox, "crew_created", account.add_crew())
    integrations.update(plan_stopped_at=timezone.now())

    stopped = slice_of_work(inbox)
    integrations.update(plan_stopped_at=None)

    assert (stopped.more, stopped.waits) == (False, False)
    assert slice_of_work(inbox).waits


def test_a_message_about_a_company_that_is_gone_does_no_harm(db: None) -> None:
    process_company(0)

    assert not Company.objects.filter(pk=0).exists()


def test_deliveries_have_a_queue_of_their_own() -> None:
    assert CELERY_TASK_ROUTES["webhooks.*"] == {"queue": "webhooks"}
    tasks = {entry["task"] for entry in CELERY_BEAT_SCHEDULE.values()}
    assert {"webhooks.sweep", "webhooks.purge"} <= tasks
