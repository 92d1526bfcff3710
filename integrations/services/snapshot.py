"""What a run starts from: the company's settings, and for a dry run its records."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from groups.models import Group
from integrations.choices import CandidateStatus, DeletionPolicy, NameSource, RetiredPolicy, Subject
from integrations.models import CrewTombstone, DeletionCandidate, SmartHRIntegration, SyncRun
from integrations.sync.memory import Records
from integrations.sync.preview_ledger import PreviewLedger
from integrations.sync.read_before import reported_crews, watermark_of
from integrations.sync.rows import group_row, holder_row, person_row
from integrations.sync.types import SyncSettings

# Of a run's options: another グループとして適用する部署 than the saved one.
PREVIEWED_SLOT: Final = "slot"
# Of a run's options: compare the groups too, where no slot is chosen but departments were imported.
WITH_GROUPS: Final = "groups"


def sync_settings(integration: SmartHRIntegration) -> SyncSettings:
    company = integration.company
    return SyncSettings(
        company_code=company.code,
        slot=integration.department_slot,
        retired=RetiredPolicy(integration.retired_policy),
        names=NameSource(integration.name_source),
        deletion=DeletionPolicy(integration.deletion_policy),
        force_password_change=company.force_password_change,
        today=timezone.localdate(),
    )


def preview_ledger(run: SyncRun, lease: UUID, integration: SmartHRIntegration) -> PreviewLedger:
    """The records of now and the settings of now, but for the slot that the run asks about."""
    settings = sync_settings(integration)
    if PREVIEWED_SLOT in run.options:
        settings = replace(settings, slot=run.options[PREVIEWED_SLOT])
    return PreviewLedger(run, lease, settings, records_of(run.company))


def records_of(company: Company) -> Records:
    """Everything that a sync reads of a company, in memory; writes nothing (X1)."""
    employees = Employee.objects.for_company(company)
    integration = SmartHRIntegration.objects.for_company(company).get()
    tombstones = CrewTombstone.objects.for_company(company)
    pending, dismissed = _candidates(company)
    return Records(
        groups={group.pk: group_row(group) for group in Group.objects.for_company(company)},
        people={
            employee.smarthr_id: person_row(employee) for employee in employees.linked().iterator()
        },
        others={
            employee.employee_id: holder_row(employee)
            for employee in employees.filter(smarthr_id=None).iterator()
        },
        administrators=set(employees.able_administrators().values_list("pk", flat=True)),
        tombstones=dict(tombstones.values_list("smarthr_id", "deleted_at")),
        pending=pending,
        dismissed=dismissed,
        account_unchecked=integration.account_unchecked,
        watermark=watermark_of(company),
        reported=reported_crews(company),
    )


def _candidates(company: Company) -> tuple[dict[Subject, set[UUID]], dict[Subject, set[UUID]]]:
    sets: dict[str, dict[Subject, set[UUID]]] = {
        status: defaultdict(set) for status in CandidateStatus.values
    }
    for candidate in DeletionCandidate.objects.for_company(company):
        sets[candidate.status][Subject(candidate.subject)].add(candidate.smarthr_id)
    return sets[CandidateStatus.PENDING], sets[CandidateStatus.DISMISSED]
