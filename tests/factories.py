"""Rows for tests. Nothing is set but what a row must have."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import factory
from django.contrib.auth.hashers import make_password
from django.db.models import Model
from django.utils import timezone
from factory.django import DjangoModelFactory

from cards.models import BusinessCard
from companies.models import Company
from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from integrations.choices import (
    CandidateStatus,
    Outcome,
    Phase,
    RunKind,
    RunStatus,
    Subject,
    Trigger,
)
from integrations.encryption import encrypt
from integrations.models import DeletionCandidate, RunRecord, SmartHRIntegration, SyncRun
from integrations.reasons import Reason
from webhooks.choices import CrewEvent, DeliveryStatus
from webhooks.models import Delivery, DeliveryCrew, DeliveryTry

M = TypeVar("M", bound=Model)
PASSWORD = "correct horse battery"


class RowFactory(DjangoModelFactory[M]):
    """Tells mypy that calling a factory gives a row."""

    if TYPE_CHECKING:

        def __new__(cls, **values: Any) -> M: ...  # type: ignore[misc]

    class Meta:
        abstract = True


class CompanyFactory(RowFactory[Company]):
    """Comes with its グループ1, as every company."""

    class Meta:
        model = Company

    code = factory.Sequence(lambda number: f"company-{number}")
    name = factory.Sequence(lambda number: f"株式会社テスト{number}")


def default_group_of(company: Company) -> Group:
    group: Group = Group.objects.for_company(company).get(is_default=True)
    return group


class GroupFactory(RowFactory[Group]):
    class Meta:
        model = Group

    company = factory.SubFactory(CompanyFactory)
    name = factory.Sequence(lambda number: f"グループA{number}")


class LinkedGroupFactory(GroupFactory):
    smarthr_id = factory.LazyFunction(uuid.uuid4)


class EmployeeFactory(RowFactory[Employee]):
    """An 申請者 in グループ1 whose password is PASSWORD."""

    class Meta:
        model = Employee

    company = factory.SubFactory(CompanyFactory)
    employee_id = factory.Sequence(lambda number: f"emp-{number}")
    last_name = factory.Sequence(lambda number: f"姓{number}")
    first_name = "名"
    password = factory.LazyFunction(lambda: make_password(PASSWORD))

    group = factory.LazyAttribute(lambda person: default_group_of(person.company))


class LinkedEmployeeFactory(EmployeeFactory):
    smarthr_id = factory.LazyFunction(uuid.uuid4)


class ApproverFactory(EmployeeFactory):
    role = Role.APPROVER
    email = factory.LazyAttribute(lambda person: f"{person.employee_id}@example.com")


class AdministratorFactory(EmployeeFactory):
    role = Role.ADMINISTRATOR
    email = factory.LazyAttribute(lambda person: f"{person.employee_id}@example.com")


class BusinessCardFactory(RowFactory[BusinessCard]):
    class Meta:
        model = BusinessCard

    employee = factory.SubFactory(EmployeeFactory)
    company = factory.SelfAttribute("employee.company")


class IntegrationFactory(RowFactory[SmartHRIntegration]):
    """Connected: subdomain and token are set."""

    class Meta:
        model = SmartHRIntegration
        django_get_or_create = ("company",)

    class Params:
        token = "token-for-tests-1234"

    company = factory.SubFactory(CompanyFactory)
    subdomain = "acme"
    token_ciphertext = factory.LazyAttribute(lambda row: encrypt(row.token))
    token_ending = factory.LazyAttribute(lambda row: row.token[-4:])
    plan_started_on = factory.LazyFunction(timezone.localdate)


class RunFactory(RowFactory[SyncRun]):
    """A sync of employees that went well."""

    class Meta:
        model = SyncRun

    company = factory.SubFactory(CompanyFactory)
    kind = RunKind.EMPLOYEES
    trigger = Trigger.SCREEN
    status = RunStatus.SUCCEEDED
    phase = Phase.DONE
    settings_version = 1
    finished_at: Any = factory.LazyFunction(lambda: timezone.now() + timedelta(seconds=123))


class ActiveRunFactory(RunFactory):
    status = RunStatus.RUNNING
    phase = Phase.CREWS
    finished_at = None


class RunRecordFactory(RowFactory[RunRecord]):
    """A person created by the run."""

    class Meta:
        model = RunRecord

    run = factory.SubFactory(RunFactory)
    company = factory.SelfAttribute("run.company")
    subject = Subject.EMPLOYEE
    smarthr_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    label = factory.Sequence(lambda number: f"姓{number} 名（emp-{number}）")
    outcome = Outcome.CREATED


class PersonCandidateFactory(RowFactory[DeletionCandidate]):
    class Meta:
        model = DeletionCandidate

    company = factory.SubFactory(CompanyFactory)
    subject = Subject.EMPLOYEE
    employee = factory.SubFactory(LinkedEmployeeFactory, company=factory.SelfAttribute("..company"))
    smarthr_id = factory.SelfAttribute("employee.smarthr_id")
    status = CandidateStatus.PENDING


class GroupCandidateFactory(RowFactory[DeletionCandidate]):
    class Meta:
        model = DeletionCandidate

    company = factory.SubFactory(CompanyFactory)
    subject = Subject.GROUP
    group = factory.SubFactory(LinkedGroupFactory, company=factory.SelfAttribute("..company"))
    smarthr_id = factory.SelfAttribute("group.smarthr_id")
    status = CandidateStatus.PENDING


class DeliveryFactory(RowFactory[Delivery]):
    """One that waits; `crew__smarthr_id` is the person whom it names."""

    class Meta:
        model = Delivery
        skip_postgeneration_save = True

    company = factory.SubFactory(CompanyFactory)
    event = CrewEvent.UPDATED
    taken_in = True
    people = 1
    crew = factory.RelatedFactory("tests.factories.DeliveryCrewFactory", "delivery")


class DeliveryCrewFactory(RowFactory[DeliveryCrew]):
    class Meta:
        model = DeliveryCrew

    delivery = factory.SubFactory(DeliveryFactory, crew=None)
    company = factory.SelfAttribute("delivery.company")
    smarthr_id = factory.LazyFunction(uuid.uuid4)


class ParkedDeliveryFactory(DeliveryFactory):
    status = DeliveryStatus.FAILED
    reason = Reason.ATTEMPTS_EXHAUSTED
    detail = {"attempts": 10, "last": Reason.UNEXPECTED_ANSWER, "last_detail": {}}
    attempts = failures = 10


class DoneDeliveryFactory(RowFactory[Delivery]):
    """One about one person, who has no row yet, that was processed."""

    class Meta:
        model = Delivery

    company = factory.SubFactory(CompanyFactory)
    event = CrewEvent.UPDATED
    status = DeliveryStatus.PROCESSED
    taken_in = True
    people = 1
    attempts = 1
    finished_at: Any = factory.LazyFunction(timezone.now)


class DoneCrewFactory(RowFactory[DeliveryCrew]):
    """A person whom the delivery updated."""

    class Meta:
        model = DeliveryCrew

    delivery = factory.SubFactory(DoneDeliveryFactory)
    company = factory.SelfAttribute("delivery.company")
    smarthr_id = factory.LazyFunction(uuid.uuid4)
    done_at: Any = factory.LazyFunction(timezone.now)
    label = factory.Sequence(lambda number: f"姓{number} 名（emp-{number}）")
    outcome = Outcome.UPDATED


class DeliveryTryFactory(RowFactory[DeliveryTry]):
    """One that went well."""

    class Meta:
        model = DeliveryTry

    delivery = factory.SubFactory(DoneDeliveryFactory)
    company = factory.SelfAttribute("delivery.company")
    at: Any = factory.LazyFunction(timezone.now)
    seconds = 0.42


def counts(**employees: int) -> dict[str, dict[str, int]]:
    """A run's counts: those of employees as given, the rest zero."""
    zeros: dict[str, Any] = dict.fromkeys(
        ("created", "updated", "unchanged", "skipped", "deleted"), 0
    )
    return {"departments": dict(zeros), "employees": {**zeros, **employees}}
