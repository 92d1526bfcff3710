"""Deliveries of a webhook: how many are accepted, how fast, when they show, what they cost SmartHR.

    python -m bench.webhooks --deliveries 2000 --senders 8 --changes 1000

Runs on the PostgreSQL of DATABASE_URL, in a database of its own that is dropped afterwards, and on
the Redis of REDIS_URL; gunicorn and Celery's worker are processes of their own, SmartHR is the
simulator with its real limit of requests. Beside it, in the same run: a DRF view that applies the
payload inside the request (bench/peer.py), which asks SmartHR for nothing.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from django.utils import timezone  # noqa: E402

from companies.audit import command  # noqa: E402
from companies.models import Company  # noqa: E402
from employees.models import Employee  # noqa: E402
from employees.services.companies import create_company  # noqa: E402
from integrations.choices import RunKind, RunStatus, WebhookMode  # noqa: E402
from integrations.encryption import encrypt  # noqa: E402
from integrations.models import SmartHRIntegration, SyncRun  # noqa: E402
from integrations.services.connection import ConnectionChanges, configure  # noqa: E402
from integrations.services.foreground import Foreground  # noqa: E402
from simulator.account import Account  # noqa: E402
from simulator.server import start_simulator  # noqa: E402
from webhooks.choices import DeliveryStatus  # noqa: E402
from webhooks.models import Delivery  # noqa: E402

TOKEN = "shr_bench_" + "t" * 32
SECRET = secrets.token_urlsafe(32)
HOST = "127.0.0.1"


@dataclass
class Measured:
    """Of one way: answers a second, and seconds of each answer."""

    per_second: float
    seconds: list[float]

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.seconds, n=100)[percent - 1] * 1000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=1_000)
    options.add_argument("--deliveries", type=int, default=2_000)
    options.add_argument("--senders", type=int, default=8)
    options.add_argument("--changes", type=int, default=1_000)
    chosen = options.parse_args()
    if connection.vendor != "postgresql" or not settings.REDIS_URL:
        raise SystemExit("Set DATABASE_URL to a PostgreSQL and REDIS_URL to a Redis.")
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with start_simulator() as simulator:
            measure(simulator.add_account("bench", TOKEN), chosen)
    finally:
        teardown_databases(databases, verbosity=0)


def measure(account: Account, chosen: argparse.Namespace) -> None:
    crews = [account.add_crew() for _ in range(chosen.people)]
    company = new_company(account)
    with ExitStack() as until_the_end:
        address = until_the_end.enter_context(web_server(account))
        ours, theirs = addresses(company)
        bodies = [body(account.crew(crews[n % len(crews)])) for n in range(chosen.deliveries)]
        small = [body(account.crew(key), only_id=True) for key in crews[:1]] * chosen.deliveries
        warm_up(address, ours, theirs, bodies)
        accepted = send(address, ours, small, senders=chosen.senders)
        applied = send(address, theirs, bodies, senders=chosen.senders)
        report_answers(accepted, applied)
        Delivery.objects.for_company(company).delete()
        until_the_end.enter_context(worker(account))
        account.add_webhook(**webhook(address, ours))
        freshness(account, company, crews[:1], name="起動", pace=5.0)  # the worker is ready
        report_freshness(freshness(account, company, crews[:100], name="新姓", pace=5.0))
        account.request_count = 0
        seconds = burst(account, company, crews[: chosen.changes])
        report_cost(account.request_count, chosen.changes, seconds)


# --- set-up --------------------------------------------------------------------------------
def new_company(account: Account) -> Company:
    settings.SMARTHR_API_URL = template(account)
    administrator = create_company(
        code="bench",
        name="bench",
        admin_id="admin",
        admin_email="admin@example.com",
        admin_password="not a real one",  # noqa: S106
        actor=command("bench"),
    )
    company = administrator.company
    changes = ConnectionChanges(subdomain="bench", token=TOKEN)
    configure(company=company, actor=command("bench"), changes=changes)
    run: SyncRun = Foreground().sync(company=company, kind=RunKind.EMPLOYEES)
    if run.status != RunStatus.SUCCEEDED:
        raise SystemExit(f"the import ended as {run.status}")
    SmartHRIntegration.objects.for_company(company).update(
        webhook_mode=WebhookMode.MANUAL,
        webhook_secret_ciphertext=encrypt(SECRET),
        hourly_sync=False,
        nightly_sync=False,
    )
    return company


def template(account: Account) -> str:
    return account.api_url.replace("/bench/", "/{subdomain}/")


def addresses(company: Company) -> tuple[str, str]:
    public_id = SmartHRIntegration.objects.for_company(company).get().webhook_public_id
    return f"/webhooks/smarthr/{public_id}/", f"/peer/{public_id}/"


def environment(account: Account, settings_module: str) -> dict[str, str]:
    database = connection.settings_dict
    where = f"{database['HOST'] or HOST}:{database['PORT'] or 5432}"
    who = f"{database['USER']}:{database['PASSWORD']}" if database["USER"] else "postgres"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings_module,
        "DATABASE_URL": f"postgres://{who}@{where}/{database['NAME']}",
        "SMARTHR_API_URL": template(account),
        "PYTHONWARNINGS": "ignore",
    }


@contextmanager
def web_server(account: Account) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", "--preload"),
            *("--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "4"),
            *("--log-level", "error"),
        ],
        env=environment(account, "bench.peer_settings"),
    )
    try:
        wait_for(port)
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def worker(account: Account) -> Iterator[None]:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "config", "worker", "--queues", "webhooks"),
            *("--concurrency", "2", "--loglevel", "ERROR", "--without-mingle", "--without-gossip"),
        ],
        env=environment(account, "config.settings"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the web server did not start")


def webhook(address: str, path: str) -> dict[str, Any]:
    events = dict.fromkeys(("crew_created", "crew_updated", "crew_deleted", "crew_imported"), True)
    return {
        "url": f"{address}{path}",
        "secret_token": SECRET,
        "expose_only_id": True,
        "disabled_at": None,
        **events,
    }


# --- answers -------------------------------------------------------------------------------
def body(crew: dict[str, Any], *, only_id: bool = False) -> bytes:
    shown = {"id": crew["id"]} if only_id else crew
    moment = timezone.now().isoformat()
    event = {"event": "crew_updated", "triggered_at": moment, "sender": None, "crew": shown}
    return json.dumps(event).encode()


def warm_up(address: str, ours: str, theirs: str, bodies: Sequence[bytes]) -> None:
    for path in (ours, theirs):
        send(address, path, bodies[:50], senders=4)


def send(address: str, path: str, bodies: Sequence[bytes], *, senders: int) -> Measured:
    """All of them, by so many senders at once, each on a connection that it keeps."""
    seconds: list[list[float]] = [[] for _ in range(senders)]
    failures: list[str] = []

    def one(number: int) -> None:
        parts = urlsplit(address)
        line = http.client.HTTPConnection(parts.hostname or HOST, parts.port)
        headers = {"X-SmartHR-Token": SECRET, "Content-Type": "application/json"}
        for content in bodies[number::senders]:
            began = time.perf_counter()
            line.request("POST", path, content, headers)
            answer = line.getresponse()
            answer.read()
            seconds[number].append(time.perf_counter() - began)
            if answer.status != 200:
                failures.append(f"{path}: {answer.status}")
                return

    threads = [threading.Thread(target=one, args=(number,)) for number in range(senders)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    if failures:
        raise SystemExit(failures[0])
    return Measured(len(bodies) / taken, [value for part in seconds for value in part])


# --- what becomes of them ------------------------------------------------------------------
def freshness(
    account: Account, company: Company, crews: Sequence[str], *, name: str, pace: float
) -> list[float]:
    """Seconds from a change in SmartHR until it shows here, at so many changes a second."""
    changed_at: dict[str, float] = {}
    shown_at: dict[str, float] = {}
    people = Employee.objects.for_company(company).linked()

    def look() -> None:
        fresh = people.filter(last_name=name).values_list("smarthr_id", flat=True)
        now = time.perf_counter()
        for crew in map(str, fresh):
            shown_at.setdefault(crew, now)

    for crew in crews:
        changed_at[crew] = time.perf_counter()
        account.change_crew(crew, last_name=name)
        until = changed_at[crew] + 1 / pace
        while time.perf_counter() < until:
            look()
            time.sleep(0.01)
    until = time.perf_counter() + 120
    while len(shown_at) < len(changed_at) and time.perf_counter() < until:
        look()
        time.sleep(0.01)
    if len(shown_at) < len(changed_at):
        raise SystemExit("not every change has shown")
    return [shown_at[crew] - moment for crew, moment in changed_at.items()]


def burst(account: Account, company: Company, crews: Sequence[str]) -> float:
    """Seconds until so many changes at once have all been applied."""
    began = time.perf_counter()
    for crew in crews:
        account.change_crew(crew, first_name="新名")
    people = Employee.objects.for_company(company).linked().filter(first_name="新名")
    waiting = Delivery.objects.for_company(company).filter(status=DeliveryStatus.PENDING)
    until = began + 600
    while time.perf_counter() < until:
        if people.count() == len(crews) and not waiting.exists():
            return time.perf_counter() - began
        time.sleep(0.1)
    raise SystemExit("not every change has been applied")


# --- reports -------------------------------------------------------------------------------
def report_answers(ours: Measured, theirs: Measured) -> None:
    print(f"{'':26}{'ours':>10}{'in request':>12}{'ratio':>8}")
    ratio = ours.per_second / theirs.per_second
    row = f"{ours.per_second:10,.0f}{theirs.per_second:12,.0f}{ratio:8.2f}"
    print(f"{'accepted a second':26}{row}")
    for percent in (50, 99):
        mine, other = ours.percentile(percent), theirs.percentile(percent)
        print(f"{f'answer p{percent}, ms':26}{mine:10.1f}{other:12.1f}{mine / other:8.2f}")


def report_freshness(seconds: Sequence[float]) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    print(f"change to visible at 5 a second: p50 {cuts[49]:.2f} s, p95 {cuts[94]:.2f} s")


def report_cost(requests: int, changes: int, seconds: float) -> None:
    per_thousand = requests * 1000 / changes
    print(
        f"{changes:,} changes at once: {per_thousand:.0f} requests to SmartHR per 1,000,"
        f" all applied after {seconds:.1f} s (one request a change: 1,000)"
    )


if __name__ == "__main__":
    main()
