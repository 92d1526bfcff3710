"""In the reports, too, the names of the deleted are blanked (X6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from companies.models import AuditEntry
from companies.services.forgetting import (
    BLANKED,
    FORGOTTEN,
    LINES,
    Forgotten,
    blank_changes,
    blank_label,
)
from companies.set_based import update_rows
from companies.signals import people_forgotten
from integrations.choices import Subject
from integrations.models import PersonSync, RunRecord, SyncRun, Tie
from integrations.reasons import Reason


@receiver(people_forgotten, sender=AuditEntry, dispatch_uid="forget_people_in_reports")
def forget_in_reports(*, company_id: int, people: Sequence[Forgotten], **_: Any) -> None:
    """Runs in the transaction in which the audit log forgets them."""
    by_key = {person.pk: person for person in people}
    crews = _own_records(company_id, by_key)
    _records_before_import(company_id, crews)
    _ties(company_id, crews)
    _holders(company_id, people)
    for person in people:
        for label in person.labels:
            _who_started(company_id, label, person)


def _own_records(company_id: int, people: Mapping[int, Forgotten]) -> dict[str, Forgotten]:
    """Crew id -> person, of those whom a report knows by both."""
    rows = RunRecord.objects.for_company(company_id).filter(
        subject=Subject.EMPLOYEE, object_pk__in=people
    )
    crews: dict[str, Forgotten] = {}
    for records in _batches(rows):
        for record in records:
            person = people[record.object_pk or 0]
            person.labels.add(record.label)
            if record.smarthr_id:
                crews[record.smarthr_id] = person
        _blank(records)
    return crews


def _records_before_import(company_id: int, crews: Mapping[str, Forgotten]) -> None:
    """Of the same crew, before there was a record here: what was left out, or previewed.

    Later ones are about a person whom SmartHR brought anew.
    """
    rows = RunRecord.objects.for_company(company_id).filter(
        run__in=_runs(company_id), subject=Subject.EMPLOYEE, smarthr_id__in=crews, object_pk=None
    )
    for records in _batches(rows.select_related("run")):
        _blank([r for r in records if r.run.started_at <= crews[r.smarthr_id].seen_until])


def _blank(records: Sequence[RunRecord]) -> None:
    changed: dict[int, Sequence[Any]] = {}
    for record in records:
        label = record.label if record.label.startswith(FORGOTTEN) else blank_label(record.label)
        after = (label, blank_changes("employee", record.changes), _blank_detail(record.detail))
        if after != (record.label, record.changes, record.detail):
            changed[record.pk] = after
    update_rows(RunRecord, ["label", "changes", "detail"], changed)


def _blank_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What a note says of the person: codes and 社員番号, which are kept, but no address."""
    return {
        key: BLANKED if isinstance(value, str) and "@" in value else value
        for key, value in detail.items()
    }


def _ties(company_id: int, crews: Mapping[str, Forgotten]) -> None:
    """Proposals to tie somebody else to what was the person's crew."""
    rows = Tie.objects.for_company(company_id).filter(
        run__in=_runs(company_id), subject=Subject.EMPLOYEE, smarthr_id__in=list(crews)
    )
    for tie in rows.select_related("run"):
        if tie.run.started_at <= crews[str(tie.smarthr_id)].seen_until:
            tie.label = blank_label(tie.label)
            tie.save(update_fields=["label"])


def _holders(company_id: int, people: Sequence[Forgotten]) -> None:
    """S4: whom a note about somebody else names as the one who has the 社員ID."""
    rows = RunRecord.objects.for_company(company_id).filter(reason=Reason.EMPLOYEE_ID_TAKEN)
    names = {(name, code): person for person in people for name, code in person.called}
    changed: dict[int, Sequence[Any]] = {}
    for records in _batches(rows.select_related("run")):
        for record in records:
            key = (record.detail.get("holder"), record.detail.get("value"))
            person = names.get(key)
            if person is not None and record.run.started_at <= person.seen_until:
                changed[record.pk] = ({**record.detail, "holder": FORGOTTEN},)
    update_rows(RunRecord, ["detail"], changed)


def _who_started(company_id: int, label: str, person: Forgotten) -> None:
    blanked = blank_label(label)
    runs = _runs(company_id).filter(started_at__lte=person.seen_until)
    runs.filter(started_by=None, started_by_label=label).update(started_by_label=blanked)
    runs.filter(cancelled_by_label=label).update(cancelled_by_label=blanked)
    ties = Tie.objects.for_company(company_id).filter(
        Q(decided_at=None) | Q(decided_at__lte=person.seen_until), decided_by_label=label
    )
    ties.update(decided_by_label=blanked)
    asked = PersonSync.objects.for_company(company_id).filter(asked_by_id=person.pk)
    asked.filter(asked_by_label=label).update(asked_by_label=blanked)


def _runs(company_id: int) -> Any:
    return SyncRun.objects.for_company(company_id)


def _batches(rows: Any) -> Iterator[list[RunRecord]]:
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:LINES]):
        yield found
        last = found[-1].pk
