"""A company with one record of each kind, which addresses name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils import timezone

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
    person.image.save("face.png", ContentFile(b"picture"), save=True)
    own_card = BusinessCardFactory(employee=applicant)
    done = RunFactory(company=company)
    records: dict[str, Model] = {
        "person": person,
        "linked_person": LinkedEmployeeFactory(company=company),
        "group": GroupFactory(company=company),
        "linked_group": LinkedGroupFactory(company=company),
        "card": BusinessCardFactory(employee=person),
        "own_card": own_card,
        "run": done,
        "survey": RunFactory(company=company, kind=RunKind.FIRST_IMPORT),
        "delivery": ParkedDeliveryFactory(company=company),
        "candidate": PersonCandidateFactory(company=company),
        "address": NotificationAddress.objects.create(company=company, email="told@example.net"),
        "archive": _archive(company),
    }
    return World(
        company=company,
        applicant=applicant,
        approver=ApproverFactory(company=company),
        administrator=AdministratorFactory(company=company),
        records=records,
    )


def _archive(company: Company) -> CardArchive:
    archive: CardArchive = CardArchive.objects.create(
        company=company,
        employee_pk=1,
        employee_id="gone",
        last_name="佐藤",
        cards=[{"title": "課長"}],
        expires_at=timezone.now() + timedelta(days=30),
    )
    return archive
