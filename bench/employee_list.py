"""How fast 社員リスト answers in a company of 100,000, against the plain way of writing it.

    python -m bench.employee_list --people 100000 --groups 2000

Runs on the database of DATABASE_URL in a database of its own, which is dropped afterwards. Each
address is opened through Django's test client, so that the time is that of the whole request in the
server. The plain way (icontains over four columns, COUNT, OFFSET over whole rows) is timed as its
queries alone, which flatters it. PostgreSQL's parallel helpers are off, since their work could not
be counted. Prints milliseconds and, of one run, the ratios of the work.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.paginator import Paginator  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from django.utils import timezone  # noqa: E402

from companies.audit import command  # noqa: E402
from companies.models import Company  # noqa: E402
from employees.models import Employee  # noqa: E402
from employees.services.companies import create_company  # noqa: E402
from groups.models import Group  # noqa: E402

SURNAMES = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤")
NAMES = ("花子", "太郎", "一郎", "美咲", "健", "翔太", "陽菜", "葵", "蓮", "結衣")
LAST = 99_999  # a page beyond the last shows the last


def addresses(group: int, people: int) -> dict[str, str]:
    middle = people // 100
    return {
        "first page": "",
        "page in the middle": f"page={middle}",
        "last page": f"page={LAST}",
        "one person's name": f"q=佐藤 花子{people // 2:06}",
        "a common name": "q=佐藤",
        "a common name, last page": f"q=佐藤&page={LAST}",
        "everybody's domain": "q=example",
        "everybody's domain, middle": f"q=example&page={middle}",
        "nobody": "q=zzzzz",
        "two words": "q=山本 user1",
        "a 社員ID": f"q={people // 3:06}",
        "group with those below": f"group={group}&below=1",
        "role": "role=approver",
        "linked": "smarthr=linked",
        "hand-made, last page": f"smarthr=handmade&page={LAST}",
        "never logged in": "never=1",
        "never logged in, middle": f"never=1&page={middle // 2}",
        "stopped": "stopped=1",
        "by 社員ID": "sort=id",
        "by 社員ID, middle": f"sort=-id&page={middle}",
        "by group": "sort=group",
        "by group, last page": f"sort=group&page={LAST}",
        "by role": "sort=-role",
        "by role, middle": f"sort=role&page={middle}",
        "by last login": "sort=-login",
        "by last login, middle": f"sort=login&page={middle}",
        "nobody, by 社員ID": "q=zzzzz&sort=id",
        "nobody, by group": "q=zzzzz&sort=group",
        "everybody's domain, by group": "q=example&sort=group",
        "everybody's domain, by login, middle": f"q=example&sort=-login&page={middle}",
        "all filters": f"q=佐藤&group={group}&below=1&role=applicant&smarthr=linked&never=1",
    }


def plain_ways(company: Company, people: int) -> dict[str, Callable[[], object]]:
    everybody = Employee.objects.for_company(company).select_related("group")

    def holds(word: str) -> Q:
        columns = ("last_name", "first_name", "employee_id", "email")
        return reduce(or_, (Q(**{f"{column}__icontains": word}) for column in columns))

    def page(rows: object, number: int) -> object:
        found: Any = Paginator(cast(Any, rows), 50).get_page(number)
        return list(found), found.paginator.count

    by_name = everybody.order_by("last_name", "first_name", "pk")
    return {
        "first page": lambda: page(by_name, 1),
        "last page": lambda: page(by_name, LAST),
        "a common name": lambda: page(by_name.filter(holds("佐藤")), 1),
        "nobody": lambda: page(by_name.filter(holds("zzzzz")), 1),
        "everybody's domain": lambda: page(by_name.filter(holds("example")), 1),
        "everybody's domain, middle": lambda: page(by_name.filter(holds("example")), people // 100),
        "by group, last page": lambda: page(
            everybody.order_by("group__name", "last_name", "first_name", "pk"), LAST
        ),
        "by last login, middle": lambda: page(
            everybody.order_by("last_login", "pk"), people // 100
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.employee_list")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--groups", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    settings.ALLOWED_HOSTS = ["testserver"]
    old = setup_databases(verbosity=0, interactive=False)
    try:
        administrator, group = fill(options.people, options.groups)
        report(administrator, group, options)
    finally:
        teardown_databases(old, verbosity=0)


def fill(people: int, groups: int) -> tuple[Employee, int]:
    administrator = create_company(
        code="acme",
        name="アクメ株式会社",
        admin_id="a001",
        admin_email="a@example.com",
        admin_password="correct horse battery",  # noqa: S106
        actor=command("bench"),
    )
    company = administrator.company
    made = grow(company, groups)
    now = timezone.now()
    rows = (
        Employee(
            company=company,
            employee_id=f"{number:06}",
            last_name=SURNAMES[number * 7 % 10],
            first_name=f"{NAMES[number // 10 % 10]}{number:06}",
            email=f"user{number}@example.co.jp",
            password="x" * 95,
            role="approver" if number % 50 == 0 else "applicant",
            group=made[number % len(made)],
            smarthr_id=uuid4() if number % 4 else None,
            is_active=number % 100 != 0,
            last_login=now - timedelta(minutes=number) if number % 3 == 0 else None,
            source={"emp_code": f"{number:06}", "last_name": "佐藤", "departments": [None] * 10},
        )
        for number in range(people)
    )
    Employee.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:  # as its own housekeeping leaves it
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return administrator, made[0].pk


def grow(company: Company, number: int) -> list[Group]:
    """Ten at the top, and ten below each until there are enough."""
    made: list[Group] = []
    while len(made) < number:
        level = made[len(made) // 10 - 1 :] if made else [None]
        parents = [level[0]] * 10 if made else [None] * 10
        made += Group.objects.bulk_create(
            [
                Group(
                    company=company, name=f"部門{len(made) + n}", parent=parent, smarthr_id=uuid4()
                )
                for n, parent in enumerate(parents)
            ]
        )
    return made[:number]


class Taken(NamedTuple):
    median: float
    best: float
    # Processor time of this process and of its PostgreSQL process: what a machine with nothing
    # else to do would take. 0 where it cannot be told.
    work: float


def database_work() -> float:
    """Milliseconds of processor time so far of the database's process for this connection."""
    if connection.vendor != "postgresql":
        return 0.0
    stat = Path(f"/proc/{connection.connection.get_backend_pid()}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def milliseconds(act: Callable[[], object], rounds: int) -> Taken:
    taken = []
    act()
    start = time.process_time() * 1000 + database_work()
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    work = time.process_time() * 1000 + database_work() - start
    return Taken(statistics.median(taken), min(taken), work / rounds)


def report(administrator: Employee, group: int, options: argparse.Namespace) -> None:
    client = Client()
    client.force_login(administrator)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")

    def opened(query: str) -> Callable[[], object]:
        def act() -> None:
            if client.get(f"/employees/?{query}").status_code != 200:
                raise SystemExit(query)

        return act

    plain = plain_ways(administrator.company, options.people)
    slowest = 0.0
    print(f"{options.people:,} people, {options.groups:,} groups, {connection.vendor}")
    for name, query in addresses(group, options.people).items():
        ours = milliseconds(opened(query), options.rounds)
        slowest = max(slowest, ours.work)
        line = f"{name:36} {ours.median:6.1f} ms, best {ours.best:6.1f}, work {ours.work:6.1f}"
        if name in plain:
            theirs = milliseconds(plain[name], options.rounds)
            line += f"   plain {theirs.median:6.1f}, best {theirs.best:6.1f}"
            line += f", work {theirs.work:6.1f}   ratio {theirs.work / ours.work:4.1f}"
        print(line)
    print(f"most work {slowest:.1f} ms")


if __name__ == "__main__":
    main()
