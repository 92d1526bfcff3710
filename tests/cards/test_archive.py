"""X4: the archive that keeps a deleted person's cards and image for 30 days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from cards.models import PRINTED_FIELDS, BusinessCard, CardArchive
from companies.audit import command
from companies.models import AuditEntry
from employees.models import Employee
from employees.services.removal import LastAdministrator, remove_employee
from tests.factories import (
    AdministratorFactory,
    BusinessCardFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db
ACTOR = command("test")


def remove(person: Employee, reason: str = "") -> None:
    with transaction.atomic():
        remove_employee(employee=person, actor=ACTOR, reason=reason)


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


def test_X4_without_the_archive_nothing_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    person = BusinessCardFactory().employee

    def broken(**_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(CardArchive.objects, "create", broken)
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
