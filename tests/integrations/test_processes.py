"""Real processes: commands and workers side by side, and what happens when one is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from companies.audit import command
from employees.models import Employee
from employees.services.companies import create_company
from integrations.choices import RunKind, RunStatus, Trigger
from integrations.models import SyncRun
from integrations.services.connection import ConnectionChanges, configure
from integrations.services.runs import LEASE, start_run
from simulator.account import Account
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.sync.people import counted
from tests.project_tree import ROOT
from tests.workers import StartWorker, Worker, child_environment, kill_with_children

SECONDS = 60
Process = subprocess.Popen[str]
StartSync = Callable[..., Process]


@pytest.fixture
def start_sync() -> Iterator[StartSync]:
    processes: list[Process] = []

    def start(*arguments: str, company: str = "acme") -> Process:
        process = subprocess.Popen(
            [
                *(sys.executable, "manage.py", "smarthr_sync", "--json"),
                *("--company", company, *arguments),
            ],
            cwd=ROOT,
            env=child_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def ended(process: Process) -> tuple[int, dict[str, Any]]:
    out, err = process.communicate(timeout=SECONDS)
    assert "Traceback" not in err
    assert TOKEN not in out + err
    return process.returncode, json.loads(out)


class Gate:
    """Holds the requests for a page until it is opened."""

    def __init__(self, account: Account, page: int) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self.page = page
        account.before_page = self.wait

    def wait(self, page: int) -> None:
        if page == self.page:
            self.reached.set()
            assert self.opened.wait(SECONDS)


def only_run(customer: Customer) -> SyncRun:
    run: SyncRun = SyncRun.objects.for_company(customer.company).get()
    return run


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def lapse(customer: Customer) -> None:
    """As if the lease of a killed process had run out: nobody waits 75 seconds here."""
    SyncRun.objects.for_company(customer.company).active().update(
        heartbeat_at=timezone.now() - LEASE - timedelta(seconds=1)
    )


def pages_asked(account: Account) -> list[int]:
    return [int(r.query["page"]) for r in account.logged("/crews") if "id" not in r.query]


def people(customer: Customer) -> list[tuple[Any, ...]]:
    rows = Employee.objects.for_company(customer.company).linked().order_by("smarthr_id")
    columns = ("smarthr_id", "employee_id", "last_name", "first_name", "email", "group__name")
    return list(rows.values_list(*columns))


@pytest.mark.parametrize("at_page", [1, 3, 5])
def test_T6_a_killed_command_is_taken_over_and_ends_as_if_nothing_had_happened(
    customer: Customer, account: Account, start_sync: StartSync, at_page: int
) -> None:
    crews = [account.add_crew() for _ in range(450)]
    account.change_crew(crews[0], emp_code=None)
    for crew in (crews[10], crews[440]):
        account.change_crew(crew, emp_code="CONTESTED")
    gate = Gate(account, at_page)
    killed = start_sync()
    assert gate.reached.wait(SECONDS)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    gate.opened.set()
    assert only_run(customer).status == RunStatus.RUNNING
    lapse(customer)

    answer = customer.sync()

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert answer["run"] == only_run(customer).pk
    assert answer["employees"] == counted(created=450)
    assert sorted(entry["reason"] for entry in answer["skipped"]) == [
        "employee_id_invalid",
        "employee_id_taken",
    ]
    assert pages_asked(account) == sorted([1, 2, 3, 4, 5, at_page])
    winner = min(crews[10], crews[440])
    assert customer.person(winner).employee_id == "CONTESTED"
    assert customer.sync()["employees"] == counted(unchanged=450)


def test_T6_two_commands_at_once_make_one_run(
    customer: Customer, account: Account, start_sync: StartSync
) -> None:
    for _ in range(150):
        account.add_crew()
    gate = Gate(account, 1)
    processes = [start_sync() for _ in range(3)]
    wait_until(lambda: sum(process.poll() is not None for process in processes) == 2)
    gate.opened.set()

    results = sorted((ended(process) for process in processes), key=lambda result: result[0])

    run = only_run(customer)
    assert [code for code, _ in results] == [0, 1, 1]
    assert [data["run"] for _, data in results] == [run.pk] * 3
    assert results[0][1]["employees"] == counted(created=150)
    assert all("すでに同期を実行中" in data["error"] for _, data in results[1:])
    assert pages_asked(account) == [1, 2]


def test_C1_two_companies_sync_at_once(
    customer: Customer, account: Account, start_sync: StartSync
) -> None:
    account.generate(people=600, departments=60, seed=4)
    second = Customer(
        create_company(
            code="beta",
            name="ベータ株式会社",
            admin_id="admin",
            admin_email="admin@example.com",
            admin_password="correct horse battery",
            actor=command("test"),
        ).company,
        account,
    )
    account.add_token("another-token-1234")
    for one, token in ((customer, TOKEN), (second, "another-token-1234")):
        changes = ConnectionChanges(subdomain="acme", token=token, department_slot=1)
        configure(company=one.company, actor=command("test"), changes=changes)

    processes = [start_sync(company="acme"), start_sync(company="beta")]
    results = [ended(process) for process in processes]

    assert [code for code, _ in results] == [0, 0]
    created = [data["employees"]["created"] for _, data in results]
    assert created[0] == created[1] > 500
    assert [len(people(one)) for one in (customer, second)] == created


def test_T6_an_interrupted_command_ends_its_run(
    customer: Customer, account: Account, start_sync: StartSync
) -> None:
    account.add_crew()
    gate = Gate(account, 1)
    process = start_sync()
    assert gate.reached.wait(SECONDS)
    process.send_signal(signal.SIGINT)
    time.sleep(1.0)
    gate.opened.set()

    code, data = ended(process)

    assert (code, data["status"]) == (1, "cancelled")
    assert only_run(customer).status == RunStatus.CANCELLED


# --- workers -------------------------------------------------------------------------------


def clicked(customer: Customer) -> SyncRun:
    person = Employee.objects.for_company(customer.company).get(employee_id="admin")
    run, _ = start_run(
        company=customer.company, kind=RunKind.EMPLOYEES, trigger=Trigger.SCREEN, actor=person
    )
    return run


# A worker comes last among the arguments: it starts with the settings that `account` has made.


def test_T6_a_worker_runs_what_the_screen_asked_for(
    customer: Customer, account: Account, background_worker: None
) -> None:
    for _ in range(250):
        account.add_crew()

    run = clicked(customer)
    wait_until(lambda: not only_run(customer).is_active)

    run.refresh_from_db()
    assert (run.status, run.takeovers) == (RunStatus.SUCCEEDED, 0)
    assert run.counts["employees"] == counted(created=250)
    assert pages_asked(account) == [1, 2, 3]


@pytest.mark.needs_redis
def test_T6_a_lost_message_is_made_good_by_the_sweep(
    customer: Customer,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    celery_worker_process: Worker,
) -> None:
    account.add_crew()
    with monkeypatch.context() as patch:
        patch.setattr("integrations.services.runs._ask_worker", lambda run_id: None)
        clicked(customer)

    wait_until(lambda: not only_run(customer).is_active)

    assert only_run(customer).status == RunStatus.SUCCEEDED


@pytest.mark.needs_redis
def test_T6_a_killed_worker_is_followed_by_another(
    customer: Customer, account: Account, start_celery_worker: StartWorker
) -> None:
    for _ in range(350):
        account.add_crew()
    gate = Gate(account, 3)
    worker = start_celery_worker()
    run = clicked(customer)
    assert gate.reached.wait(SECONDS)
    kill_with_children(worker)
    gate.opened.set()
    run.refresh_from_db()
    assert run.status == RunStatus.RUNNING
    # The third page is asked for while the second one is applied: at least that one is in hand.
    assert run.phase_done in (100, 200)
    lapse(customer)

    start_celery_worker()
    wait_until(lambda: not only_run(customer).is_active)

    run.refresh_from_db()
    assert (run.status, run.takeovers) == (RunStatus.SUCCEEDED, 1)
    assert run.counts["employees"] == counted(created=350)
    assert pages_asked(account) == [1, 2, 3, 3, 4]
