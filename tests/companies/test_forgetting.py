"""X6: the log is kept for two years; the names of the deleted are blanked after 90 days."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from companies.audit import Actor, Event, command, write_audit
from companies.audit import person as acting
from companies.models import ActorKind, AuditAction, AuditEntry, Company
from companies.services import forgetting
from companies.services.forgetting import blank_changes, blank_label, replaced
from companies.signals import people_forgotten
from companies.tasks import forget_deleted, purge_audit
from employees.models import Employee
from employees.services.records import change_employee, create_employee
from employees.services.removal import remove_employee
from employees.wanted import Wanted
from tests.factories import AdministratorFactory, EmployeeFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)
ACTOR = command("test")


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def company(clock: Any) -> Company:
    return AdministratorFactory().company


def hired(company: Company, code: str = "00027", name: str = "佐藤") -> Employee:
    wanted = Wanted(code, name, "花子", "hanako@example.jp")
    return create_employee(company=company, wanted=wanted, actor=ACTOR)[0]


def remove(person: Employee, actor: Actor = ACTOR, reason: str = "") -> None:
    with transaction.atomic():
        remove_employee(employee=person, actor=actor, reason=reason)


def add(company: Company, actor: Actor, *events: Event) -> None:
    write_audit(company=company, actor=actor, events=events)


def log_of(company: Company) -> list[tuple[Any, ...]]:
    rows = AuditEntry.objects.for_company(company).order_by("pk")
    return list(rows.values_list("action", "actor_label", "object_label", "changes", "reason"))


def everything(company: Company) -> str:
    return str(log_of(company))


def test_X6_90_days_after_a_deletion_name_and_email_are_blanked(
    company: Company, clock: Any
) -> None:
    AuditEntry.objects.across_companies().delete()
    person = hired(company)
    change_employee(
        employee=person, wanted=Wanted(last_name="鈴木", employee_id="N0027"), actor=ACTOR
    )
    add(company, acting(person), Event(AuditAction.SIGNED_IN, "employee", person.pk, "x", {}))
    remove(person, reason="鈴木 花子の退職")
    before = log_of(company)

    clock.move_to(NOW + timedelta(days=90) - timedelta(seconds=1))
    forget_deleted()
    assert log_of(company) == before

    clock.shift(timedelta(seconds=1))
    forget_deleted()

    gone = "（消去済み）"
    was, became = "削除された社員（00027）", "削除された社員（N0027）"
    created = {
        "employee_id": [None, "00027"],
        "last_name": [None, gone],
        "first_name": [None, gone],
        "email": [None, gone],
        "role": [None, "applicant"],
        "group": [None, "グループ1"],
    }
    changed = {"last_name": [gone, gone], "employee_id": ["00027", "N0027"]}
    assert log_of(company) == [
        ("created", "test", was, created, ""),
        ("updated", "test", was, changed, ""),
        ("signed_in", became, "削除された社員", {}, ""),
        ("deleted", "test", became, {"employee_id": ["N0027", None]}, "削除された社員の退職"),
    ]


def test_X6_no_other_persons_text_is_touched(company: Company, clock: Any) -> None:
    gone = hired(company)
    twin = hired(company, code="00028")
    elsewhere = hired(AdministratorFactory().company)
    for person in (twin, elsewhere):
        add(
            person.company,
            acting(person),
            Event(AuditAction.SIGNED_IN, "employee", person.pk, person.label, {}),
        )
    # The number of another kind of record, and of a run, is the same.
    add(
        company,
        Actor(ActorKind.SYNC, "同期", gone.pk),
        Event(AuditAction.UPDATED, "group", gone.pk, "佐藤 花子", {"name": ("佐藤 花子", "b")}),
    )
    others = [log_of(elsewhere.company), str(log_of(company)).count("00028")]
    remove(gone)
    clock.shift(timedelta(days=91))

    forget_deleted()

    assert [log_of(elsewhere.company), str(log_of(company)).count("00028")] == others
    assert "佐藤 花子（00027）" not in everything(company)
    assert everything(company).count("佐藤 花子（00028）") == 3
    assert "('updated', '同期', '佐藤 花子', {'name': ['佐藤 花子', 'b']}, '')" in everything(
        company
    )


def test_X6_whoever_comes_back_under_a_new_record_keeps_what_is_new(
    company: Company, clock: Any
) -> None:
    remove(hired(company))
    again = hired(company)
    add(
        company,
        acting(again),
        Event(AuditAction.SIGNED_IN, "employee", again.pk, again.label, {}),
    )
    clock.shift(timedelta(days=91))

    forget_deleted()

    rows = [row for row in log_of(company) if row[2] == "佐藤 花子（00027）"]
    assert [(row[0], row[1]) for row in rows] == [
        ("created", "test"),
        ("signed_in", "佐藤 花子（00027）"),
    ]
    assert rows[0][3]["last_name"] == [None, "佐藤"]


def test_X6_what_the_person_did_loses_the_name_too(company: Company, clock: Any) -> None:
    person = hired(company)
    for actor in (
        acting(person),
        Actor(ActorKind.IMPORT, f"インポート #7（{person.label}）", 7),
        Actor(ActorKind.PERSON, person.label),
        Actor(ActorKind.IMPORT, "インポート #8（佐藤 花子（00028））", person.pk),
    ):
        add(company, actor, Event(AuditAction.UPDATED, "group", 1, "本社", {}))
    remove(person)
    clock.shift(timedelta(days=91))

    forget_deleted()

    actors = [row[1] for row in log_of(company) if row[2] == "本社"]
    assert actors == [
        "削除された社員（00027）",
        "インポート #7（削除された社員（00027））",
        "削除された社員（00027）",
        "インポート #8（佐藤 花子（00028））",
    ]


def test_X6_lines_about_the_persons_cards_lose_name_and_email(company: Company, clock: Any) -> None:
    changes = {"last_name": ("", "佐藤"), "email": ("", "x@example.jp"), "title": ("", "課長")}

    def card(of: str) -> Event:
        return Event(AuditAction.CREATED, "card", 1, f"佐藤 花子（{of}）の名刺", changes)

    person = hired(company)
    add(company, ACTOR, card("00027"), card("00028"))
    remove(person)
    clock.shift(timedelta(days=1))
    add(company, ACTOR, card("00027"))  # somebody who is called the same now
    clock.shift(timedelta(days=90))

    forget_deleted()

    kept = {name: list(values) for name, values in changes.items()}
    blank = {**kept, "last_name": ["", "（消去済み）"], "email": ["", "（消去済み）"]}
    cards = [(row[2], row[3]) for row in log_of(company) if row[2].endswith("の名刺")]
    assert cards == [
        ("削除された社員（00027）の名刺", blank),
        ("佐藤 花子（00028）の名刺", kept),
        ("佐藤 花子（00027）の名刺", kept),
    ]


def test_X6_X11_staff_of_the_operator_are_forgotten_where_they_looked(
    company: Company, clock: Any
) -> None:
    operator = AdministratorFactory(company__is_operator=True).company
    person = hired(operator, name="運営")
    visit = Event(AuditAction.VISITED, "company", company.pk, company.name, {})
    add(company, Actor(ActorKind.SUPPORT, person.label, person.pk), visit)
    remove(person)
    clock.shift(timedelta(days=91))

    forget_deleted()

    assert log_of(company)[-1][1] == "削除された社員（00027）"


def test_X6_lines_about_other_things_lose_the_persons_address(company: Company, clock: Any) -> None:
    person = hired(company)
    for address in ("hanako@example.jp", "other@example.jp"):
        event = Event(AuditAction.CONFIGURED, "notification_address", 1, f"通知先 {address}", {})
        add(company, ACTOR, event)
    remove(person)
    clock.shift(timedelta(days=91))

    forget_deleted()

    labels = [row[2] for row in log_of(company) if row[0] == "configured"]
    assert labels == ["通知先 （消去済み）", "通知先 other@example.jp"]


def test_X6_more_than_a_thousand_lines_of_hundreds_of_people(company: Company, clock: Any) -> None:
    people = EmployeeFactory.create_batch(120, company=company)
    for person in people:
        events = [
            Event(
                AuditAction.UPDATED,
                "employee",
                person.pk,
                person.label,
                {"last_name": ("前の姓", "姓")},
            )
        ]
        add(company, acting(person), *events * 10)
    for person in people:
        remove(person)
    clock.shift(timedelta(days=91))

    forget_deleted()

    rows = log_of(company)
    assert len(rows) == 1320
    assert "前の姓" not in str(rows)
    assert [row for row in rows if not row[2].startswith("削除された社員（emp-")] == []
    assert (
        not AuditEntry.objects.for_company(company)
        .filter(action="deleted", forgotten_at=None)
        .exists()
    )


def test_X6_a_second_time_nothing_is_written(company: Company, clock: Any) -> None:
    remove(hired(company))
    clock.shift(timedelta(days=91))
    forget_deleted()
    once = log_of(company)
    heard: list[Any] = []
    people_forgotten.connect(lambda **values: heard.append(values), weak=False, dispatch_uid="t")

    try:
        forget_deleted()
    finally:
        people_forgotten.disconnect(dispatch_uid="t")

    assert log_of(company) == once
    assert heard == []


def test_X6_whoever_is_killed_half_way_leaves_whole_people(
    company: Company, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PEOPLE", 1)
    for number in range(3):
        remove(hired(company, code=f"E{number:03}"))
    clock.shift(timedelta(days=91))
    mentions, calls = forgetting._blank_mentions, []

    def die_later(*values: Any) -> None:
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        mentions(*values)

    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "_blank_mentions", die_later)
        with pytest.raises(KeyboardInterrupt):
            forget_deleted()
    assert everything(company).count("佐藤 花子") == 4  # two people, created and deleted

    forget_deleted()

    assert "佐藤" not in everything(company)


def test_X6_one_who_cannot_be_forgotten_holds_up_nobody(
    company: Company, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PEOPLE", 1)
    stuck = hired(company, code="E001")
    for person in (stuck, hired(company, code="E002")):
        remove(person)
    clock.shift(timedelta(days=91))

    def fail(*, people: Any, **_: Any) -> None:
        if any("E001" in label for person in people for label in person.labels):
            raise RuntimeError("no")

    people_forgotten.connect(fail, dispatch_uid="t")
    try:
        forget_deleted()
    finally:
        people_forgotten.disconnect(dispatch_uid="t")

    assert "佐藤 花子（E001）" in everything(company)
    assert "佐藤 花子（E002）" not in everything(company)


@pytest.mark.django_db(transaction=True)
def test_X6_two_at_once_do_not_disturb_each_other() -> None:
    company = AdministratorFactory().company
    for number in range(60):
        remove(hired(company, code=f"E{number:03}"))
    rows = AuditEntry.objects.across_companies()
    for row in rows:
        rows.filter(pk=row.pk).update(at=row.at - timedelta(days=91))
    problems: list[BaseException] = []
    together = threading.Barrier(2)

    def work() -> None:
        try:
            together.wait()
            forget_deleted()
            purge_audit()
        except BaseException as problem:  # noqa: BLE001 - the test shows it
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    forget_deleted()  # what both left to each other
    assert problems == []
    assert "佐藤" not in everything(company)


@pytest.mark.parametrize(
    ("label", "blanked"),
    [
        ("佐藤 花子（00027）", "削除された社員（00027）"),
        ("佐藤（旧姓 田中） 花子（00027）", "削除された社員（00027）"),
        ("佐藤 花子（hanako@example.jp）", "削除された社員"),
        ("佐藤 花子", "削除された社員"),
        ("削除された社員（00027）", "削除された社員（00027）"),
        ("削除された社員", "削除された社員"),
        ("", "削除された社員"),
    ],
)
def test_X6_a_label_keeps_the_id_unless_it_is_an_address(label: str, blanked: str) -> None:
    assert blank_label(label) == blanked


def test_X6_what_was_empty_and_what_is_no_name_stays() -> None:
    changes = {
        "last_name": ["", "佐藤"],
        "email": [None, "a@b.jp"],
        "employee_id": ["a@b.jp", "E001"],
        "role": ["applicant", "approver"],
        "restored_cards": [None, 3],
    }

    assert blank_changes("employee", changes) == {
        **changes,
        "last_name": ["", "（消去済み）"],
        "email": [None, "（消去済み）"],
        "employee_id": ["（消去済み）", "E001"],
    }


def test_X6_texts_are_replaced_wherever_they_stand() -> None:
    value = {"a": ["佐藤（1）と鈴木（2）", None, 3], "b": {"c": "佐藤（1）"}}

    assert replaced(value, {"佐藤（1）": "x"}) == {"a": ["xと鈴木（2）", None, 3], "b": {"c": "x"}}
