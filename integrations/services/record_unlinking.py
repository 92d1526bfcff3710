"""Cutting the link of records here to SmartHR's: they stay, ordinary and editable (X12)."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import CharField, DateTimeField, F, Value
from django.db.models.functions import Concat, Trim
from django.utils import timezone

from companies.audit import Actor, write_audit_of_rows
from companies.models import AuditAction, Company
from companies.set_based import insert_from
from employees.models import Employee
from groups.models import Group
from integrations.choices import TieStatus
from integrations.models import CrewTombstone, DeletionCandidate, HeldLogin, PersonSync, Tie

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
CHANGES: Final = {"smarthr": ("SmartHRと連携", None)}
# As Employee.label writes it.
PERSON_LABEL: Final = Concat(
    Trim(Concat(F("last_name"), Value(" "), F("first_name"))),
    Value("（"),
    F("employee_id"),
    Value("）"),
    output_field=CharField(),
)


def unlink_people(*, company: Company, first: int, last: int, actor: Actor) -> None:
    """The linked people from one primary key to another.

    In the caller's transaction, with the company and the rows locked. E12a: what was read of them
    before now neither ties nor creates anybody.
    """
    rows = Employee.objects.for_company(company).linked().filter(pk__range=(first, last))
    bury_all(company=company, rows=rows)
    write_audit_of_rows(
        company=company,
        actor=actor,
        action=AuditAction.UNLINKED,
        object_type="employee",
        rows=rows,
        label=PERSON_LABEL,
        changes=CHANGES,
    )
    of_them = {"employee__gte": first, "employee__lte": last}
    HeldLogin.objects.for_company(company).filter(**of_them).delete()
    PersonSync.objects.for_company(company).filter(**of_them).delete()
    DeletionCandidate.objects.for_company(company).filter(**of_them).delete()
    _void_ties(company, **of_them)
    rows.update(**OF_PEOPLE)


def unlink_groups(*, company: Company, first: int, last: int, actor: Actor) -> None:
    """The same for groups; the tree stays as it is."""
    rows = Group.objects.for_company(company).linked().filter(pk__range=(first, last))
    write_audit_of_rows(
        company=company,
        actor=actor,
        action=AuditAction.UNLINKED,
        object_type="group",
        rows=rows,
        label=F("name"),
        changes=CHANGES,
    )
    of_them = {"group__gte": first, "group__lte": last}
    DeletionCandidate.objects.for_company(company).filter(**of_them).delete()
    _void_ties(company, **of_them)
    rows.update(**OF_GROUPS)


def bury_all(*, company: Company, rows: Any) -> None:
    """A tombstone for each of the linked people."""
    columns = {
        "company": Value(company.pk),
        "smarthr_id": F("smarthr_id"),
        "deleted_at": Value(timezone.now(), output_field=DateTimeField()),
    }
    insert_from(
        CrewTombstone,
        columns,
        rows,
        once=["company", "smarthr_id"],
        refreshed=["deleted_at"],
    )


def _void_ties(company: Company, **of: Any) -> None:
    """Taking one of them back later would link the record to an id of long ago."""
    ties = Tie.objects.for_company(company).filter(status=TieStatus.TIED, **of)
    ties.update(status=TieStatus.UNDONE)
