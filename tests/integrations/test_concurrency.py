"""Several at work on one company at once: nobody waits for each other in a circle."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from companies.audit import command
from employees.choices import Role
from employees.models import Employee
from employees.services.companies import appoint_administrator
from employees.services.removal import lock_company
from groups.models import Group
from groups.services import dissolve_groups
from integrations.choices import Trigger
from integrations.models import DeletionCandidate
from integrations.services.deletions import approve, dismiss, pending
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.lives import administrator
from tests.integrations.sync.people import counted

pytestmark = pytest.mark.needs_postgres  # SQLite has one writer at a time
ACTOR = command("test")


class Beside:
    """Does something over and over in a thread of its own while the body of `with` runs."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act = act
        self.times = 0
        self.problems: list[BaseException] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self) -> None:
        try:
            while not self.over.is_set():
                self.act()
                self.times += 1
        except Exception as problem:  # noqa: BLE001 - the test shows it
            self.problems.append(problem)
        finally:
            connection.close()

    def __enter__(self) -> Beside:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()
        assert self.problems == []
        assert self.times > 0


def deadlocks() -> int:
    time.sleep(1.2)  # the statistics come late
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.fixture
def crews(customer: Customer, account: Account) -> list[str]:
    department = account.add_department("営業部")
    made = [account.add_crew(department_ids=[department]) for _ in range(300)]
    customer.configure("--department-slot", "1")
    assert customer.sync().code == 0
    return made


def rename_all(account: Account, crews: list[str], name: str) -> None:
    for crew in crews:
        account.change_crew(crew, last_name=name)


def test_groups_are_dissolved_while_their_people_are_synced(
    customer: Customer, account: Account, crews: list[str]
) -> None:
    company, rng = customer.company, random.Random(1)
    people = Employee.objects.for_company(company)
    keys = list(people.linked().values_list("pk", flat=True))
    before = deadlocks()

    def move_and_dissolve() -> None:
        group = Group.objects.create(company=company, name="臨時")
        for key in rng.sample(keys, 40):
            people.filter(pk=key).update(group=group)
        with transaction.atomic():
            lock_company(company.pk)
            dissolve_groups(company=company, groups=[group.pk], actor=ACTOR)

    with Beside(move_and_dissolve):
        for number in range(4):
            rename_all(account, crews, f"姓{number}")
            answer = customer.sync()
            assert (answer.code, answer["employees"]) == (0, counted(updated=300))

    assert deadlocks() == before
    assert people.linked().exclude(last_name="姓3").count() == 0


def test_administrators_are_appointed_while_people_are_deleted(
    customer: Customer, account: Account, crews: list[str]
) -> None:
    company, rng = customer.company, random.Random(2)
    customer.configure("--deletion", "auto", "--retired", "suspend")
    people = Employee.objects.for_company(company).linked()
    people.update(is_initial_password=False)  # X5: who has it still is not appointed
    keys = list(people.values_list("pk", flat=True))
    before = deadlocks()

    def appoint() -> None:
        person = Employee.objects.for_company(company).filter(pk=rng.choice(keys)).first()
        if person is None:
            return
        try:
            appoint_administrator(employee=person, reason="試験", actor=ACTOR)
        except Employee.DoesNotExist:  # deleted a moment ago
            return
        Employee.objects.for_company(company).filter(pk=person.pk).update(role=Role.APPLICANT)

    left = list(crews)
    with Beside(appoint):
        for _ in range(4):
            for _ in range(10):
                account.delete_crew(left.pop())
            for crew in left[:20]:
                account.change_crew(crew, last_name="改姓")
            answer = customer.sync()
            assert (answer.code, answer["employees"]["deleted"]) == (0, 10)

    assert deadlocks() == before
    assert Employee.objects.for_company(company).linked().count() == 260


def test_candidates_are_decided_while_syncs_go_on(
    customer: Customer, account: Account, crews: list[str]
) -> None:
    for crew in crews[:30]:
        account.delete_crew(crew)
    assert customer.sync().code == 3
    before = deadlocks()

    def decide() -> None:
        waiting = [candidate.pk for candidate in pending(customer.company)]
        dismiss(company=customer.company, candidates=waiting[:1], actor=ACTOR)
        if waiting[1:]:
            # Where a sync goes on, nothing comes of it; else the next sync ends this run first.
            approve(
                company=customer.company,
                candidates=waiting[1:2],
                trigger=Trigger.SCREEN,
                actor=administrator(customer),
            )

    with Beside(decide):
        for number in range(4):
            rename_all(account, crews[30:], f"姓{number}")
            assert customer.sync()["employees"] == counted(updated=270)
        while pending(customer.company):
            customer.deletions("--approve")

    assert deadlocks() == before
    people = Employee.objects.for_company(customer.company).linked()
    kept = DeletionCandidate.objects.for_company(customer.company)
    assert {candidate.status for candidate in kept} == {"dismissed"}
    assert people.count() == 270 + kept.count()
    assert customer.sync()["employees"] == counted(unchanged=270)
