"""A company with one record of each kind, which addresses name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model
from django.utils import timezone

from bulk.choices import JobKind, JobStatus, Subject
from bulk.models import Job
from cards.models import CardArchive
from companies.models import Company
from employees.models import Employee
from integrations.choices import RunKind
from integrations.models import NotificationAddress
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    BusinessCardFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    IntegrationFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    ParkedDeliveryFactory,
    PersonCandidateFactory,
    RunFactory,
)


@dataclass(frozen=True, slots=True)
class World:
    company: Company
    applicant: Employee
    approver: Employee
    administrator: Employee
    records: dict[str, Model]


def world() -> World:
    company = CompanyFactory()
    # Switched on, not connected: no address asks SmartHR for anything.
    IntegrationFactory(company=company, subdomain="", token_ciphertext="", token_ending="")
    applicant = EmployeeFactory(company=company)
    person = EmployeeFactory(company=company)
    for pictured in (person, applicant):
        pictured.image.save("face.png", ContentFile(b"picture"), save=True)
    done = RunFactory(company=company)
    records: dict[str, Model] = {
        "person": person,
        "applicant": applicant,
        "linked_person": LinkedEmployeeFactory(company=company),
        "group": GroupFactory(company=company),
        "linked_group": LinkedGroupFactory(company=company),
        "card": BusinessCardFactory(employee=person),
        "applicants_card": BusinessCardFactory(employee=applicant),
        "run": done,
        "survey": RunFactory(company=company, kind=RunKind.FIRST_IMPORT),
        "delivery": ParkedDeliveryFactory(company=company),
        "candidate": PersonCandidateFactory(company=company),
        "address": NotificationAddress.objects.create(company=company, email="told@example.net"),
        "archive": _archive(company),
        "company": company,
    }
    administrator = AdministratorFactory(company=company)
    records["import"] = _job(administrator, JobKind.IMPORT)
    records["export"] = _job(administrator, JobKind.EXPORT)
    return World(
        company=company,
        applicant=applicant,
        approver=ApproverFactory(company=company),
        administrator=administrator,
        records=records,
    )


def _job(person: Employee, kind: JobKind) -> Job:
    now = timezone.now()
    job: Job = Job.objects.create(
        company=person.company,
        kind=kind,
        subject=Subject.GROUPS,
        status=JobStatus.READY if kind == JobKind.IMPORT else JobStatus.DONE,
        started_by=person,
        started_by_label=person.label,
        heartbeat_at=now,
        expires_at=now + timedelta(days=1),
    )
    return job


def _archive(company: Company) -> CardArchive:
    archive: CardArchive = CardArchive.objects.create(
        company=company,
        employee_pk=1,
        employee_id="gone",
        last_name="佐藤",
        image=default_storage.save("images/gone.png", ContentFile(b"picture")),
        cards=[{"title": "課長"}],
        expires_at=timezone.now() + timedelta(days=30),
    )
    return archive
