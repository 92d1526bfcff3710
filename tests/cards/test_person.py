"""O5: what a card takes over from the person, and what is told when that changes."""

from __future__ import annotations

from typing import Any

import pytest

from cards.models import BusinessCard
from cards.person import changes_of, fingerprint, first_values
from cards.queries import flagged
from cards.services.cards import change_card, follow_person, keep_as_it_is
from companies.models import Company
from companies.refusals import Refused
from employees.models import Employee
from groups.models import Group
from tests.cards.people import ACTOR, audit_of, card_of
from tests.factories import (
    BusinessCardFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db
DOMAINS = ["example.co.jp", "xn--r8jz45g.jp"]


@pytest.fixture
def company() -> Company:
    return CompanyFactory(name="アクメ株式会社", card_email_domains=DOMAINS)


def linked(company: Company, **values: Any) -> Employee:
    group = GroupFactory(company=company, name="営業部")
    given = {"last_name": "佐藤", "first_name": "花子", "email": "hanako@example.co.jp"}
    return LinkedEmployeeFactory(company=company, group=group, **{**given, **values})


def fresh(card: BusinessCard) -> BusinessCard:
    found: BusinessCard = BusinessCard.objects.for_company(card.company_id).get(pk=card.pk)
    return found


def changes(card: BusinessCard) -> list[tuple[str, str, str]]:
    """The same from the record and from SQL: either both find something or neither."""
    present = fresh(card)
    domains = present.employee.company.card_email_domains
    found = [(c.field, c.before, c.after) for c in changes_of(present, domains)]
    cards = BusinessCard.objects.for_company(card.company_id)
    assert flagged(cards, domains).filter(pk=card.pk).exists() is bool(found)
    return found


def write(person: Employee, **values: Any) -> None:
    """As a sync does: it knows no cards."""
    Employee.objects.for_company(person.company_id).filter(pk=person.pk).update(**values)


def test_O5_a_new_card_begins_with_the_persons_record(company: Company) -> None:
    assert first_values(linked(company), DOMAINS) == {
        "company_name": "アクメ株式会社",
        "department_name": "営業部",
        "last_name": "佐藤",
        "first_name": "花子",
        "email": "hanako@example.co.jp",
    }


def test_O5_C4_the_default_group_is_no_department(company: Company) -> None:
    assert first_values(EmployeeFactory(company=company), DOMAINS)["department_name"] == ""


@pytest.mark.parametrize(
    ("email", "is_printed"),
    [
        ("hanako@example.co.jp", True),
        ("Hanako@Example.CO.JP", True),
        ("hanako@xn--r8jz45g.jp", True),
        ("hanako@sales.example.co.jp", False),
        ("hanako@notexample.co.jp", False),
        ("hanako@example.co.jp.example.com", False),
        ("hanako@gmail.com", False),
        ("", False),
    ],
)
def test_O5_a_linked_persons_address_only_under_a_listed_domain(
    company: Company, email: str, is_printed: bool
) -> None:
    expected = email if is_printed else ""

    person = linked(company, email=email)
    card = card_of(person)

    assert card.email == expected
    assert changes(card) == []


def test_O5_a_hand_made_persons_address_is_always_taken_over(company: Company) -> None:
    person = EmployeeFactory(company=company, email="hanako@gmail.com")

    assert card_of(person).email == "hanako@gmail.com"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"last_name": "鈴木"}, [("last_name", "佐藤", "鈴木")]),
        ({"first_name": "はな"}, [("first_name", "花子", "はな")]),
        ({"email": "h@example.co.jp"}, [("email", "hanako@example.co.jp", "h@example.co.jp")]),
        ({"email": "h@gmail.com"}, [("email", "hanako@example.co.jp", "")]),
        ({"employee_id": "new-id"}, []),
        ({"role": "approver"}, []),
    ],
)
def test_O5_a_change_of_the_record_flags_the_card(
    company: Company, values: dict[str, str], expected: list[tuple[str, str, str]]
) -> None:
    person = linked(company)
    card = card_of(person)
    assert changes(card) == []

    write(person, **values)

    assert changes(card) == expected


