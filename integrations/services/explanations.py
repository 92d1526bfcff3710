"""Gathers what 「なぜ？」 looks at: the stored record, the newest reading, the settings (X9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from companies.models import AuditAction, AuditEntry
from employees.models import Employee
from groups.models import Group
from groups.queries import group_tree
from integrations import why_texts as texts
from integrations.choices import CandidateStatus, Subject
from integrations.models import DeletionCandidate, HeldLogin, SmartHRIntegration
from integrations.readings import Reading, newest_reading_of, newest_reading_of_group
from integrations.reason_texts import FIXED, explain, explain_record
from integrations.reasons import LEFT_OUT, Reason
from integrations.record_links import Link
from integrations.services.connection import integration_of
from integrations.services.snapshot import sync_settings
from integrations.sync.crew_values import wanted_employee_id
from integrations.sync.explained import explained_group, explained_person, stored_crew
from integrations.sync.memory import Records
from integrations.sync.rows import group_row, holder_row, person_row
from integrations.sync.types import Note
from integrations.why import FIELD_OF, PersonCase, Point, Why, group_fields, person_fields


def why_person(employee: Employee) -> Why:
    """Of a linked employee. Asks SmartHR nothing, and writes nothing."""
    company = employee.company
    integration = integration_of(company)
    candidate = _candidate_of(employee.company_id, employee=employee)
    reading = newest_reading_of(employee, is_candidate=candidate is not None)
    is_read = employee.source_read_at is not None
    if not is_read and reading is not None and not reading.left_out:
        reading = None  # of the record that it was tied to before (X8)
    why = _read(reading, employee.source_read_at, employee.source_updated_at)
    why.points += _troubles(integration, candidate, texts.KEPT, Subject.EMPLOYEE)
    if reading is not None and reading.left_out:  # S8, E8: what was read is not what is stored
        why.points += [
            Point(explain_record(reason, detail, subject="employee", outcome=reading.outcome))
            for reason, detail in reading.notes
            if reason in LEFT_OUT
        ]
    if not is_read:
        why.points += [] if reading else [Point(texts.NEVER_READ, "info")]
        return why
    case = _case(employee, integration, why.read_at)
    if reading is not None and reading.left_out:
        case = _as_left_out(case, reading)
    why.fields = person_fields(case)
    return why


def _as_left_out(case: PersonCase, reading: Reading) -> PersonCase:
    fields = {FIELD_OF.get(reason, "") for reason, _ in reading.notes if reason in LEFT_OUT}
    line = replace(case.line, changes={})
    return replace(case, line=line, left_out=frozenset(fields))


def why_group(group: Group) -> Why:
    """Of a linked group."""
    company = group.company
    integration = integration_of(company)
    candidate = _candidate_of(group.company_id, group=group)
    reading = None
    if group.source_read_at is not None:
        reading = newest_reading_of_group(group, is_candidate=candidate is not None)
    why = _read(reading, group.source_read_at, group.source_updated_at)
    why.points += _troubles(integration, candidate, texts.GROUP_KEPT, Subject.GROUP)
    if group.source_read_at is None:
        why.points.append(Point(texts.GROUP_NEVER_READ, "info"))
        return why
    rows = [group_row(row) for row in Group.objects.for_company(company)]
    plan = explained_group(group_row(group), rows, at=datetime.now(UTC))
    notes = [Note(Reason(code), detail) for code, detail in (reading.notes if reading else ())]
    parent = group_tree(company).path(group.parent_id) if group.parent_id else ""
    slot = integration.department_slot
    why.fields = group_fields(group_row(group), plan, parent, slot, notes)
    return why


def _case(
    employee: Employee, integration: SmartHRIntegration, read_at: datetime | None
) -> PersonCase:
    company, settings = employee.company, sync_settings(integration)
    tree, person = group_tree(company), person_row(employee)
    groups = {row.pk: group_row(row) for row in Group.objects.for_company(company)}
    slot_is_new = settings.slot is not None and _slot_changed_since(integration, read_at)
    crew = stored_crew(
        person,
        slot=None if slot_is_new else settings.slot,
        unreadable=integration.unreadable,
        at=datetime.now(UTC),
    )
    records = Records(groups=groups, people={person.smarthr_id: person})
    _add_holder(records, employee, wanted_employee_id(crew))
    if settings.retired.suspends:  # C6
        able = Employee.objects.for_company(company).able_administrators()
        records.administrators = set(able.values_list("pk", flat=True))
    held = HeldLogin.objects.for_company(company).filter(employee=employee)
    return PersonCase(
        person=person,
        crew=crew,
        line=explained_person(crew, records, settings),
        settings=settings,
        groups=groups,
        paths={
            pk: tree.path(pk) for pk in _paths_needed(person.group_id, groups, crew.departments)
        },
        held_login=held.values_list("wanted", flat=True).first() or "",
        slot_is_new=slot_is_new,
    )


def _paths_needed(group_id: int, groups: Any, departments: Any) -> set[int]:
    named: set[UUID] = set()
    if isinstance(departments, tuple):
        named = {department for department in departments if department}
    return {group_id, *(pk for pk, group in groups.items() if group.smarthr_id in named)}


def _add_holder(records: Records, employee: Employee, wanted: str | None) -> None:
    """S4: whoever has the 社員ID that the person's 社員番号 asks for."""
    if wanted is None or wanted == employee.employee_id:
        return
    others = Employee.objects.for_company(employee.company_id).filter(employee_id=wanted)
    holder: Employee | None = others.first()
    if holder is None:
        return
    if holder.smarthr_id is None:
        records.others[wanted] = holder_row(holder)
    else:
        records.people[holder.smarthr_id] = person_row(holder)


def _slot_changed_since(integration: SmartHRIntegration, read_at: datetime | None) -> bool:
    """D1: the stored department is that of the slot that was chosen then."""
    entries = AuditEntry.objects.for_company(integration.company_id).filter(
        object_type="integration",
        object_id=integration.pk,
        action=AuditAction.CONFIGURED,
        changes__has_key="department_slot",
    )
    return bool(read_at is not None and entries.filter(at__gt=read_at).exists())


def _candidate_of(company_id: int, **of: Any) -> DeletionCandidate | None:
    rows = DeletionCandidate.objects.for_company(company_id).filter(**of)
    found: DeletionCandidate | None = rows.first()
    return found


def _read(
    reading: Reading | None, source_read_at: datetime | None, changed_at: datetime | None
) -> Why:
    why = Why(read_at=source_read_at, changed_at=changed_at)
    if reading is not None:
        why.read_at = max(reading.at, source_read_at or reading.at)
        why.read_by, why.link = reading.words, reading.link
    return why


def _troubles(
    integration: SmartHRIntegration,
    candidate: DeletionCandidate | None,
    kept: Any,
    subject: Subject,
) -> list[Point]:
    points = []
    if not integration.is_connected:
        address = reverse("smarthr-settings")
        link = Link(address, "設定を表示")
        points.append(Point(FIXED[Reason.NOT_CONNECTED], link=link))
    if candidate is not None and candidate.status == CandidateStatus.PENDING:
        tab = "people" if subject == Subject.EMPLOYEE else "groups"
        link = Link(f"{reverse('smarthr-deletions')}?tab={tab}", "削除を確認")
        points.append(Point(explain(Reason.WAITS_FOR_WORD, {}, subject=subject), link=link))
    elif candidate is not None:
        points.append(Point(kept, "info"))
    return points
