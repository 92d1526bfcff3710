"""How fast people are written: our sync against `update_or_create` per person.

    python -m bench.sync_people --people 20000 --peer 1000

Runs on the database of DATABASE_URL in a database of its own, which is dropped afterwards.
SmartHR is a list in memory, so that only our work is measured: the API itself gives at most
1,000 people a second (10 requests of 100). Prints people a second and the ratio of one run.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from companies.audit import command  # noqa: E402
from companies.models import Company  # noqa: E402
from employees.initial_password import initial_password  # noqa: E402
from employees.models import Employee  # noqa: E402
from employees.services.companies import create_company  # noqa: E402
from integrations.choices import RunKind, RunStatus, Trigger  # noqa: E402
from integrations.models import SyncRun  # noqa: E402
from integrations.services.connection import (  # noqa: E402
    ConnectionChanges,
    configure,
    integration_of,
)
from integrations.services.runs import cancel_own, start_run  # noqa: E402
from integrations.services.snapshot import sync_settings  # noqa: E402
from integrations.smarthr.client import SmartHRClient  # noqa: E402
from integrations.smarthr.records import Crew, Page  # noqa: E402
from integrations.sync.database import DatabaseLedger  # noqa: E402
from integrations.sync.engine import advance  # noqa: E402
from integrations.sync.work import Work  # noqa: E402

T = TypeVar("T")
START = datetime(2026, 4, 1, tzinfo=UTC)
BORN = date(1990, 1, 2)


@dataclass
class MemorySmartHR:
    crews: Sequence[Crew]
    read_at: datetime

    def crews_page(self, number: int, *, fields: Sequence[str]) -> Page[Crew]:
        start = (number - 1) * 100
        rows = tuple(self.crews[start : start + 100])
        return Page(
            number=number,
            items=rows,
            total=len(self.crews),
            has_next=start + len(rows) < len(self.crews),
            read_at=self.read_at,
        )

    def crews_by_id(self, ids: Sequence[UUID], *, fields: Sequence[str]) -> dict[UUID, Crew]:
        wanted = set(ids)
        return {crew.id: crew for crew in self.crews if crew.id in wanted}

    def read_ahead(
        self,
        first: int,
        reader: Callable[[int], Page[T]],
        *,
        window: int = 2,
        arrived: Callable[[Page[T]], bool] = lambda page: True,
    ) -> Generator[Page[T], None, None]:
        page = reader(first)
        yield page
        while page.has_next:
            page = reader(page.number + 1)
            yield page


def made_up_crews(count: int) -> list[Crew]:
    return [
        Crew(
            id=uuid4(),
            read_at=START,
            updated_at=START - timedelta(days=1),
            emp_code=f"{number:06}",
            emp_status="employed",
            last_name="佐藤",
            first_name=f"花子{number}",
            email=f"hanako{number}@example.com",
            birth_at=BORN.isoformat(),
            departments=None,
        )
        for number in range(count)
    ]


def changed(crews: Sequence[Crew], share: float) -> list[Crew]:
    """The crews read an hour later; a share of them with a new first name."""
    every = round(1 / share) if share else 0
    later = START + timedelta(hours=1)
    return [
        replace(crew, read_at=later, updated_at=later, first_name="改名")
        if every and place % every == 0
        else replace(crew, read_at=later)
        for place, crew in enumerate(crews)
    ]


def run_sync(company: Company, crews: Sequence[Crew]) -> float:
    """Seconds of one whole run."""
    lease = uuid4()
    run, _ = start_run(
        company=company, kind=RunKind.EMPLOYEES, trigger=Trigger.COMMAND, actor=None, lease=lease
    )
    run = SyncRun.objects.for_company(company).select_related("company").get(pk=run.pk)
    ledger = DatabaseLedger(run, lease, sync_settings(integration_of(company)))
    source = MemorySmartHR(crews, crews[0].read_at)
    began = time.perf_counter()
    ending = advance(Work(ledger, cast(SmartHRClient, source)))
    seconds = time.perf_counter() - began
    if ending.status != RunStatus.SUCCEEDED:
        raise SystemExit(f"the run ended as {ending.status}")
    cancel_own(run, command("bench"))
    return seconds


def run_peer(company: Company, crews: Sequence[Crew]) -> float:
    """Seconds of the usual way: a query and a slow hash for each person."""
    began = time.perf_counter()
    for crew in crews:
        values: dict[str, Any] = {
            "employee_id": crew.emp_code,
            "last_name": crew.last_name,
            "first_name": crew.first_name,
            "email": crew.email,
        }
        employee, created = Employee.objects.for_company(company).update_or_create(
            company=company, smarthr_id=crew.id, defaults=values
        )
        if created:
            employee.set_password(initial_password(company.code, BORN))
            employee.save(update_fields=["password"])
    return time.perf_counter() - began


def new_company(code: str) -> Company:
    administrator = create_company(
        code=code,
        name=code,
        admin_id="admin",
        admin_email="admin@example.com",
        admin_password="not a real one",  # noqa: S106
        actor=command("bench"),
    )
    changes = ConnectionChanges(subdomain="bench", token="t" * 40)
    configure(company=administrator.company, actor=command("bench"), changes=changes)
    return administrator.company


def measure(people: int, peer: int) -> None:
    crews = made_up_crews(people)
    stages = [
        ("first import", crews),
        ("unchanged", changed(crews, 0)),
        ("1 % changed", changed(crews, 0.01)),
    ]
    ours, theirs = new_company("bench-ours"), new_company("bench-peer")
    print(f"{'':14}{'sync':>12}{'per person':>12}{'ratio':>8}   (people a second)")
    for name, listed in stages:
        fast = people / run_sync(ours, listed)
        slow = peer / run_peer(theirs, listed[:peer])
        print(f"{name:14}{fast:12,.0f}{slow:12,.0f}{fast / slow:8.1f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{people:,} people; peak memory {peak:.0f} MiB")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--peer", type=int, default=1_000)
    chosen = options.parse_args()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        measure(chosen.people, chosen.peer)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
