"""Deletion candidates: a person has them deleted by a run, or keeps them (E12, G4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from companies.set_based import batches
from employees.models import Employee
from employees.services.removal import lock_company
from integrations.choices import CandidateStatus, RunKind, Trigger
from integrations.models import DeletionCandidate, SyncRun
from integrations.reasons import Reason
from integrations.services.runs import NotReady, start_run


def pending(company: Company) -> list[DeletionCandidate]:
    rows = DeletionCandidate.objects.for_company(company).pending()
    return list(rows.select_related("employee", "group").order_by("subject", "pk"))


def approve(
    *,
    company: Company,
    candidates: Collection[int],
    trigger: Trigger,
    actor: Employee | None,
    lease: UUID | None = None,
) -> tuple[SyncRun, bool]:
    """The run that deletes them, or the one that is active already and False.

    Takes primary keys; a dismissed one can be among them. Those that are no candidates of the
    company any more are left out. Raises NotReady.
    """
    with transaction.atomic():
        # Before the company is locked: the row of another run can be held by one of its steps,
        # which waits for the company.
        run, is_new = start_run(
            company=company, kind=RunKind.DELETIONS, trigger=trigger, actor=actor, lease=lease
        )
        if is_new:
            lock_company(company.pk)
            marked = sum(r.free().update(approval=run) for r in _rows(company, candidates))
            if not marked:
                raise NotReady(Reason.NOTHING_APPROVED)
            run.options = {"approved": marked}
            run.save(update_fields=["options"])
    return run, is_new


def dismiss(
    *, company: Company, candidates: Collection[int], actor: Actor
) -> list[DeletionCandidate]:
    """They stay, and are not asked about again; who is being deleted is left out."""
    with transaction.atomic():
        lock_company(company.pk)
        done: list[DeletionCandidate] = [
            candidate
            for rows in _rows(company, candidates)
            for candidate in rows.pending().free().select_related("employee", "group")
        ]
        for rows in _rows(company, [candidate.pk for candidate in done]):
            rows.update(status=CandidateStatus.DISMISSED)
        events = [_dismissed(candidate) for candidate in done]
        write_audit(company=company, actor=actor, events=events)
    return done


def label(candidate: DeletionCandidate) -> str:
    record = candidate.employee if candidate.employee is not None else candidate.group
    return str(record)


def _dismissed(candidate: DeletionCandidate) -> Event:
    pk = candidate.employee_id or candidate.group_id
    return Event(AuditAction.DISMISSED, str(candidate.subject), pk, label(candidate), {})


def _rows(company: Company, keys: Collection[int]) -> Iterator[Any]:
    """Query sets of the company's candidates among them."""
    for batch in batches(sorted(keys)):
        yield DeletionCandidate.objects.for_company(company).filter(pk__in=batch)