def test_O5_another_group_and_another_name_of_the_group_flag_the_card(company: Company) -> None:
    person = linked(company)
    card = card_of(person)

    Group.objects.for_company(company).filter(pk=person.group_id).update(name="営業一部")
    renamed = changes(card)
    write(person, group=Group.objects.for_company(company).get(is_default=True))

    assert renamed == [("department_name", "営業部", "営業一部")]
    assert changes(card) == [("department_name", "営業部", "")]


def test_O5_a_domain_that_is_listed_later_flags_the_card(company: Company) -> None:
    card = card_of(linked(company, email="hanako@example.com"))

    company.card_email_domains = [*DOMAINS, "example.com"]
    company.save()

    assert changes(card) == [("email", "", "hanako@example.com")]


def test_O5_a_card_that_says_it_already_is_not_flagged(company: Company) -> None:
    person = linked(company)
    card = card_of(person)
    write(person, last_name="鈴木")

    change_card(
        card=card, printed={**card.printed, "last_name": "鈴木"}, version=card.version, actor=ACTOR
    )

    assert changes(card) == []


def test_O5_what_somebody_writes_on_the_card_is_no_change_of_the_record(company: Company) -> None:
    card = card_of(linked(company), department_name="営業部 第一課", email="own@example.org")

    assert changes(card) == []


@pytest.mark.parametrize("taken_over", [None, {}, {"last_name": "佐藤"}])
def test_O5_what_was_never_taken_over_is_never_flagged(
    company: Company, taken_over: dict[str, str] | None
) -> None:
    card = BusinessCardFactory(
        employee=linked(company), last_name="佐藤", first_name="別", taken_over=taken_over
    )

    assert changes(card) == []


def test_O5_reflecting_writes_these_fields_alone_and_ends_the_flag(company: Company) -> None:
    person = linked(company)
    card = card_of(person, title="課長", email="own@example.org")
    write(person, last_name="鈴木")
    shown = fingerprint(changes_of(fresh(card), DOMAINS))

    follow_person(card=fresh(card), shown=shown, actor=ACTOR)

    present = fresh(card)
    assert (present.last_name, present.title, present.email) == ("鈴木", "課長", "own@example.org")
    assert present.updated_at > card.updated_at
    assert changes(card) == []
    assert audit_of(company)[-1] == (
        "updated",
        f"{present.employee.label}の名刺",
        {"last_name": ["佐藤", "鈴木"]},
    )


def test_O5_keeping_changes_nothing_and_the_next_change_is_told_again(company: Company) -> None:
    person = linked(company)
    card = card_of(person)
    write(person, last_name="鈴木")

    keep_as_it_is(
        card=fresh(card), shown=fingerprint(changes_of(fresh(card), DOMAINS)), actor=ACTOR
    )
    kept = changes(card)
    write(person, last_name="高橋")

    assert kept == []
    assert fresh(card).printed == card.printed
    assert fresh(card).updated_at == card.updated_at
    assert changes(card) == [("last_name", "佐藤", "高橋")]
    assert audit_of(company)[-1][0] == "dismissed"


@pytest.mark.parametrize("act", [follow_person, keep_as_it_is])
def test_O5_what_was_not_shown_is_not_decided(company: Company, act: Any) -> None:
    person = linked(company)
    card = card_of(person)
    write(person, last_name="鈴木")
    shown = fingerprint(changes_of(fresh(card), DOMAINS))
    write(person, last_name="高橋")

    with pytest.raises(Refused, match="まだ何も変更していません"):
        act(card=fresh(card), shown=shown, actor=ACTOR)

    assert fresh(card).printed == card.printed
    assert changes(card) == [("last_name", "佐藤", "高橋")]


def test_O5_what_does_not_fit_is_not_reflected(company: Company) -> None:
    person = linked(company)
    card = card_of(person)
    write(person, last_name="寿" * 40)
    shown = fingerprint(changes_of(fresh(card), DOMAINS))

    with pytest.raises(Refused, match="枠に入りません"):
        follow_person(card=fresh(card), shown=shown, actor=ACTOR)

    assert fresh(card).last_name == "佐藤"
