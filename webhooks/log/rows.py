"""The lines of the log: a page of deliveries, with a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery

from companies.models import Company
from employees.models import Employee
from integrations.choices import Outcome
from integrations.reason_texts import COLUMN_LABELS
from integrations.reasons import Reason
from webhooks.choices import DeliveryStatus, LogState
from webhooks.log.states import event_label, state_label, state_of
from webhooks.log.texts import delivery_text, note_texts
from webhooks.log.waits import Outlook
from webhooks.models import Delivery, DeliveryCrew

NAMED: Final = 2
# Of whom somebody should read what is said: not of a crew that is neither there nor here.
_GONE: Final = [{"reason": Reason.CREW_GONE.value, "detail": {}}]
REPORTED: Final = ~Q(notes=[]) & ~Q(notes=_GONE)


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """W8: a name and a 社員ID, no more."""

    label: str
    is_linked: bool


@dataclass(frozen=True, slots=True)
class LogRow:
    delivery: Delivery
    event: str
    state: LogState
    state_label: str
    named: Sequence[NamedPerson]
    result: str
    next_try: str
    offers_retry: bool

    @property
    def others(self) -> int:
        return self.delivery.people - len(self.named)


@dataclass(slots=True)
class OutcomeCounts:
    by_outcome: dict[str, int]
    reported: int = 0


def log_rows(deliveries: Sequence[Delivery], company: Company, outlook: Outlook) -> list[LogRow]:
    """The lines of one page."""
    crews = _first_crews(deliveries, company)
    linked = linked_labels((crew for some in crews.values() for crew in some), company)
    counts = _outcome_counts([row for row in deliveries if row.people > 1], company)
    return [
        LogRow(
            delivery=row,
            event=event_label(row),
            state=state_of(row),
            state_label=state_label(row),
            named=[person for crew in crews[row.pk] if (person := named_person(crew, linked))],
            result=_result(row, crews[row.pk], counts.get(row.pk)),
            next_try=outlook.next_try(row),
            offers_retry=outlook.offers_retry(row),
        )
        for row in deliveries
    ]


def _first_crews(deliveries: Sequence[Delivery], company: Company) -> dict[int, list[DeliveryCrew]]:
    """Who is named on each line; of an import of thousands no more than those are read."""
    crews = DeliveryCrew.objects.for_company(company)
    in_order = crews.filter(delivery=OuterRef("pk")).order_by("pk").values("pk")
    rows = Delivery.objects.for_company(company).filter(pk__in=[row.pk for row in deliveries])
    first = {f"crew_{n}": Subquery(in_order[n : n + 1]) for n in range(NAMED)}
    keys = [key for row in rows.annotate(**first).values_list(*first) for key in row if key]
    found: dict[int, list[DeliveryCrew]] = defaultdict(list)
    for crew in crews.filter(pk__in=keys).order_by("pk"):
        found[crew.delivery_id].append(crew)
    return found


def linked_labels(crews: Iterable[DeliveryCrew], company: Company) -> dict[UUID, str]:
    """Of the people who are linked here now."""
    ids = {crew.smarthr_id for crew in crews}
    people = Employee.objects.for_company(company).filter(smarthr_id__in=ids)
    columns = ("smarthr_id", "last_name", "first_name", "employee_id")
    return {person.smarthr_id: person.label for person in people.only(*columns)}


def named_person(crew: DeliveryCrew, linked: Mapping[UUID, str]) -> NamedPerson | None:
    """As the log recorded them; before that, as they are called here."""
    label = crew.label or linked.get(crew.smarthr_id)
    return NamedPerson(label, crew.smarthr_id in linked) if label else None


def _outcome_counts(deliveries: Sequence[Delivery], company: Company) -> dict[int, OutcomeCounts]:
    found: dict[int, OutcomeCounts] = {}
    rows = (
        DeliveryCrew.objects.for_company(company)
        .filter(delivery__in=[row.pk for row in deliveries])
        .order_by()
        .values_list("delivery_id", "outcome")
        .annotate(people=Count("pk"), reported=Count("pk", filter=REPORTED))
    )
    for delivery_id, outcome, people, reported in rows:
        counts = found.setdefault(delivery_id, OutcomeCounts({}))
        counts.by_outcome[outcome] = people
        counts.reported += reported
    return found


def _result(delivery: Delivery, crews: Sequence[DeliveryCrew], counts: OutcomeCounts | None) -> str:
    if (text := delivery_text(delivery)) is not None:
        return text.what
    if delivery.status == DeliveryStatus.PENDING:
        return "処理しています。" if delivery.lease else "処理を待っています。"
    if counts is not None:
        return _counted(counts)
    return _told(crews[0]) if crews else "対象の従業員はいませんでした。"


def _counted(counts: OutcomeCounts) -> str:
    """新規12・更新3, and whether somebody should look."""
    parts = [
        f"{outcome.label}{counts.by_outcome[outcome]:,}"
        for outcome in Outcome
        if counts.by_outcome.get(outcome)
    ]
    if counts.reported:
        parts.append(f"報告あり{counts.reported:,}")
    return "・".join(parts) or "処理しました。"


def _told(crew: DeliveryCrew) -> str:
    if texts := note_texts(crew):
        return texts[0].what
    if not crew.outcome:
        return "ほかの受信と一緒に処理しました。"
    columns = [COLUMN_LABELS[column] for column in COLUMN_LABELS if column in crew.changes]
    fields = f"（{'・'.join(columns)}）" if crew.outcome == Outcome.UPDATED and columns else ""
    return f"{Outcome(crew.outcome).label}{fields}"
