"""Cutting the link of records here to SmartHR's: they stay, ordinary and editable (X12)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from companies.set_based import batches
from employees.models import Employee
from groups.models import Group
from integrations.choices import Subject, TieStatus
from integrations.models import DeletionCandidate, HeldLogin, PersonSync, Tie
from integrations.sync.people_writes import bury

# What a sync keeps on a linked record, and what it stopped is stopped by a person from now on.
OF_PEOPLE: Final[dict[str, Any]] = {
    "smarthr_id": None,
    "source_updated_at": None,
    "source_read_at": None,
    "source": {},
    "suspended_by_sync": False,
}
OF_GROUPS: Final[dict[str, Any]] = {
    "smarthr_id": None,
    "source_updated_at": None,
    "source_read_at": None,
}
LINKED: Final = ("SmartHRと連携", None)


def unlink_people(*, company: Company, people: Sequence[Employee], actor: Actor) -> None:
    """In the caller's transaction, with the company and the rows locked.

    E12a: what was read of them before now neither ties nor creates anybody.
    """
    keys = [person.pk for person in people]
    for batch in batches(keys):
        rows = Employee.objects.for_company(company).filter(pk__in=batch)
        rows.update(**OF_PEOPLE)
        HeldLogin.objects.for_company(company).filter(employee__in=batch).delete()
        PersonSync.objects.for_company(company).filter(employee__in=batch).delete()
        _void_ties(company, employee__in=batch)
    _close_candidates(company, Subject.EMPLOYEE, keys)
    bury(company=company, crews=[person.smarthr_id for person in people if person.smarthr_id])
    _tell(company, actor, "employee", [(person.pk, person.label) for person in people])


def unlink_groups(*, company: Company, groups: Sequence[Group], actor: Actor) -> None:
    """The same for groups; the tree stays as it is."""
    keys = [group.pk for group in groups]
    for batch in batches(keys):
        Group.objects.for_company(company).filter(pk__in=batch).update(**OF_GROUPS)
        _void_ties(company, group__in=batch)
    _close_candidates(company, Subject.GROUP, keys)
    _tell(company, actor, "group", [(group.pk, group.name) for group in groups])


def _void_ties(company: Company, **of: Any) -> None:
    """Taking one of them back later would link the record to an id of long ago."""
    ties = Tie.objects.for_company(company).filter(status=TieStatus.TIED, **of)
    ties.update(status=TieStatus.UNDONE)


def _close_candidates(company: Company, subject: Subject, keys: Collection[int]) -> None:
    column = "employee_id__in" if subject == Subject.EMPLOYEE else "group_id__in"
    for batch in batches(keys):
        DeletionCandidate.objects.for_company(company).filter(**{column: batch}).delete()


def _tell(
    company: Company, actor: Actor, object_type: str, records: Sequence[tuple[int, str]]
) -> None:
    events = [
        Event(AuditAction.UNLINKED, object_type, pk, label, {"smarthr": LINKED})
        for pk, label in records
    ]
    write_audit(company=company, actor=actor, events=events)
