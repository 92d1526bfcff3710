"""The same tree changed by several people at once (O2)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from companies.audit import command
from companies.models import Company
from companies.refusals import Refused
from employees.services.removal import lock_company
from groups.models import Group
from groups.services import create_group, delete_group, move_group
from tests.factories import CompanyFactory, EmployeeFactory, GroupFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]
ACTOR = command("test")


@pytest.fixture
def company(transactional_db: None) -> Company:
    made: Company = CompanyFactory()
    return made


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Of each act what refused it, or ""; all of them start together."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait(10)
            act()
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return [running.result(30) for running in [pool.submit(run, act) for act in acts]]


@pytest.mark.parametrize("_time", range(5))
def test_O2_two_moves_that_make_a_cycle_together_are_not_both_done(
    company: Company, _time: int
) -> None:
    one, other = (GroupFactory(company=company, name=name) for name in ("営業部", "開発部"))

    refusals = at_once(
        lambda: move_group(group=one, parent=other, actor=ACTOR),
        lambda: move_group(group=other, parent=one, actor=ACTOR),
    )

    assert sorted(bool(text) for text in refusals) == [False, True]
    assert any("下位にあるため、親グループにできません" in text for text in refusals)
    assert Group.objects.for_company(company).exclude(parent=None).count() == 1


def test_O2_of_two_groups_of_one_path_one_is_made(company: Company) -> None:
    def make() -> None:
        create_group(company=company, name="営業部", parent=None, actor=ACTOR)

    refusals = at_once(make, make, make)

    assert sorted(bool(text) for text in refusals) == [False, True, True]
    assert Group.objects.for_company(company).filter(name="営業部").count() == 1


def test_O2_deleting_and_moving_below_at_once_loses_nobody(company: Company) -> None:
    parent, child = GroupFactory(company=company), GroupFactory(company=company)
    person = EmployeeFactory(company=company, group=parent)

    at_once(
        lambda: delete_group(group=parent, actor=ACTOR),
        lambda: move_group(group=child, parent=parent, actor=ACTOR),
        lambda: delete_group(group=parent, actor=ACTOR),
    )

    child.refresh_from_db()
    person.refresh_from_db()
    assert child.parent is None
    assert person.group.is_default
    assert not Group.objects.for_company(company).filter(pk=parent.pk).exists()


def test_O2_a_change_waits_for_whoever_holds_the_company(company: Company) -> None:
    held, made = threading.Event(), threading.Event()

    def make() -> None:
        held.wait(10)
        create_group(company=company, name="営業部", parent=None, actor=ACTOR)
        made.set()

    def hold() -> bool:
        with transaction.atomic():
            lock_company(company.pk)
            held.set()
            return made.wait(0.3)

    with ThreadPoolExecutor(2) as pool:
        making = pool.submit(_closing, make)
        early = pool.submit(_closing, hold).result(30)
        making.result(30)

    assert (early, made.is_set()) == (False, True)


def _closing(act: Callable[[], object]) -> object:
    try:
        return act()
    finally:
        connection.close()
