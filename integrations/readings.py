"""When a linked record was read last, by what, and what was said of it then (X9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse

from companies.models import Company
from employees.models import Employee
from groups.models import Group
from integrations.choices import (
    GOOD_STATUSES,
    PEOPLE_KINDS,
    SYNC_KINDS,
    Outcome,
    RunKind,
    Subject,
)
from integrations.models import PersonSync, RunRecord, SyncRun
from integrations.reasons import Reason
from integrations.record_links import Link

# That nothing was read of somebody is no reading.
NOT_READ: Final = frozenset({Reason.WAITS_FOR_WORD, Reason.DELETION_BRAKE, Reason.CREW_GONE})
# How many syncs are looked through for the last one that said something.
LOOKED_THROUGH: Final = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """A sync or a delivery that has read the record."""

    at: datetime
    # 「変更分同期 #128」, and where its report is.
    words: str
    link: Link | None
    # Pairs of a reason and its detail.
    notes: Sequence[tuple[str, Mapping[str, Any]]] = ()
    outcome: str = Outcome.UNCHANGED

    @property
    def left_out(self) -> bool:
        return self.outcome == Outcome.LEFT_OUT


def newest_reading_of(employee: Employee, *, is_candidate: bool) -> Reading | None:
    """None where nothing has read the person, or nothing that is still known has."""
    found = list(_readings_of(employee, is_candidate=is_candidate))
    return max(found, key=lambda reading: reading.at, default=None)


def newest_reading_of_group(group: Group, *, is_candidate: bool) -> Reading | None:
    company = group.company
    runs = _ended(company).filter(kind__in=SYNC_KINDS)
    found = [_word(company, runs, Subject.GROUP, group.smarthr_id)]
    if not is_candidate and group.source_read_at is not None:
        read = runs.filter(
            status__in=GOOD_STATUSES, error_code="", progress__departments__ended=True
        )
        found.append(_whole(read.filter(progress__departments_written__gt=0)))
    known = [reading for reading in found if reading is not None]
    return max(known, key=lambda reading: reading.at, default=None)


def _readings_of(employee: Employee, *, is_candidate: bool) -> Iterator[Reading]:
    company = employee.company
    runs = _ended(company).filter(kind__in=PEOPLE_KINDS)
    if (word := _word(company, runs, Subject.EMPLOYEE, employee.smarthr_id)) is not None:
        yield word
    # A whole sync has read everybody, and says nothing of whom it found as they were. Whom no sync
    # has read since the tie was not among them (X8).
    if not is_candidate and employee.source_read_at is not None:
        whole = runs.filter(kind=RunKind.EMPLOYEES, status__in=GOOD_STATUSES, error_code="")
        if (reading := _whole(whole)) is not None:
            yield reading
    for reading in (_delivered(employee), _asked_for(employee)):
        if reading is not None and not any(reason in NOT_READ for reason, _ in reading.notes):
            yield reading


def _ended(company: Company) -> Any:
    rows = SyncRun.objects.for_company(company).filter(finished_at__isnull=False)
    return rows.defer("page_in_hand", "options").order_by("-started_at")


def _word(company: Company, runs: Any, subject: Subject, source_id: object) -> Reading | None:
    """What the newest sync that said something of the record said."""
    newest = list(runs.values_list("pk", flat=True)[:LOOKED_THROUGH])
    rows = RunRecord.objects.for_company(company).filter(
        run__in=newest, subject=subject, smarthr_id=str(source_id)
    )
    last = rows.select_related("run").order_by("-run__started_at").first()
    if last is None:
        return None
    said = list(rows.filter(run=last.run).order_by("pk"))
    notes = [(row.reason, row.detail) for row in said if row.reason]
    left_out = any(row.outcome == Outcome.LEFT_OUT for row in said)
    outcome = Outcome.LEFT_OUT if left_out else said[0].outcome
    return _of_run(last.run, notes, outcome)


def _whole(runs: Any) -> Reading | None:
    run: SyncRun | None = runs.first()
    return None if run is None else _of_run(run, (), Outcome.UNCHANGED)


def _of_run(run: SyncRun, notes: Sequence[tuple[str, Mapping[str, Any]]], outcome: str) -> Reading:
    words = f"{run.get_kind_display()} #{run.pk}"
    link = Link(reverse("smarthr-run", args=[run.pk]), words)
    return Reading(run.started_at, words, link, notes, outcome)


def _delivered(employee: Employee) -> Reading | None:
    """By the reverse relation: this app knows no deliveries."""
    deliveries: Any = getattr(employee.company, "webhook_deliveries", None)
    if deliveries is None:
        return None
    # Not one that another delivery's reading has covered.
    told = Q(crews__smarthr_id=employee.smarthr_id, crews__outcome__in=Outcome.values)
    delivery = deliveries.filter(told).order_by("-received_at").first()
    if delivery is None:
        return None
    crew = delivery.crews.get(smarthr_id=employee.smarthr_id)
    words = f"Webhook #{delivery.pk}"
    link = Link(reverse("webhook-log-delivery", args=[delivery.pk]), words)
    notes = [(note["reason"], note["detail"]) for note in crew.notes]
    return Reading(crew.done_at, words, link, notes, crew.outcome)


def _asked_for(employee: Employee) -> Reading | None:
    rows = PersonSync.objects.for_company(employee.company_id)
    done = rows.filter(employee=employee, finished_at__isnull=False, error_code="").first()
    if done is None or done.finished_at is None:
        return None
    words = f"この社員だけ同期・{done.asked_by_label}"
    notes = [(note["reason"], note["detail"]) for note in done.notes]
    return Reading(done.finished_at, words, None, notes, done.outcome)
