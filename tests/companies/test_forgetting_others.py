"""X6: what is forgotten is the text of the deleted, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from bulk.choices import Subject
from bulk.models import Job
from bulk.services.jobs import start_export
from companies.audit import command
from companies.services.forgetting import replaced
from companies.tasks import forget_deleted
from employees.models import Employee
from employees.services.removal import remove_employee
from integrations.models import PersonSync
from tests.factories import AdministratorFactory, LinkedEmployeeFactory

GONE = {"o@example.jp": "x"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("o@example.jp", "x"),
        ("通知先 o@example.jp", "通知先 x"),
        ("（o@example.jp）", "（x）"),
        ("o@example.jp、o@example.jp.", "x、x."),
        ("taro@example.jp", "taro@example.jp"),
        ("taro.o@example.jp", "taro.o@example.jp"),
        ("o@example.jpn", "o@example.jpn"),
        ("o@example.jp.example.com", "o@example.jp.example.com"),
    ],
)
def test_X6_an_address_is_replaced_only_as_a_whole(before: str, after: str) -> None:
    """The address of somebody else can end like the one of the deleted."""
    assert replaced([before], GONE) == [after]


def test_X6_a_person_without_any_name_costs_no_other_text() -> None:
    assert replaced("営業部", {"": "x"}) == "営業部"


def _hired(by: Employee) -> Employee:
    """An 管理者 of one name and 社員ID, who once asked for an export and an import."""
    person = AdministratorFactory(
        company=by.company, employee_id="00027", last_name="佐藤", first_name="花子"
    )
    job = start_export(company=by.company, subject=Subject.CARDS, actor=person, total=0)
    Job.objects.for_company(by.company).filter(pk=job.pk).update(
        confirmed_by=person, confirmed_by_label=person.label
    )
    return person


def _removed(person: Employee) -> None:
    with transaction.atomic():
        remove_employee(employee=person, actor=command("test"))


@pytest.mark.django_db
def test_X6_imports_and_single_syncs_do_not_name_the_deleted_for_longer() -> None:
    boss = AdministratorFactory()
    person = _hired(boss)
    PersonSync.objects.create(
        company=boss.company,
        employee=LinkedEmployeeFactory(company=boss.company),
        asked_at=timezone.now(),
        asked_by_id=person.pk,
        asked_by_label=person.label,
    )
    _removed(person)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        _hired(boss)  # is called the same now

    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        forget_deleted()

    jobs = Job.objects.for_company(boss.company).order_by("pk")
    assert list(jobs.values_list("started_by_label", "confirmed_by_label")) == [
        ("削除された社員（00027）", "削除された社員（00027）"),
        ("佐藤 花子（00027）", "佐藤 花子（00027）"),
    ]
    sync = PersonSync.objects.for_company(boss.company).get()
    assert sync.asked_by_label == "削除された社員（00027）"
