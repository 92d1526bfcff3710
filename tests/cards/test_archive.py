"""X4: the archive that keeps a deleted person's cards and image for 30 days."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cards.models import PRINTED_FIELDS, BusinessCard, CardArchive
from cards.tasks import purge_archives
from companies.audit import command
from companies.models import AuditEntry, Company
from companies.set_based import batches
from config.celery import app
from employees.models import Employee
from employees.services.removal import LastAdministrator, remove_employee, remove_employees
from tests.factories import (
    AdministratorFactory,
    BusinessCardFactory,
    CompanyFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db
ACTOR = command("test")


def remove(person: Employee, reason: str = "") -> None:
    with transaction.atomic():
        remove_employee(employee=person, actor=ACTOR, reason=reason)


def remove_all(people: list[Employee]) -> None:
    with transaction.atomic():
        remove_employees(company_id=people[0].company_id, employees=people, actor=ACTOR)


def test_X4_cards_and_image_go_into_the_archive_before_the_person_goes() -> None:
    person = LinkedEmployeeFactory(image="images/hanako.png", last_name="髙﨑", first_name="花子")
    printed = {field: f"{field}の値" for field in PRINTED_FIELDS}
    BusinessCardFactory(employee=person, **printed)
    BusinessCardFactory(employee=person, title="理事")
    stranger = BusinessCardFactory()
    key, smarthr_id = person.pk, person.smarthr_id

    remove(person)

    archive = CardArchive.objects.for_company(person.company_id).get()
    assert (archive.employee_pk, archive.employee_id) == (key, person.employee_id)
    assert (archive.last_name, archive.first_name) == ("髙﨑", "花子")
    assert (archive.smarthr_id, archive.image) == (smarthr_id, "images/hanako.png")
    assert archive.cards == [printed, {**dict.fromkeys(PRINTED_FIELDS, ""), "title": "理事"}]
    kept = archive.expires_at - timezone.now()
    assert timedelta(days=29, hours=23) < kept <= timedelta(days=30)
    assert list(BusinessCard.objects.across_companies()) == [stranger]
    assert not Employee.objects.across_companies().filter(pk=key).exists()


def test_X4_a_person_without_cards_leaves_an_archive_too() -> None:
    person = EmployeeFactory()

    remove(person)

    archive = CardArchive.objects.for_company(person.company_id).get()
    assert (archive.cards, archive.image, archive.smarthr_id) == ([], "", None)


def test_X6_the_deletion_stands_in_the_audit_log_with_its_reason() -> None:
    person = EmployeeFactory()
    label, key = person.label, person.pk

    remove(person, "退職")

    entry = AuditEntry.objects.for_company(person.company_id).get()
    assert (entry.action, entry.object_type, entry.object_id) == ("deleted", "employee", key)
    assert (entry.object_label, entry.reason) == (label, "退職")
    assert entry.changes == {"employee_id": [person.employee_id, None]}


def test_X4_of_many_people_each_leaves_an_archive_of_the_own_cards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cards.archive.batches", partial(batches, size=2))
    company = CompanyFactory()
    people = EmployeeFactory.create_batch(5, company=company)
    for title in ("部長", "課長"):
        for person in people[1:]:
            BusinessCardFactory(employee=person, title=title, last_name=person.employee_id)
    expected = {
        (person.employee_id, title, person.employee_id)
        for person in people[1:]
        for title in ("部長", "課長")
    }

    remove_all(people)

    found = CardArchive.objects.for_company(company).order_by("pk")
    assert len(found) == 5
    printed = [
        (row.employee_id, card["title"], card["last_name"]) for row in found for card in row.cards
    ]
    assert (set(printed), len(printed)) == (expected, 8)
    assert [card["title"] for card in found[4].cards] == ["部長", "課長"]
    assert not Employee.objects.for_company(company).exists()


def test_X4_number_of_queries_does_not_grow_with_the_people() -> None:
    def queries(count: int) -> int:
        people = EmployeeFactory.create_batch(count, company=CompanyFactory())
        for person in people:
            BusinessCardFactory(employee=person)
        with CaptureQueriesContext(connection) as captured:
            remove_all(people)
        return len(captured)

    assert queries(50) == queries(1)


def test_X4_without_the_archive_nothing_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    person = BusinessCardFactory().employee

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(CardArchive.objects, "bulk_create", broken)
    with pytest.raises(OSError, match="disk full"):
        remove(person)

    assert Employee.objects.for_company(person.company_id).filter(pk=person.pk).exists()
    assert person.cards.count() == 1
    assert not AuditEntry.objects.for_company(person.company_id).exists()


def test_C6_the_last_administrator_is_neither_archived_nor_deleted() -> None:
    last = AdministratorFactory()
    AdministratorFactory(company=last.company, is_active=False)

    with pytest.raises(LastAdministrator):
        remove(last)

    assert not CardArchive.objects.for_company(last.company_id).exists()
    assert Employee.objects.for_company(last.company_id).count() == 2


def test_C6_a_suspended_administrator_can_go_while_another_one_can_log_in() -> None:
    able = AdministratorFactory()
    suspended = AdministratorFactory(company=able.company, is_active=False)

    remove(suspended)

    assert list(Employee.objects.for_company(able.company)) == [able]


def archived(company: Company, *, days_left: float, image: str = "") -> CardArchive:
    return CardArchive.objects.create(
        company=company,
        employee_pk=1,
        employee_id="E001",
        last_name="佐藤",
        image=image,
        expires_at=timezone.now() + timedelta(days=days_left),
    )


def stored_image() -> str:
    return default_storage.save("images/hanako.png", ContentFile(b"PNG"))


def kept() -> list[CardArchive]:
    return list(CardArchive.objects.across_companies().order_by("pk"))


def test_X4_after_30_days_archive_and_image_go_in_every_company() -> None:
    old, older, young = stored_image(), stored_image(), stored_image()
    archived(CompanyFactory(), days_left=-0.001, image=old)
    archived(CompanyFactory(), days_left=-400, image=older)
    archived(CompanyFactory(), days_left=-1)
    still = archived(CompanyFactory(), days_left=0.001, image=young)

    purge_archives()

    assert kept() == [still]
    assert [default_storage.exists(name) for name in (old, older, young)] == [False, False, True]


def test_X4_whoever_is_killed_between_file_and_row_leaves_a_row_that_goes_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [stored_image() for _ in range(3)]
    for name in names:
        archived(CompanyFactory(), days_left=-1, image=name)
    delete = default_storage.delete

    def delete_and_die(name: str) -> None:
        delete(name)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", delete_and_die)
        with pytest.raises(KeyboardInterrupt):
            purge_archives()
    assert len(kept()) == 3
    assert not CardArchive.objects.across_companies().kept().exists()  # nobody sees them

    purge_archives()

    assert kept() == []
    assert [name for name in names if default_storage.exists(name)] == []


def test_X4_of_hundreds_of_archives_all_go() -> None:
    company = CompanyFactory()
    for _ in range(205):
        archived(company, days_left=-1)
    still = archived(company, days_left=1)

    purge_archives()

    assert kept() == [still]


def test_X4_an_image_that_somebody_else_uses_stays() -> None:
    of_a_person, of_an_archive, of_two = stored_image(), stored_image(), stored_image()
    person = EmployeeFactory(image=of_a_person)
    for name in (of_a_person, of_an_archive, of_two, of_two):
        archived(person.company, days_left=-1, image=name)
    still = archived(person.company, days_left=1, image=of_an_archive)

    purge_archives()

    assert kept() == [still]
    names = (of_a_person, of_an_archive, of_two)
    assert [default_storage.exists(name) for name in names] == [True, True, False]


def test_X4_a_file_that_cannot_be_deleted_holds_up_no_other_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    company, stuck, good = CompanyFactory(), stored_image(), stored_image()
    waits = archived(company, days_left=-1, image=stuck)
    archived(company, days_left=-1, image="images/gone-already.png")
    archived(company, days_left=-1, image=good)
    delete = default_storage.delete

    def delete_some(name: str) -> None:
        if name == stuck:
            raise OSError("busy")
        delete(name)

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", delete_some)
        purge_archives()

    assert kept() == [waits]
    assert [default_storage.exists(name) for name in (stuck, good)] == [True, False]

    purge_archives()

    assert kept() == []
    assert not default_storage.exists(stuck)


@pytest.mark.django_db(transaction=True)
def test_X4_two_at_once_do_not_disturb_each_other() -> None:
    company, names = CompanyFactory(), [stored_image() for _ in range(20)]
    for name in names:
        archived(company, days_left=-1, image=name)
    still = archived(company, days_left=1)
    problems: list[BaseException] = []
    together = threading.Barrier(2)

    def work() -> None:
        try:
            together.wait()
            purge_archives()
        except BaseException as problem:  # noqa: BLE001 - the test shows it
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert kept() == [still]
    assert [name for name in names if default_storage.exists(name)] == []


def test_X4_it_happens_every_day_where_a_worker_listens() -> None:
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    entries = {entry["task"]: entry["schedule"] for entry in schedule.values()}

    assert purge_archives.name == "cards.purge_archives"
    assert (entries[purge_archives.name].hour, entries[purge_archives.name].minute) == ({4}, {0})
    assert app.amqp.router.route({}, purge_archives.name)["queue"].name == "syncs"
