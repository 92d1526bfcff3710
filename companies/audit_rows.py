"""Lines of the audit log in words, for the page and for the file (X6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from companies.audit_texts import (
    ACTORS,
    RECORDS,
    field_text,
    in_order,
    record_label,
    value_text,
)
from companies.models import ActorKind, AuditAction, AuditEntry, Company

CUT: Final = 80
# What the label of the record says already.
NAMED: Final = frozenset({"employee_id", "last_name", "first_name", "name"})
CSV_HEADER: Final = (
    "日時",
    "操作した人の種類",
    "操作した人",
    "対象の種類",
    "対象",
    "操作",
    "変更の内容",
    "理由",
)


@dataclass(frozen=True, slots=True)
class Value:
    text: str

    @property
    def is_long(self) -> bool:
        return len(self.text) > CUT

    @property
    def cut(self) -> str:
        return f"{self.text[:CUT]}…"


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A field, before and after; or a sentence of its own."""

    label: str
    before: Value | None = None
    after: Value | None = None
    sentence: str = ""

    @property
    def is_long(self) -> bool:
        return any(value is not None and value.is_long for value in (self.before, self.after))

    def __str__(self) -> str:
        if self.sentence:
            return self.sentence
        parts = [value.text for value in (self.before, self.after) if value is not None]
        return f"{self.label} {' → '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Named:
    """Who acted, or what was acted on; with the address of its page while it exists."""

    key: str
    kind: str
    label: str
    address: str
    is_linked: bool


@dataclass(frozen=True, slots=True)
class AuditRow:
    pk: int
    at: Any
    actor: Named
    record: Named
    action: str
    changes: Sequence[ChangeLine]
    reason: str


class _Existing:
    """Which records of some lines are there still: one query a kind of record."""

    def __init__(self, company: Company, entries: Iterable[AuditEntry]) -> None:
        wanted: dict[str, set[int]] = defaultdict(set)
        for entry in entries:
            for object_type, pk in (_actor_key(entry), _object_key(entry)):
                if pk is not None:
                    wanted[object_type].add(pk)
        self._found: dict[str, dict[int, bool]] = {}
        for object_type, keys in wanted.items():
            text = RECORDS.get(object_type)
            if text is not None and text.existing is not None:
                self._found[object_type] = text.existing(company.pk, keys)

    def named(self, object_type: str, pk: int | None, kind: str, label: str, key: str) -> Named:
        found = self._found.get(object_type, {})
        is_there = pk is not None and pk in found
        address = _address(object_type, pk) if is_there and pk is not None else ""
        is_linked = found[pk] if is_there and pk is not None else False
        shown = "" if label.startswith(kind) else kind
        return Named(key if pk is not None else "", shown, label, address, is_linked)


def audit_rows(company: Company, entries: Sequence[AuditEntry]) -> list[AuditRow]:
    """The lines of one page, with a fixed number of queries."""
    existing = _Existing(company, entries)
    return [_row(entry, existing) for entry in entries]


def csv_rows(entries: Iterable[AuditEntry]) -> Iterator[Sequence[str]]:
    for entry in entries:
        yield (
            f"{timezone.localtime(entry.at):%Y/%m/%d %H:%M:%S}",
            str(ActorKind(entry.actor_kind).label),
            entry.actor_label,
            record_label(entry.object_type),
            entry.object_label,
            action_label(entry),
            "、".join(str(change) for change in changes_of(entry)),
            entry.reason,
        )


def action_label(entry: AuditEntry) -> str:
    return str(AuditAction(entry.action).label)


def changes_of(entry: AuditEntry) -> list[ChangeLine]:
    return list(_changes(entry))


def _changes(entry: AuditEntry) -> Iterator[ChangeLine]:
    for name in in_order(entry.object_type, entry.changes):
        values = entry.changes[name]
        text = field_text(entry.object_type, name)
        if sentence := text.sentence(values[1]):
            yield ChangeLine(text.label, sentence=sentence)
            continue
        before, after = (Value(value_text(text, value)) for value in values)
        if entry.action == AuditAction.CREATED:
            if name not in NAMED and values[1] not in (None, "", []):
                yield ChangeLine(text.label, after=after)
        elif entry.action == AuditAction.DELETED:
            if name not in NAMED:
                yield ChangeLine(text.label, before=before)
        elif values[0] is None and entry.action not in CHANGING:
            yield ChangeLine(text.label, after=after)
        else:
            yield ChangeLine(text.label, before, after)


# Of others the value after says it all.
CHANGING: Final = frozenset(
    {
        AuditAction.UPDATED,
        AuditAction.CONFIGURED,
        AuditAction.PLAN,
        AuditAction.APPOINTED,
        AuditAction.TIED,
        AuditAction.UNTIED,
    }
)


def _row(entry: AuditEntry, existing: _Existing) -> AuditRow:
    actor_type, actor_pk = _actor_key(entry)
    object_type, object_pk = _object_key(entry)
    kind = "" if entry.actor_kind == ActorKind.PERSON else ActorKind(entry.actor_kind).label
    return AuditRow(
        pk=entry.pk,
        at=entry.at,
        actor=existing.named(
            actor_type, actor_pk, kind, entry.actor_label, f"{entry.actor_kind}:{actor_pk}"
        ),
        record=existing.named(
            object_type,
            object_pk,
            record_label(object_type),
            entry.object_label,
            f"{object_type}:{object_pk}",
        ),
        action=action_label(entry),
        changes=changes_of(entry),
        reason=entry.reason,
    )


def _actor_key(entry: AuditEntry) -> tuple[str, int | None]:
    return ACTORS.get(entry.actor_kind, ""), entry.actor_id


def _object_key(entry: AuditEntry) -> tuple[str, int | None]:
    return entry.object_type, entry.object_id


def _address(object_type: str, pk: int) -> str:
    text = RECORDS.get(object_type)
    if text is None or not text.page:
        return ""
    try:
        return reverse(text.page, args=[pk])
    except NoReverseMatch:
        return ""
