"""90 days after a deletion the names and e-mail of the deleted person are blanked (X6).

The line of the audit log that tells of the deletion is the work to do: it says when, and carries a
mark once it is done. The 社員ID stays, so that the log can still be read; one that has the form
of an address goes, too.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from companies.audit_texts import RECORDS, field_text
from companies.models import ActorKind, AuditAction, AuditEntry, Company
from companies.set_based import batches, update_rows
from companies.signals import people_forgotten

log = logging.getLogger(__name__)
AFTER: Final = timedelta(days=90)
PEOPLE: Final = 200
LINES: Final = 1000
FORGOTTEN: Final = "削除された社員"
BLANKED: Final = "（消去済み）"
OWN: Final = "employee"
BY_PEOPLE: Final = (ActorKind.PERSON, ActorKind.SUPPORT)
# What is told of a deletion may be written a moment after its own line.
MOMENT: Final = timedelta(minutes=1)


@dataclass(slots=True)
class Forgotten:
    """One deleted person, with all that the log has called them."""

    pk: int
    deleted_at: datetime
    # 「姓 名（社員ID）」, as in the log.
    labels: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)

    @property
    def seen_until(self) -> datetime:
        return self.deleted_at + MOMENT

    @property
    def names(self) -> set[str]:
        """Without the 社員ID."""
        return {name for label in self.labels if (name := label.rpartition("（")[0])}

    @property
    def called(self) -> set[tuple[str, str]]:
        """Name and 社員ID, as they were at the same time."""
        parts = [label.rpartition("（") for label in self.labels]
        return {(name, code.removesuffix("）")) for name, bracket, code in parts if bracket}

    @property
    def replacements(self) -> dict[str, str]:
        """What stands in texts about other things."""
        return {label: blank_label(label) for label in self.labels} | dict.fromkeys(
            self.emails, BLANKED
        )


def blank_label(label: str) -> str:
    """「佐藤 花子（00027）」 → 「削除された社員（00027）」."""
    _, bracket, code = label.rpartition("（")
    return f"{FORGOTTEN}（{code}" if bracket and "@" not in code else FORGOTTEN


def blank_value(value: Any) -> Any:
    """What was empty stays so: that something was there is no name."""
    return value if value in (None, "", BLANKED) else BLANKED


def blank_changes(object_type: str, changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The changes of a person's own line."""
    return {
        name: [_blank_own(object_type, name, value) for value in values]
        for name, values in changes.items()
    }


def replaced(value: Any, replacements: Mapping[str, str]) -> Any:
    """A stored value with every text in it replaced."""
    if isinstance(value, str):
        for text, instead in replacements.items():
            value = _replaced_text(value, text, instead)
        return value
    if isinstance(value, list):
        return [replaced(item, replacements) for item in value]
    if isinstance(value, dict):
        return {key: replaced(item, replacements) for key, item in value.items()}
    return value


def _replaced_text(value: str, text: str, instead: str) -> str:
    """An address only as a whole: the end of a longer one is somebody else's."""
    if text not in value or "@" not in text or "（" in text:
        return value.replace(text, instead) if text else value
    whole = rf"(?<![A-Za-z0-9._+-]){re.escape(text)}(?![A-Za-z0-9-]|\.[A-Za-z0-9])"
    return re.sub(whole, lambda _: instead, value)


def forget_due() -> int:
    """Everybody whose 90 days are over; returns how many people.

    A batch of people is one transaction: it is done, or will be done by the next one. Several at
    once leave each other's people alone.
    """
    due = AuditEntry.objects.across_companies().filter(
        action=AuditAction.DELETED,
        object_type=OWN,
        forgotten_at=None,
        at__lte=timezone.now() - AFTER,
    )
    keys = list(due.order_by("company_id", "pk").values_list("company_id", "pk"))
    done = 0
    for company_id, group in groupby(keys, key=lambda pair: pair[0]):
        for batch in batches([pk for _, pk in group], PEOPLE):
            try:
                done += _forget(company_id, batch)
            except Exception:  # the others have to be forgotten all the same
                log.exception("deleted people of company %s were not forgotten", company_id)
    return done


@transaction.atomic
def _forget(company_id: int, deletions: Sequence[int]) -> int:
    rows = AuditEntry.objects.for_company(company_id)
    due = rows.filter(pk__in=deletions, forgotten_at=None).order_by("pk")
    found = list(due.select_for_update(skip_locked=True))
    people = {row.object_id: Forgotten(row.object_id, row.at) for row in found if row.object_id}
    if people:
        _collect(company_id, people)
        people_forgotten.send(
            sender=AuditEntry, company_id=company_id, people=list(people.values())
        )
        _blank_own_lines(company_id, people)
        _blank_actors(company_id, people)
        _blank_mentions(company_id, people)
    rows.filter(pk__in=[row.pk for row in found]).update(forgotten_at=timezone.now())
    return len(people)


