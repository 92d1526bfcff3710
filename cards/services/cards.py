"""Making, changing, copying and deleting cards: one place for every door (O5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from cards.models import PRINTED_FIELDS, BusinessCard
from cards.person import Change, changes_of, fingerprint, present_values
from cards.printed import problems_of
from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction
from companies.refusals import Refused
from employees.models import Employee
from employees.services.removal import lock_company

MOST_CARDS: Final = 50  # of one person
NAMED_WHEN_DELETED: Final = ("department_name", "title", "last_name", "first_name")
CARD_GONE: Final = "この名刺は、すでに削除されています。名刺リストを確認してください。"
PERSON_GONE: Final = "この社員は、すでに削除されています。名刺は追加していません。"
TOO_MANY: Final = (
    f"名刺は1人{MOST_CARDS}件までです。使わない名刺を削除してから、もう一度追加してください。"
)
SAVED_BY_ANOTHER: Final = (
    "画面を開いた後に、ほかの人がこの名刺を変更しました。まだ保存していません。"
    "下の値を確認し、入力した内容でよいときは、もう一度「保存」を押してください。"
)
NOT_AS_SHOWN: Final = (
    "画面を開いた後に、社員の情報または名刺が変わりました。まだ何も変更していません。"
    "今の内容を確認してください。"
)


class SavedByAnother(Refused):
    """Somebody else was quicker; `changes` is what that person made of the fields."""

    def __init__(self, card: BusinessCard) -> None:
        super().__init__(SAVED_BY_ANOTHER)
        self.card = card


@transaction.atomic
def create_card(*, employee: Employee, printed: Mapping[str, str], actor: Actor) -> BusinessCard:
    """Remembers what the person's record says now. Raises Refused."""
    person = _locked_person(employee)
    _refuse_problems(printed)
    return _add(person, printed, present_values(person, person.company.card_email_domains), actor)


@transaction.atomic
def duplicate_card(*, card: BusinessCard, actor: Actor) -> BusinessCard:
    """A second card of the same person; also of one that does not fit, which its form tells."""
    person = _locked_person(card.employee)
    original = _locked(card)
    return _add(person, original.printed, original.taken_over, actor)


@transaction.atomic
def change_card(
    *, card: BusinessCard, printed: Mapping[str, str], version: str, actor: Actor
) -> BusinessCard:
    """`version`: of the card that was shown. Raises Refused, SavedByAnother."""
    lock_company(card.company_id)
    present = _locked(card)
    changes = {
        field: (getattr(present, field), printed[field])
        for field in PRINTED_FIELDS
        if getattr(present, field) != printed[field]
    }
    if not changes:
        return present
    if present.version != version:
        raise SavedByAnother(present)
    _refuse_problems(printed)
    _write(present, changes, actor)
    return present


@transaction.atomic
def follow_person(*, card: BusinessCard, shown: str, actor: Actor) -> BusinessCard:
    """社員の情報を反映: what has changed in the record goes on the card.

    `shown`: fingerprint of the changes that somebody looked at. Raises Refused.
    """

    def follow(present: BusinessCard, changes: list[Change]) -> None:
        printed = {**present.printed, **{change.field: change.after for change in changes}}
        _refuse_problems(printed)
        _write(present, {change.field: (change.before, change.after) for change in changes}, actor)

    return _settle(card, shown, follow)


@transaction.atomic
def keep_as_it_is(*, card: BusinessCard, shown: str, actor: Actor) -> BusinessCard:
    """このままにする: the card stays, and the next change of the record is told again."""

    def keep(present: BusinessCard, changes: list[Change]) -> None:
        reason = "このままにする：" + "、".join(change.label for change in changes)
        _tell(present, AuditAction.DISMISSED, {}, actor, reason)

    return _settle(card, shown, keep)


@transaction.atomic
def delete_card(*, card: BusinessCard, actor: Actor) -> None:
    """For good: only the cards of a deleted person go into the archive (X4)."""
    lock_company(card.company_id)
    present = _locked(card)
    before = {name: (getattr(present, name), None) for name in NAMED_WHEN_DELETED}
    _tell(present, AuditAction.DELETED, {k: v for k, v in before.items() if v[0]}, actor)
    present.delete()


def _settle(
    card: BusinessCard, shown: str, act: Callable[[BusinessCard, list[Change]], None]
) -> BusinessCard:
    """Does what was decided on changes that are still the same; remembers the present values."""
    lock_company(card.company_id)
    person = _person(card.employee)
    present = _locked(card)
    domains = person.company.card_email_domains
    present.employee = person
    changes = changes_of(present, domains)
    if not changes or fingerprint(changes) != shown:
        raise Refused(NOT_AS_SHOWN)
    act(present, changes)
    present.taken_over = present_values(person, domains)
    present.save(update_fields=["taken_over"])
    return present


def _add(
    person: Employee, printed: Mapping[str, str], taken_over: dict[str, str] | None, actor: Actor
) -> BusinessCard:
    if person.cards.count() >= MOST_CARDS:
        raise Refused(TOO_MANY)
    values = {field: printed[field] for field in PRINTED_FIELDS}
    card: BusinessCard = BusinessCard.objects.create(
        company_id=person.company_id, employee=person, taken_over=taken_over, **values
    )
    changes = {field: (None, value) for field, value in values.items() if value}
    _tell(card, AuditAction.CREATED, changes, actor)
    return card


def _write(card: BusinessCard, changes: Mapping[str, tuple[str, str]], actor: Actor) -> None:
    for field, (_, after) in changes.items():
        setattr(card, field, after)
    card.updated_at = timezone.now()
    card.save(update_fields=[*changes, "updated_at"])
    _tell(card, AuditAction.UPDATED, changes, actor)


def _refuse_problems(printed: Mapping[str, str]) -> None:
    if problems := problems_of(printed):
        raise Refused(problems=problems)


def _locked_person(employee: Employee) -> Employee:
    """Whoever deletes people holds the company: no card slips in behind the archive."""
    lock_company(employee.company_id)
    return _person(employee)


def _person(employee: Employee) -> Employee:
    people = Employee.objects.for_company(employee.company_id)
    person: Employee | None = (
        people.select_related("company", "group").filter(pk=employee.pk).first()
    )
    if person is None:
        raise Refused(PERSON_GONE)
    return person


def _locked(card: BusinessCard) -> BusinessCard:
    cards = BusinessCard.objects.for_company(card.company_id).select_related("employee")
    present: BusinessCard | None = cards.select_for_update(of=("self",)).filter(pk=card.pk).first()
    if present is None:
        raise Refused(CARD_GONE)
    return present


def _tell(
    card: BusinessCard,
    action: AuditAction,
    changes: Mapping[str, Any],
    actor: Actor,
    reason: str = "",
) -> None:
    label = f"{card.employee.label}の名刺"
    event = Event(action, "card", card.pk, label, dict(changes), reason)
    write_audit(company=card.company_id, actor=actor, events=[event])
