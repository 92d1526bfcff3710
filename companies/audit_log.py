"""Reading the audit log: narrowed, newest first, one page at a time (X6).

A page is found by the line that it follows, not by its number: page 100,000 is as fast as the
first one. What is asked for is in the address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date

from companies.audit_texts import RECORDS
from companies.models import ActorKind, AuditAction, AuditEntry, Company

PAGE_SIZE: Final = 50
CHUNK: Final = 2000
# Beyond it a list is only "so many or more": counting millions takes seconds.
COUNTED: Final = 1_000
LONGEST_SEARCH: Final = 100
# Of so many people at most, each is named in the query, which so finds the lines of each by index.
NAMED: Final = 2_000
WRONG_DATE: Final = "日付を「2026-04-01」の形で入力してください。"
WRONG_ORDER: Final = "期間の開始日が終了日より後になっています。"


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is asked of the log; unknown codes ask for nothing."""

    since: str = ""
    until: str = ""
    kind: str = ""
    by: str = ""
    type: str = ""
    action: str = ""
    words: str = ""
    # One record, or what acted: "employee:12", "sync:128".
    object: str = ""
    actor: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> AuditFilter:
        return cls(
            since=_text(query, "since"),
            until=_text(query, "until"),
            kind=_known(query.get("kind"), ActorKind.values),
            by=_text(query, "by"),
            type=_known(query.get("type"), RECORDS),
            action=_known(query.get("action"), AuditAction.values),
            words=_text(query, "q"),
            object=_key_text(query.get("object"), RECORDS),
            actor=_key_text(query.get("actor"), ActorKind.values),
        )

    @property
    def is_narrow(self) -> bool:
        return self != AuditFilter()

    @property
    def problems(self) -> dict[str, str]:
        """Field -> what is wrong with it."""
        found = {
            name: WRONG_DATE
            for name in ("since", "until")
            if (text := getattr(self, name)) and _day(text) is None
        }
        first, last = _day(self.since), _day(self.until)
        if first is not None and last is not None and first > last:
            found["since"] = WRONG_ORDER
        return found

    def entries(self, company: Company) -> Any:
        """Without an order."""
        rows = AuditEntry.objects.for_company(company)
        if (first := _day(self.since)) is not None:
            rows = rows.filter(at__gte=_midnight(first))
        if (last := _day(self.until)) is not None:
            rows = rows.filter(at__lt=_midnight(last + timedelta(days=1)))
        if self.kind:
            rows = rows.filter(actor_kind=self.kind)
        if self.type:
            rows = rows.filter(object_type=self.type)
        if self.action:
            rows = rows.filter(action=self.action)
        if self.object:
            object_type, pk = _key(self.object)
            rows = rows.filter(object_type=object_type, object_id=pk)
        if self.actor:
            kind, pk = _key(self.actor)
            rows = rows.filter(actor_kind=kind, actor_id=pk)
        if self.by:
            rows = rows.filter(_acted(_called(company, "employee", self.by)))
        if self.words:
            called = {name: _called(company, name, self.words) for name in _callable_types()}
            rows = rows.filter(_concerns(called) | _acted(called.get("employee", [])))
        return rows


@dataclass(frozen=True, slots=True)
class AuditPage:
    entries: Sequence[AuditEntry]
    count: int
    # The lines from which the pages beside this one start; None: there is none.
    newer: int | None
    older: int | None

    @property
    def is_counted(self) -> bool:
        return self.count <= COUNTED


def page_of(company: Company, asked: AuditFilter, *, before: str, after: str) -> AuditPage:
    """`before`, `after`: the primary key of the line that the page follows or goes before."""
    rows = asked.entries(company)
    count = rows[: COUNTED + 1].count()
    anchor = _anchor(company, after or before)
    if anchor is None:
        entries, more = _first(rows.order_by("-at", "-pk"))
        return AuditPage(entries, count, None, entries[-1].pk if more else None)
    if after:
        newer = rows.filter(at__gte=anchor.at).exclude(at=anchor.at, pk__lte=anchor.pk)
        entries, more = _first(newer.order_by("at", "pk"))
        entries.reverse()
        last = entries[-1].pk if entries else None
        return AuditPage(entries, count, entries[0].pk if more else None, last)
    entries, more = _first(_older(rows, anchor))
    first = entries[0].pk if entries else None
    return AuditPage(entries, count, first, entries[-1].pk if more else None)


def each_entry(rows: Any) -> Iterator[AuditEntry]:
    """All of them, the newest first: a chunk at a time is in memory, and no cursor stays open."""
    older = rows.order_by("-at", "-pk")
    while found := list(older[:CHUNK]):
        yield from found
        older = _older(rows, found[-1])


def _older(rows: Any, anchor: AuditEntry) -> Any:
    before = rows.filter(at__lte=anchor.at).exclude(at=anchor.at, pk__gte=anchor.pk)
    return before.order_by("-at", "-pk")


def _first(rows: Any) -> tuple[list[AuditEntry], bool]:
    """A page of them, and whether there are more."""
    found = list(rows[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


def _anchor(company: Company, key: str) -> AuditEntry | None:
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        return None
    rows = AuditEntry.objects.for_company(company).filter(pk=int(key))
    found: AuditEntry | None = rows.only("at").first()
    return found


def _callable_types() -> list[str]:
    return [name for name, text in RECORDS.items() if text.called is not None]


def _concerns(called: Mapping[str, Any]) -> Q:
    """Records that are called so now, or were when they were deleted."""
    found = Q(pk__in=[])
    for object_type, keys in called.items():
        found |= Q(object_type=object_type, object_id__in=keys)
    return found


def _acted(employees: Any) -> Q:
    return Q(actor_kind=ActorKind.PERSON, actor_id__in=employees)


def _called(company: Company, object_type: str, words: str) -> Any:
    called = RECORDS[object_type].called
    if called is None:
        return []
    living = called(company.pk, words)
    keys = set(living[: NAMED + 1])
    if len(keys) > NAMED:  # a word that fits everywhere: its lines are found by time
        return living
    gone = AuditEntry.objects.for_company(company).filter(
        action=AuditAction.DELETED, object_type=object_type
    )
    for word in words.split():
        gone = gone.filter(object_label__icontains=word)
    keys.update(gone.values_list("object_id", flat=True)[:NAMED])
    return sorted(keys)


def _text(query: Mapping[str, str], name: str) -> str:
    return query.get(name, "").replace("\x00", "").strip()[:LONGEST_SEARCH]


def _known(value: str | None, known: Any) -> str:
    return value if value is not None and value in known else ""


def _key_text(text: str | None, known: Any) -> str:
    name, _, pk = (text or "").partition(":")
    good = name in known and pk.isascii() and pk.isdecimal() and len(pk) < 19
    return f"{name}:{int(pk)}" if good else ""


def _key(text: str) -> tuple[str, int]:
    name, _, pk = text.partition(":")
    return name, int(pk)


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found is not None and 2000 <= found.year <= 2999 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
