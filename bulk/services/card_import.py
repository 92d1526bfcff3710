"""Import of 名刺 (B2, O5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from django.utils import timezone

from bulk.choices import Verdict
from bulk.layouts import CARDS
from bulk.planning.cards import Card, CardOwner, CardPlanner
from bulk.planning.rows import PlannedRow, of_verdict
from bulk.reading.table import SheetRow, Table
from bulk.services.importers import BATCH, Importer, usable_ids
from cards.models import PRINTED_FIELDS, BusinessCard
from cards.person import present_values
from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction
from companies.set_based import batches, update_rows
from employees.models import Employee

_OWNER = ("pk", "employee_id", "last_name", "first_name", "smarthr_id")

_FIELDS = dict(zip(CARDS.labels[1:], PRINTED_FIELDS, strict=True))


class CardImporter(Importer):
    """The rows of a person are planned together, wherever they stand in the file."""

    _locks = False

    def lock(self, people: Iterable[int]) -> None:
        super().lock(people)
        self._locks = True

    def planned(self) -> Iterator[list[PlannedRow]]:
        planner = CardPlanner(self.table.cell)
        for groups in batches(_by_person(self.table), BATCH // 2):
            owners = self._owners(code for code, _ in groups)
            cards = self._cards([owner.pk for owner in owners.values()])
            planned: list[PlannedRow] = []
            for code, rows in groups:
                owner = owners.get(code)
                planned += planner.plan(rows, owner, cards[owner.pk] if owner else ())
            yield planned

    def write(self, rows: Sequence[PlannedRow], actor: Actor) -> None:
        events: list[Event] = []
        taken_over = self._taken_over({row.wanted[0] for row in of_verdict(rows, Verdict.NEW)})
        new = [
            BusinessCard(
                company=self.company,
                employee_id=row.wanted[0],
                taken_over=taken_over[row.wanted[0]],
                **dict(zip(PRINTED_FIELDS, row.wanted[1], strict=True)),
            )
            for row in of_verdict(rows, Verdict.NEW)
        ]
        made = BusinessCard.objects.bulk_create(new, batch_size=BATCH)
        for row, card in zip(of_verdict(rows, Verdict.NEW), made, strict=True):
            events.append(_event(AuditAction.CREATED, card.pk, row))
        changed = of_verdict(rows, Verdict.CHANGED)
        now = timezone.now()
        update_rows(
            BusinessCard,
            (*PRINTED_FIELDS, "updated_at"),
            {row.target: (*row.wanted[1], now) for row in changed if row.target is not None},
        )
        events += [_event(AuditAction.UPDATED, row.target, row) for row in changed]
        write_audit(company=self.company, actor=actor, events=events)

    def _taken_over(self, owners: Collection[int]) -> dict[int, dict[str, str]]:
        """What a new card remembers of its person's record, as one that is made on the screen."""
        found = {}
        domains = self.company.card_email_domains
        for batch in batches(owners):
            people = Employee.objects.for_company(self.company).select_related("group")
            for person in people.defer("source").filter(pk__in=batch):
                found[person.pk] = present_values(person, domains)
        return found

    def _owners(self, codes: Iterable[str]) -> dict[str, CardOwner]:
        found = {}
        for batch in batches(usable_ids(codes)):
            people = Employee.objects.for_company(self.company).filter(employee_id__in=batch)
            for pk, code, last_name, first_name, smarthr_id in people.values_list(*_OWNER):
                label = f"{last_name} {first_name}".strip() + f"（{code}）"
                found[code] = CardOwner(pk, label, smarthr_id is not None)
        return found

    def _cards(self, owners: Sequence[int]) -> Mapping[int, list[Card]]:
        found: dict[int, list[Card]] = defaultdict(list)
        for batch in batches(owners):
            cards = BusinessCard.objects.for_company(self.company).filter(employee__in=batch)
            if self._locks:
                cards = cards.select_for_update()
            rows = cards.order_by("pk").values_list("pk", "employee_id", *PRINTED_FIELDS)
            for pk, owner, *printed in rows:
                found[owner].append(Card(pk, tuple(printed)))
        return found


def _by_person(table: Table) -> Iterator[tuple[str, list[SheetRow]]]:
    """All rows of a 社員ID together, as soon as its last one has come."""
    last: dict[str, int] = {row.values[0]: row.number for row in table.rows()}
    waiting: dict[str, list[SheetRow]] = defaultdict(list)
    for row in table.rows():
        code = row.values[0]
        waiting[code].append(row)
        if last[code] == row.number:
            yield code, waiting.pop(code)


def _event(action: AuditAction, pk: int | None, row: PlannedRow) -> Event:
    fields = {_FIELDS[heading]: (before or None, after) for heading, before, after in row.changes}
    return Event(action, "card", pk, f"{row.label}の名刺", fields)
