"""What 管理者 do with the archive of a deleted person: restore it once, or erase it (X4)."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from cards.models import PRINTED_FIELDS, BusinessCard, CardArchive
from cards.services.archive_purge import purge
from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction
from companies.refusals import Refused
from employees.models import Employee
from employees.services.records import create_employee
from employees.services.removal import lock_company
from employees.wanted import Wanted

GONE: Final = (
    "この控えは、すでに復元または消去されたか、保管期限を過ぎています。"
    "「削除した社員の控え」で確認してください。"
)
# What a restored card has of its own.
OWN: Final = {"id", "company", "employee", "created_at", "updated_at"}
NOBODY: Final = "選んだ社員は、すでに削除されています。別の社員を選んでください。"


def label_of(archive: CardArchive) -> str:
    """As the person was called."""
    name = f"{archive.last_name} {archive.first_name}".strip()
    return f"{name}（{archive.employee_id}）"


@transaction.atomic
def restore_onto(*, archive: CardArchive, employee: Employee, actor: Actor) -> int:
    """Adds the cards to an employee, and the image if they have none; returns how many cards.

    Of two at once, one is refused. Raises Refused.
    """
    lock_company(archive.company_id)
    kept = _locked(archive)
    people = Employee.objects.for_company(archive.company_id).defer("source")
    person: Employee | None = people.select_for_update().filter(pk=employee.pk).first()
    if person is None:
        raise Refused(NOBODY)
    return _give(kept, person, actor)


@transaction.atomic
def restore_as_new(
    *, archive: CardArchive, wanted: Wanted, actor: Actor
) -> tuple[Employee, str, int]:
    """A new hand-made employee with the cards and the image; their one-time password.

    Raises Refused, also where the 社員ID is taken.
    """
    lock_company(archive.company_id)
    kept = _locked(archive)
    person, password = create_employee(company=archive.company, wanted=wanted, actor=actor)
    return person, password, _give(kept, person, actor)


@transaction.atomic
def erase(*, archive: CardArchive, actor: Actor) -> None:
    """For good, before its time. Raises Refused."""
    kept = _locked(archive)
    changes = {"archive": (contents_of(kept), None)}
    _tell(kept, AuditAction.ERASED, actor, changes)
    _let_go(kept)


def note_download(*, archive: CardArchive, what: str, actor: Actor) -> None:
    _tell(archive, AuditAction.DOWNLOADED, actor, {"archive": (None, what)})


def contents_of(archive: CardArchive) -> str:
    image = "・画像" if archive.image else ""
    return f"名刺{len(archive.cards):,}件{image}"


def _locked(archive: CardArchive) -> CardArchive:
    rows = CardArchive.objects.for_company(archive.company_id).kept()
    kept: CardArchive | None = rows.select_for_update().filter(pk=archive.pk).first()
    if kept is None:
        raise Refused(GONE)
    return kept


def _give(archive: CardArchive, person: Employee, actor: Actor) -> int:
    BusinessCard.objects.bulk_create(
        [
            BusinessCard(company_id=archive.company_id, employee=person, **_values(card))
            for card in archive.cards
        ]
    )
    takes_image = bool(archive.image) and not person.image
    if takes_image:
        person.image = archive.image
        person.save(update_fields=["image"])
    restored: dict[str, Any] = {"restored_cards": (None, len(archive.cards))}
    if takes_image:
        restored["restored_image"] = (None, True)
    event = Event(AuditAction.RESTORED, "employee", person.pk, person.label, restored)
    write_audit(company=archive.company_id, actor=actor, events=[event])
    # No name of another person: it would outlive that person's own lines.
    onto = {"restored_onto": (None, person.employee_id)}
    _tell(archive, AuditAction.RESTORED, actor, onto)
    count = len(archive.cards)
    _let_go(archive)
    return count


def _values(card: dict[str, Any]) -> dict[str, Any]:
    """The fields of today, of a card that was kept some time ago."""
    printed = {name: str(card.get(name) or "") for name in PRINTED_FIELDS}
    others = {field.name for field in BusinessCard._meta.concrete_fields} - OWN - printed.keys()
    return printed | {name: card[name] for name in others if card.get(name) is not None}


def _let_go(archive: CardArchive) -> None:
    """From now on nobody finds it; the file goes after the commit, or with the daily purge."""
    archive.cards, archive.expires_at = [], timezone.now()
    archive.save(update_fields=["cards", "expires_at"])
    transaction.on_commit(lambda: purge([archive.pk]), robust=True)


def _tell(archive: CardArchive, action: AuditAction, actor: Actor, changes: dict[str, Any]) -> None:
    event = Event(action, "employee", archive.employee_pk, label_of(archive), changes)
    write_audit(company=archive.company_id, actor=actor, events=[event])