def _collect(company_id: int, people: Mapping[int, Forgotten]) -> None:
    rows = AuditEntry.objects.for_company(company_id)
    for row in _each(rows.filter(object_type=OWN, object_id__in=people)):
        person = people[row.object_id or 0]
        person.labels.add(row.object_label)
        person.emails.update(value for value in row.changes.get("email", []) if value)
    acted = rows.filter(actor_kind=ActorKind.PERSON, actor_id__in=people).order_by()
    for pk, label in acted.values_list("actor_id", "actor_label").distinct():
        people[pk or 0].labels.add(label)


def _blank_own_lines(company_id: int, people: Mapping[int, Forgotten]) -> None:
    rows = AuditEntry.objects.for_company(company_id).filter(object_type=OWN, object_id__in=people)
    for lines in _batches(rows):
        changed: dict[int, Sequence[Any]] = {}
        for row in lines:
            person = people[row.object_id or 0]
            after = (
                blank_label(row.object_label),
                blank_changes(OWN, row.changes),
                replaced(row.reason, person.replacements | dict.fromkeys(person.names, FORGOTTEN)),
            )
            if after != (row.object_label, row.changes, row.reason):
                changed[row.pk] = after
        update_rows(AuditEntry, ["object_label", "changes", "reason"], changed)


def _blank_actors(company_id: int, people: Mapping[int, Forgotten]) -> None:
    companies = [company_id]
    if Company.objects.filter(pk=company_id, is_operator=True).exists():
        # X11: its staff have acted in the companies of others.
        companies = list(Company.objects.order_by("pk").values_list("pk", flat=True))
    for one in companies:
        rows = AuditEntry.objects.for_company(one)
        acted = rows.filter(actor_kind__in=BY_PEOPLE, actor_id__in=people).order_by()
        found = acted.values_list("actor_kind", "actor_id", "actor_label").distinct()
        for kind, pk, label in list(found):
            same = rows.filter(actor_kind=kind, actor_id=pk, actor_label=label)
            same.update(actor_label=blank_label(label))
    _blank_named_actors(company_id, people)


def _blank_named_actors(company_id: int, people: Mapping[int, Forgotten]) -> None:
    """Who acted through an import, or started a run and was deleted before its end."""
    rows = AuditEntry.objects.for_company(company_id)
    by_name = Q(actor_kind=ActorKind.IMPORT) | Q(actor_kind=ActorKind.PERSON, actor_id=None)
    labels = rows.filter(by_name).order_by().values_list("actor_label", flat=True).distinct()
    for label in list(labels):
        for person in people.values():
            if (after := replaced(label, person.replacements)) != label:
                then = rows.filter(by_name, actor_label=label, at__lte=person.seen_until)
                then.update(actor_label=after)


def _blank_mentions(company_id: int, people: Mapping[int, Forgotten]) -> None:
    """In lines about things whose texts name people, as long as the person was there.

    Later ones that read the same are about somebody else.
    """
    types = [name for name, text in RECORDS.items() if text.names_people]
    rows = AuditEntry.objects.for_company(company_id).filter(object_type__in=types)
    for lines in _batches(rows):
        changed: dict[int, Sequence[Any]] = {}
        for row in lines:
            before = after = (row.object_label, row.changes, row.reason)
            for person in people.values():
                if row.at <= person.seen_until:
                    after = _without(person, row.object_type, after)
            if after != before:
                changed[row.pk] = after
        update_rows(AuditEntry, ["object_label", "changes", "reason"], changed)


def _without(
    person: Forgotten, object_type: str, texts: tuple[str, dict[str, Any], str]
) -> tuple[str, dict[str, Any], str]:
    label, changes, reason = texts
    if any(name and name in label for name in person.labels):  # it is the person's own, like a card
        changes = blank_changes(object_type, changes)
    instead = person.replacements
    return replaced(label, instead), replaced(changes, instead), replaced(reason, instead)


def _blank_own(object_type: str, name: str, value: Any) -> Any:
    if field_text(object_type, name).is_personal and name != "employee_id":
        return blank_value(value)
    return blank_value(value) if isinstance(value, str) and "@" in value else value


def _batches(rows: Any) -> Iterator[list[AuditEntry]]:
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:LINES]):
        yield found
        last = found[-1].pk


def _each(rows: Any) -> Iterable[AuditEntry]:
    for found in _batches(rows):
        yield from found
