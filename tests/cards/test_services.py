"""O5: making, changing, copying and deleting cards."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from cards.models import BusinessCard, CardArchive
from cards.services import cards as services
from cards.services.cards import (
    MOST_CARDS,
    SavedByAnother,
    change_card,
    create_card,
    delete_card,
    duplicate_card,
)
from companies.refusals import Refused
from employees.models import Employee
from employees.services.removal import remove_employee
from tests.cards.people import ACTOR, audit_of, card_of, printed
from tests.factories import BusinessCardFactory, EmployeeFactory, GroupFactory

pytestmark = pytest.mark.django_db


def cards_of(person: Employee) -> list[BusinessCard]:
    return list(BusinessCard.objects.for_company(person.company).order_by("pk"))


def test_O5_X6_a_new_card_is_told_field_by_field() -> None:
    person = EmployeeFactory()

    card = create_card(employee=person, printed=printed(title="課長"), actor=ACTOR)

    assert cards_of(person) == [card]
    assert (card.employee_id, card.title, card.last_name) == (person.pk, "課長", "佐藤")
    assert audit_of(person.company) == [
        ("created", f"{person.label}の名刺", {"title": [None, "課長"], "last_name": [None, "佐藤"]})
    ]


def test_O5_what_is_wrong_is_refused_by_the_service() -> None:
    person = EmployeeFactory()

    with pytest.raises(Refused) as refused:
        create_card(employee=person, printed=printed(url="javascript:alert(1)"), actor=ACTOR)

    assert [problem.field for problem in refused.value.problems] == ["url"]
    assert (cards_of(person), audit_of(person.company)) == ([], [])


def test_O5_X6_only_what_changes_is_written_and_told() -> None:
    card = card_of(EmployeeFactory(), title="課長")

    changed = change_card(
        card=card, printed={**card.printed, "title": "部長"}, version=card.version, actor=ACTOR
    )

    assert changed.updated_at > card.updated_at
    assert audit_of(card.employee.company)[1:] == [
        ("updated", f"{card.employee.label}の名刺", {"title": ["課長", "部長"]})
    ]


def test_O5_saving_what_is_there_changes_and_tells_nothing() -> None:
    card = card_of(EmployeeFactory())

    same = change_card(card=card, printed=card.printed, version="some other", actor=ACTOR)

    assert same.updated_at == card.updated_at
    assert len(audit_of(card.employee.company)) == 1


def test_O5_nobody_overwrites_what_was_not_seen() -> None:
    card = card_of(EmployeeFactory(), title="課長")
    seen = card.version
    change_card(card=card, printed={**card.printed, "title": "部長"}, version=seen, actor=ACTOR)

    with pytest.raises(SavedByAnother) as quicker:
        change_card(card=card, printed={**card.printed, "phone": "03"}, version=seen, actor=ACTOR)

    assert (quicker.value.card.title, quicker.value.card.phone) == ("部長", "")
    [present] = cards_of(card.employee)
    assert (present.title, present.phone) == ("部長", "")


def test_O5_a_copy_is_another_card_of_the_same_person() -> None:
    card = card_of(EmployeeFactory(), title="課長")

    copy = duplicate_card(card=card, actor=ACTOR)

    assert copy.pk != card.pk
    assert (copy.printed, copy.taken_over) == (card.printed, card.taken_over)
    assert copy.employee_id == card.employee_id


def test_O5_X6_a_deleted_card_is_gone_and_told() -> None:
    card = card_of(EmployeeFactory(last_name="鈴木", first_name="一"), title="課長")
    label = f"{card.employee.label}の名刺"

    delete_card(card=card, actor=ACTOR)

    assert cards_of(card.employee) == []
    action, told, changes = audit_of(card.employee.company)[-1]
    assert (action, told) == ("deleted", label)
    assert changes == {
        "title": ["課長", None],
        "last_name": ["鈴木", None],
        "first_name": ["一", None],
    }


@pytest.mark.parametrize("act", ["change", "duplicate", "delete"])
def test_O5_a_card_that_somebody_deleted_meanwhile_is_refused(act: str) -> None:
    card = card_of(EmployeeFactory())
    BusinessCard.objects.for_company(card.company_id).filter(pk=card.pk).delete()
    acts: dict[str, Any] = {
        "change": lambda: change_card(
            card=card, printed=printed(title="新"), version=card.version, actor=ACTOR
        ),
        "duplicate": lambda: duplicate_card(card=card, actor=ACTOR),
        "delete": lambda: delete_card(card=card, actor=ACTOR),
    }

    with pytest.raises(Refused, match="すでに削除されています"):
        acts[act]()


def test_O5_no_card_for_a_person_who_has_gone() -> None:
    person = EmployeeFactory()
    Employee.objects.for_company(person.company).filter(pk=person.pk).delete()

    with pytest.raises(Refused, match="名刺は追加していません"):
        create_card(employee=person, printed=printed(), actor=ACTOR)


def test_O5_a_person_has_no_more_than_so_many_cards() -> None:
    card: BusinessCard = BusinessCardFactory(last_name="佐藤")
    BusinessCardFactory.create_batch(MOST_CARDS - 1, employee=card.employee)

    with pytest.raises(Refused, match="1人50件までです"):
        create_card(employee=card.employee, printed=printed(), actor=ACTOR)
    with pytest.raises(Refused, match="1人50件までです"):
        duplicate_card(card=card, actor=ACTOR)


def test_X4_the_archive_keeps_what_a_card_took_over() -> None:
    group = GroupFactory(name="営業部")
    person = EmployeeFactory(company=group.company, group=group, last_name="佐藤")
    card = card_of(person)

    remove_employee(employee=person, actor=ACTOR)

    [kept] = CardArchive.objects.for_company(group.company).get().cards
    assert kept == {**card.printed, "taken_over": card.taken_over}
    assert kept["taken_over"]["department_name"] == "営業部"


@pytest.mark.django_db(transaction=True)
def test_O5_of_two_who_save_at_once_one_is_told_of_the_other() -> None:
    card = card_of(EmployeeFactory(), title="課長")
    seen, ends = card.version, []
    together = threading.Barrier(2)

    def save(title: str) -> None:
        try:
            together.wait()
            services.change_card(
                card=card, printed={**card.printed, "title": title}, version=seen, actor=ACTOR
            )
            ends.append(title)
        except SavedByAnother:
            ends.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(title,)) for title in ("部長", "次長")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [present] = cards_of(card.employee)
    assert sorted(ends) == sorted(["refused", present.title])
