"""A company with something of everything, and what is left of it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

from django.core.serializers import serialize
from django.utils import timezone

from bulk.choices import PartKind, Verdict
from bulk.models import FilePart, Job, PreviewRow
from cards.models import CardArchive
from companies.audit import Event, write_audit
from companies.models import AuditAction, Company
from employees.models import Employee, FormerEmployeeId
from integrations.choices import PlanNotice, UnattendedKind
from integrations.models import (
    CrewTombstone,
    HeldLogin,
    PersonSync,
    RunPage,
    SentPlanNotice,
    SyncRun,
    Tie,
    UnattendedAct,
    WebhookRemoval,
)
from integrations.services.health import report_issue
from operators.models import ErasureProof
from operators.services.erasure_targets import targets
from operators.services.visits import BEGUN
from tests.access.world import world
from tests.factories import DeliveryTryFactory, GroupFactory, RunRecordFactory
from tests.operators.steps import SUPPORT, end_contract
from webhooks.models import Delivery, Inbox

NAME = "消去 花子"


def full_company(*, ended: int = 31) -> Company:
    """Whose contract ended so many days ago."""
    made = world()
    company, now = made.company, timezone.now()
    person = made.records["person"]
    assert isinstance(person, Employee)
    Employee.objects.for_company(company).filter(pk=person.pk).update(last_name=NAME)
    child = GroupFactory(company=company, parent=GroupFactory(company=company))
    GroupFactory(company=company, parent=child)
    run = SyncRun.objects.for_company(company).order_by("pk")[0]
    delivery = Delivery.objects.for_company(company).order_by("pk")[0]
    RunRecordFactory(run=run)
    RunPage.objects.create(run=run, phase="crews", reading=1, number=1)
    DeliveryTryFactory(delivery=delivery)
    Inbox.objects.create(company=company)
    CrewTombstone.objects.create(company=company, smarthr_id=uuid4(), deleted_at=now)
    FormerEmployeeId.objects.create(
        company=company, employee=person, former_id="old-1", left_at=now
    )
    HeldLogin.objects.create(company=company, employee=person, wanted="new-1")
    SentPlanNotice.objects.create(company=company, notice=PlanNotice.PAUSED, period_end=now.date())
    Tie.objects.create(
        company=company,
        run=run,
        subject="employee",
        employee=person,
        smarthr_id=uuid4(),
        label=NAME,
    )
    UnattendedAct.objects.create(
        company=company, kind=UnattendedKind.DELETION, smarthr_id=uuid4(), at=now
    )
    WebhookRemoval.objects.create(
        company=company, subdomain="acme", remote_id="1", not_before=now + timedelta(days=1)
    )
    report_issue(company, "token_rejected")
    PersonSync.objects.create(
        company=company, employee=person, asked_at=now, asked_by_id=1, asked_by_label=NAME
    )
    job = Job.objects.for_company(company).order_by("pk")[0]
    FilePart.objects.create(
        company=company, job=job, kind=PartKind.UPLOAD, number=1, content=b"content"
    )
    PreviewRow.objects.create(company=company, job=job, number=2, verdict=Verdict.NEW, label=NAME)
    event = Event(AuditAction.VISITED, "company", company.pk, BEGUN, {})
    write_audit(company=company, actor=SUPPORT, events=[event])
    return end_contract(company, ended)


def rows_left(company: Company) -> dict[str, int]:
    found = {target.label: target.rows(company.pk).count() for target in targets()}
    return {label: number for label, number in found.items() if number}


def files_of(company: Company) -> list[str]:
    people = Employee.objects.for_company(company).exclude(image="")
    archives = CardArchive.objects.for_company(company).exclude(image="")
    names = [*people.values_list("image", flat=True), *archives.values_list("image", flat=True)]
    return sorted(names)


def mark_of(company: Company) -> str:
    """Of all its rows."""
    rows = [serialize("json", target.rows(company.pk).order_by("pk")) for target in targets()]
    return hashlib.sha256("".join(rows).encode()).hexdigest()


def proof_of(company: Company) -> ErasureProof:
    return ErasureProof.objects.get(company_pk=company.pk)
