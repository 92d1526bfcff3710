"""How long the page グループ takes: ours, against a template that asks the database per group.

    python -m bench.group_tree --groups 2000 --people 100000

Runs on the database of DATABASE_URL in a database of its own, which is dropped afterwards. The
tree is up to 30 levels deep. Ours is the whole answer, login and navigation included; the peer is
the list alone, rendered the usual way: a template that includes itself and asks for the children,
the members and the approvers of each group. Both take turns. Prints the medians, how many queries
they took, and the ratio of one run.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
import uuid
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.template import Context, Engine  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    teardown_databases,
)

from companies.audit import command  # noqa: E402
from companies.models import Company  # noqa: E402
from employees.choices import Role  # noqa: E402
from employees.models import Employee, EmployeeQuerySet  # noqa: E402
from employees.services.companies import create_company  # noqa: E402
from groups.models import Group  # noqa: E402

DEPTH = 30
PEER = """<ul>{% for node in nodes %}<li><a href="/groups/{{ node.group.pk }}/">{{ node.group.name }}</a>
{{ node.members }}名 承認者{{ node.approvers }}名
{% with nodes=node.children %}{% if nodes %}{% include "branch" %}{% endif %}{% endwith %}
</li>{% endfor %}</ul>"""  # noqa: E501


class PlainNode:
    """What the peer's template asks of each group."""

    def __init__(self, group: Group) -> None:
        self.group = group

    def members(self) -> int:
        return int(self._people().count())

    def approvers(self) -> int:
        return int(self._people().able_approvers().count())

    def children(self) -> list[PlainNode]:
        return nodes_under(self.group.company_id, self.group.pk)

    def _people(self) -> EmployeeQuerySet:
        people: EmployeeQuerySet = Employee.objects.for_company(self.group.company_id)
        return people.filter(group_id=self.group.pk)


def nodes_under(company: int, parent: int | None) -> list[PlainNode]:
    groups = Group.objects.for_company(company).filter(parent=parent)
    return [PlainNode(group) for group in groups.order_by("position", "name")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.group_tree")
    parser.add_argument("--groups", type=int, default=2000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    settings.ALLOWED_HOSTS = ["testserver"]
    old = setup_databases(verbosity=0, interactive=False)
    try:
        administrator = make_company(wanted.groups, wanted.people)
        report(administrator, wanted.rounds)
    finally:
        teardown_databases(old, verbosity=0)


def make_company(groups: int, people: int) -> Employee:
    administrator = create_company(
        code="acme",
        name="アクメ株式会社",
        admin_id="a001",
        admin_email="a@example.com",
        admin_password="correct horse battery",  # noqa: S106
        actor=command("bench"),
    )
    company = administrator.company
    made = make_tree(company, groups)
    chance = random.Random(1)
    for start in range(0, people, 5000):
        Employee.objects.bulk_create(
            [
                Employee(
                    company=company,
                    employee_id=f"p-{number}",
                    last_name="佐藤",
                    first_name="花子",
                    email="a@example.com",
                    role=Role.APPROVER if number % 50 == 0 else Role.APPLICANT,
                    group_id=chance.choice(made),
                    password="!",  # noqa: S106
                )
                for number in range(start, min(people, start + 5000))
            ]
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return administrator


def make_tree(company: Company, size: int) -> list[int]:
    """One way down to DEPTH, the rest anywhere above it; every third by hand."""
    chance = random.Random(2)
    rows = Group.objects.bulk_create(
        Group(
            company=company,
            name=f"部署{number}",
            position=number,
            smarthr_id=uuid.uuid4() if number % 3 else None,
        )
        for number in range(size)
    )
    depth: list[int] = []
    for number, row in enumerate(rows):
        if number < DEPTH:
            above = number - 1
        else:
            above = chance.choice([n for n in range(number) if depth[n] < DEPTH - 1])
        depth.append(depth[above] + 1 if number else 0)
        row.parent = rows[above] if number else None
    Group.objects.bulk_update(rows, ["parent"], batch_size=500)
    return [row.pk for row in rows]


def ours(client: Client) -> None:
    if client.get("/groups/").status_code != 200:
        raise SystemExit("the page does not open")


def peer(company: Company) -> None:
    loaders = [("django.template.loaders.locmem.Loader", {"branch": PEER})]
    template = Engine(loaders=loaders).get_template("branch")
    template.render(Context({"nodes": nodes_under(company.pk, None)}))


def report(administrator: Employee, rounds: int) -> None:
    client = Client()
    client.force_login(administrator)
    acts: dict[str, Callable[[], None]] = {
        "ours": lambda: ours(client),
        "peer": lambda: peer(administrator.company),
    }
    queries = {}
    for name, act in acts.items():
        with CaptureQueriesContext(connection) as captured:
            act()  # also warms up
        queries[name] = len(captured)
    seconds: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            start = time.perf_counter()
            act()
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(taken) * 1000 for name, taken in seconds.items()}
    for name, median in medians.items():
        print(f"{name:6} {median:9.1f} ms  {queries[name]:6} queries")
    print(f"ratio  {medians['peer'] / medians['ours']:9.1f}")


if __name__ == "__main__":
    main()
