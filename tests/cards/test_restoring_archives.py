"""X4: an archive is restored once, onto somebody or as a new person, or erased."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from cards.models import PRINTED_FIELDS, BusinessCard, CardArchive
from cards.services.archives import GONE, NOBODY, erase, restore_as_new, restore_onto
from companies.audit import person as acting
from companies.models import AuditEntry
from companies.refusals import Refused
from employees.choices import Role
from employees.models import Employee
from employees.wanted import EMPLOYEE_ID_TAKEN, Wanted
from tests.cards.archives import archive_of, stored_image
from tests.factories import AdministratorFactory, EmployeeFactory, LinkedEmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Employee:
    return AdministratorFactory(employee_id="admin", last_name="山田", first_name="花子")


def gone_person(administrator: Employee, **values: Any) -> Employee:
    values = {"employee_id": "E001", "last_name": "髙﨑", "first_name": "健", **values}
    return EmployeeFactory(company=administrator.company, **values)


def cards_of(person: Employee) -> list[dict[str, Any]]:
    rows = BusinessCard.objects.for_company(person.company_id).filter(employee=person)
    return list(rows.order_by("pk").values(*PRINTED_FIELDS))


def shown() -> list[CardArchive]:
    return list(CardArchive.objects.across_companies().kept())


def test_X4_restored_cards_are_added_to_the_cards_of_the_person(administrator: Employee) -> None:
    archive = archive_of(gone_person(administrator), "部長", "課長", phone="03-0000-0000")
    target = LinkedEmployeeFactory(company=administrator.company)
    before = BusinessCard.objects.create(employee=target, title="社員", company=target.company)

    count = restore_onto(archive=archive, employee=target, actor=acting(administrator))

    assert count == 2
    found = cards_of(target)
    assert [card["title"] for card in found] == ["社員", "部長", "課長"]
    assert [card["phone"] for card in found] == [before.phone, "03-0000-0000", "03-0000-0000"]
    assert shown() == []


@pytest.mark.parametrize(("own", "expected"), [("", True), ("images/own.png", False)])
def test_X4_the_image_goes_to_whoever_has_none(
    administrator: Employee,
    own: str,
    expected: bool,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    image = stored_image()
    archive = archive_of(gone_person(administrator, image=image))
    target = EmployeeFactory(company=administrator.company, image=own)

    with django_capture_on_commit_callbacks(execute=True):
        restore_onto(archive=archive, employee=target, actor=acting(administrator))

    target.refresh_from_db()
    assert target.image.name == (image if expected else own)
    assert default_storage.exists(image) is expected  # what nobody uses goes
    assert not CardArchive.objects.across_companies().exists()


def test_X4_cards_of_another_time_are_restored_as_far_as_they_go(administrator: Employee) -> None:
    archive = archive_of(gone_person(administrator))
    foreign = {"id": 1, "company": 0, "employee": 0, "fax": "03-1111-1111", "heard": {"a": 1}}
    archive.cards = [{"title": "部長", "phone": None, **foreign}]
    archive.save()
    target = EmployeeFactory(company=administrator.company)

    restore_onto(archive=archive, employee=target, actor=acting(administrator))

    assert cards_of(target) == [{**dict.fromkeys(PRINTED_FIELDS, ""), "title": "部長"}]


def test_X4_X6_restoring_stands_in_the_log_of_both(administrator: Employee) -> None:
    archive = archive_of(gone_person(administrator, image="images/a.png"), "部長")
    target = EmployeeFactory(company=administrator.company, employee_id="E777")

    restore_onto(archive=archive, employee=target, actor=acting(administrator))

    lines = AuditEntry.objects.for_company(administrator.company).filter(action="restored")
    assert list(lines.order_by("pk").values_list("object_type", "object_id", "changes")) == [
        (
            "employee",
            target.pk,
            {"restored_cards": [None, 1], "restored_image": [None, True]},
        ),
        ("employee", archive.employee_pk, {"restored_onto": [None, "E777"]}),
    ]
    assert {(line.actor_id, line.actor_label) for line in lines} == {
        (administrator.pk, "山田 花子（admin）")
    }


def test_X4_as_a_new_person_by_hand_with_a_one_time_password(administrator: Employee) -> None:
    image = stored_image()
    archive = archive_of(gone_person(administrator, image=image), "部長")
    wanted = Wanted(employee_id="E001", last_name="髙﨑", first_name="健", role=Role.APPLICANT)

    person, password, count = restore_as_new(
        archive=archive, wanted=wanted, actor=acting(administrator)
    )

    assert (person.employee_id, person.full_name) == ("E001", "髙﨑 健")
    assert (person.role, person.is_linked, person.group.is_default) == ("applicant", False, True)
    assert (person.image.name, count) == (image, 1)
    assert person.must_change_password
    assert person.password_expires_at is not None
    assert person.check_password(password)
    assert [card["title"] for card in cards_of(person)] == ["部長"]
    assert shown() == []


def test_X4_C5_where_the_id_is_taken_nothing_is_restored(administrator: Employee) -> None:
    archive = archive_of(gone_person(administrator), "部長")
    EmployeeFactory(company=administrator.company, employee_id="E001")
    wanted = Wanted(employee_id="E001", last_name="髙﨑", role=Role.APPLICANT)

    with pytest.raises(Refused) as refusal:
        restore_as_new(archive=archive, wanted=wanted, actor=acting(administrator))

    assert [problem.text for problem in refusal.value.problems] == [EMPLOYEE_ID_TAKEN]
    assert shown() == [archive]
    assert not BusinessCard.objects.across_companies().exists()


def test_X4_a_second_restore_is_refused(administrator: Employee) -> None:
    archive = archive_of(gone_person(administrator), "部長")
    target = EmployeeFactory(company=administrator.company)
    restore_onto(archive=archive, employee=target, actor=acting(administrator))

    with pytest.raises(Refused, match="すでに復元または消去") as refusal:
        restore_onto(archive=archive, employee=target, actor=acting(administrator))

    assert str(refusal.value) == GONE
    assert len(cards_of(target)) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda archive, who: restore_onto(archive=archive, employee=who, actor=acting(who)),
        lambda archive, who: restore_as_new(
            archive=archive, wanted=Wanted("E001", "髙﨑"), actor=acting(who)
        ),
        lambda archive, who: erase(archive=archive, actor=acting(who)),
    ],
    ids=["onto", "new", "erase"],
)
def test_X4_after_30_days_nothing_can_be_done_with_it(
    administrator: Employee, act: Callable[..., Any]
) -> None:
    archive = archive_of(gone_person(administrator), "部長")
    CardArchive.objects.across_companies().update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(Refused, match="保管期限を過ぎています"):
        act(archive, administrator)

    assert not BusinessCard.objects.across_companies().exists()


def test_X4_somebody_who_has_gone_meanwhile_is_refused(administrator: Employee) -> None:
    archive = archive_of(gone_person(administrator), "部長")
    target = EmployeeFactory(company=administrator.company)
    Employee.objects.across_companies().filter(pk=target.pk).delete()

    with pytest.raises(Refused) as refusal:
        restore_onto(archive=archive, employee=target, actor=acting(administrator))

    assert str(refusal.value) == NOBODY
    assert shown() == [archive]


def test_C1_nobody_of_another_company_gets_the_cards(administrator: Employee) -> None:
    archive = archive_of(gone_person(administrator), "部長")
    stranger = EmployeeFactory()

    with pytest.raises(Refused):
        restore_onto(archive=archive, employee=stranger, actor=acting(administrator))

    assert cards_of(stranger) == []


def test_X4_erasing_removes_row_and_file_after_the_commit(
    administrator: Employee, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    image = stored_image()
    archive = archive_of(gone_person(administrator, image=image), "部長", "課長")

    with django_capture_on_commit_callbacks() as callbacks:
        erase(archive=archive, actor=acting(administrator))
    assert default_storage.exists(image)  # a rollback could still come
    assert shown() == []
    for callback in callbacks:
        callback()

    assert not default_storage.exists(image)
    assert not CardArchive.objects.across_companies().exists()
    line = AuditEntry.objects.for_company(administrator.company).get(action="erased")
    assert (line.object_id, line.object_label) == (archive.employee_pk, "髙﨑 健（E001）")
    assert line.changes == {"archive": ["名刺2件・画像", None]}


@pytest.mark.django_db(transaction=True)
def test_X4_of_two_restores_at_once_one_wins() -> None:
    administrator = AdministratorFactory()
    archive = archive_of(gone_person(administrator), "部長")
    targets = EmployeeFactory.create_batch(2, company=administrator.company)
    results: list[str] = []
    together = threading.Barrier(2)

    def work(target: Employee) -> None:
        try:
            together.wait()
            restore_onto(archive=archive, employee=target, actor=acting(administrator))
            results.append("restored")
        except Refused as refusal:
            results.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(target,)) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == sorted(["restored", GONE])
    assert BusinessCard.objects.across_companies().count() == 1
    assert not CardArchive.objects.across_companies().exists()
