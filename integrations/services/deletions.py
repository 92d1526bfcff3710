"""Deletion candidates: approved (looked up again first) or dismissed by a person (E12, G4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from employees.models import Employee
from employees.services.removal import LastAdministrator, lock_company, remove_employee
from groups.services import dissolve_groups
from integrations.choices import CandidateStatus, Subject
from integrations.models import DeletionCandidate
from integrations.reasons import Reason
from integrations.services.clients import smarthr_client
from integrations.services.runs import ready_integration
from integrations.smarthr.client import SmartHRClient
from integrations.sync.people_writes import bury


class EmptyAccount(Exception):
    """SmartHR shows nothing at all, which is no reason to delete anything (G4, E12)."""


class OtherAccount(Exception):
    """T5: nobody has confirmed that this is the account that we are linked to."""


@dataclass(slots=True)
class Decision:
    deleted: list[DeletionCandidate] = field(default_factory=list)
    # SmartHR answers for them again.
    kept: list[DeletionCandidate] = field(default_factory=list)
    # C6, or no answer of that kind.
    held: list[tuple[DeletionCandidate, Reason]] = field(default_factory=list)
    dismissed: list[DeletionCandidate] = field(default_factory=list)


def pending(company: Company) -> list[DeletionCandidate]:
    rows = DeletionCandidate.objects.for_company(company).pending()
    return list(rows.select_related("employee", "group").order_by("subject", "pk"))


def dismiss(*, company: Company, candidates: list[DeletionCandidate], actor: Actor) -> Decision:
    """They stay, and are not asked about again."""
    with transaction.atomic():
        rows = DeletionCandidate.objects.for_company(company).pending()
        chosen = rows.filter(pk__in=[candidate.pk for candidate in candidates])
        done = list(chosen.select_related("employee", "group").select_for_update(of=("self",)))
        chosen.update(status=CandidateStatus.DISMISSED)
        events = [_event(candidate, AuditAction.DISMISSED) for candidate in done]
        write_audit(company=company, actor=actor, events=events)
    return Decision(dismissed=done)


def approve(
    *,
    company: Company,
    candidates: list[DeletionCandidate],
    actor: Actor,
    decision: Decision | None = None,
) -> Decision:
    """Asks SmartHR once more for each, and deletes those that are really gone.

    Raises NotReady, OtherAccount, EmptyAccount, SmartHRError, Undecryptable; what was decided
    before an error stays decided, and stands in the `decision` that the caller gave.
    """
    decision = Decision() if decision is None else decision
    integration = ready_integration(company)
    if integration.account_unchecked:
        raise OtherAccount
    with smarthr_client(integration) as client:
        for subject in Subject:
            chosen = [candidate for candidate in candidates if candidate.subject == subject]
            if chosen:
                _check_not_empty(client, Subject(subject))
            for candidate in chosen:
                _decide(client, company, candidate, actor, decision)
    return decision


def _check_not_empty(client: SmartHRClient, subject: Subject) -> None:
    """An empty answer can never be approved."""
    if subject == Subject.EMPLOYEE:
        found = bool(client.crews_page(1, fields=("id",)).items)
    else:
        found = bool(client.departments_page(1).items)
    if not found:
        raise EmptyAccount


def _decide(
    client: SmartHRClient,
    company: Company,
    candidate: DeletionCandidate,
    actor: Actor,
    decision: Decision,
) -> None:
    is_person = candidate.subject == Subject.EMPLOYEE
    exists = (client.crew_exists if is_person else client.department_exists)(candidate.smarthr_id)
    with transaction.atomic():
        lock_company(company.pk)
        rows = DeletionCandidate.objects.for_company(company).pending().filter(pk=candidate.pk)
        if not rows.exists():  # decided by somebody else meanwhile
            return
        if exists:
            rows.delete()
            decision.kept.append(candidate)
            return
        write_audit(company=company, actor=actor, events=[_event(candidate, AuditAction.APPROVED)])
        try:
            _delete(company, candidate, actor)
        except LastAdministrator:
            transaction.set_rollback(True)
            decision.held.append((candidate, Reason.LAST_ADMINISTRATOR))
            return
        decision.deleted.append(candidate)


def _delete(company: Company, candidate: DeletionCandidate, actor: Actor) -> None:
    if candidate.subject == Subject.GROUP:
        keys = [candidate.group_id] if candidate.group_id else []
        dissolve_groups(company=company, groups=keys, actor=actor)
        return
    employee = (
        Employee.objects.for_company(company).select_for_update().get(pk=candidate.employee_id)
    )
    crew: UUID = candidate.smarthr_id
    remove_employee(employee=employee, actor=actor)
    bury(company=company, crew=crew)


def label(candidate: DeletionCandidate) -> str:
    record = candidate.employee if candidate.employee is not None else candidate.group
    return str(record)


def _event(candidate: DeletionCandidate, action: AuditAction) -> Event:
    pk = candidate.employee_id or candidate.group_id
    return Event(action, str(candidate.subject), pk, label(candidate), {})
