"""Every page of the product, with everything there is to show on it."""

from __future__ import annotations

import uuid
from typing import Final

from django.urls import reverse
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from integrations.choices import Outcome, RunKind, RunStatus, Subject, WebhookMode
from integrations.encryption import encrypt
from integrations.health_causes import Cause
from integrations.models import NotificationAddress, SmartHRIntegration, Tie
from integrations.reasons import Reason
from integrations.services.connection import account_mark
from integrations.services.health import report_issue
from integrations.services.notification_addresses import confirmation_path
from tests.factories import (
    ActiveRunFactory,
    BusinessCardFactory,
    DeliveryFactory,
    DeliveryTryFactory,
    DoneCrewFactory,
    DoneDeliveryFactory,
    EmployeeFactory,
    GroupCandidateFactory,
    ParkedDeliveryFactory,
    PersonCandidateFactory,
    RunFactory,
    RunRecordFactory,
    counts,
)
from webhooks.models import Delivery

# Parts of pages, downloads, buttons and what machines ask: no page of their own.
NO_PAGES: Final = {
    *("logout", "healthz", "readyz"),
    *("smarthr-save", "smarthr-start", "smarthr-preview", "smarthr-check"),
    "smarthr-webhook-secret",
    *("smarthr-hold", "smarthr-resume"),
    *("smarthr-address-add", "smarthr-address-again", "smarthr-address-remove"),
    *("smarthr-run-progress", "smarthr-run-csv", "bulk-export-cards"),
    *("smarthr-webhook", "None", "webhook-log-retry", "webhook-log-retry-all"),
    *("employee-bulk", "employee-image", "employee-resume", "employee-sync"),
    *("card-preview", "card-pdf", "card-duplicate", "card-keep"),
    *("archive-image", "archive-download", "audit-csv"),
    *("bulk-upload", "bulk-export", "bulk-export-file", "bulk-progress", "bulk-import-check"),
    *("bulk-import-apply", "bulk-import-discard", "bulk-import-errors", "bulk-import-passwords"),
    *("operator-visit", "operator-visit-end"),
}


def pages_of(administrator: Employee) -> dict[str, list[str]]:
    """URL name -> addresses that show everything there is to show."""
    company = administrator.company
    SmartHRIntegration.objects.for_company(company).update(
        subdomain="acme",
        token_ciphertext="x",
        token_ending="1234",
        unreadable=["birth_at"],
        account_unchecked=True,
        webhook_mode=WebhookMode.MANUAL,
        webhook_problem=Reason.WEBHOOK_DISABLED,
        webhook_secret_ciphertext=encrypt("new"),
        webhook_old_secret_ciphertext=encrypt("old"),
        held_since=timezone.now(),
        held_until=timezone.localdate(),
    )
    report_issue(company, Cause.NO_SUCCESS)
    told, asked = (
        NotificationAddress.objects.create(company=company, email=f"{name}@example.net")
        for name in ("told", "asked")
    )
    NotificationAddress.objects.for_company(company).filter(pk=told.pk).update(
        confirmed_at=timezone.now()
    )
    integration = SmartHRIntegration.objects.for_company(company).get()
    person = EmployeeFactory(company=company, last_name="髙﨑", first_name="花子")
    BusinessCardFactory(employee=administrator, title="課長", department_name="営業一部")
    waiting = PersonCandidateFactory(company=company)
    BusinessCardFactory(employee=waiting.employee)
    GroupCandidateFactory(company=company)
    done = RunFactory(
        company=company,
        status=RunStatus.NEEDS_CONFIRMATION,
        error_code=Reason.DELETION_BRAKE,
        error_detail={"people": {"count": 12, "limit": 10}},
        counts=counts(created=12, updated=3, skipped=2),
        unreadable=["birth_at"],
    )
    RunRecordFactory.create_batch(60, run=done)
    RunRecordFactory(run=done, outcome=Outcome.LEFT_OUT, reason=Reason.NAME_MISSING)
    RunRecordFactory(run=done, outcome=Outcome.LEFT_OUT, reason=Reason.RETIRED_NOT_IMPORTED)
    changes = {"employee_id": ["00027", "A-00027"], "group": ["営業部", "総務部"]}
    RunRecordFactory(run=done, outcome=Outcome.UPDATED, changes=changes, label=person.label)
    RunRecordFactory(run=done, subject=Subject.GROUP, reason=Reason.PARENT_CYCLE)
    failed = RunFactory(
        company=company, status=RunStatus.FAILED, error_code=Reason.PERMISSION_MISSING
    )
    preview = RunFactory(company=company, kind=RunKind.PREVIEW, counts=counts(created=3))
    RunRecordFactory(run=preview)
    survey = RunFactory(
        company=company,
        kind=RunKind.FIRST_IMPORT,
        options={"account": account_mark(integration)},
        progress={"survey": {"crews": 3, "retired": 1, "handmade": 1, "same_number": 1}},
    )
    Tie.objects.create(
        company=company,
        run=survey,
        subject=Subject.EMPLOYEE,
        employee=person,
        smarthr_id=uuid.uuid4(),
        label="髙﨑 花子（00027）",
        matched=["name"],
    )
    other_account = RunFactory(
        company=company, status=RunStatus.NEEDS_CONFIRMATION, error_code=Reason.OTHER_ACCOUNT
    )
    active = ActiveRunFactory(company=company, phase_done=600, phase_total=1204)
    report = reverse("smarthr-run", args=[done.pk])
    received = deliveries(company, waiting.smarthr_id)
    deletions = reverse("smarthr-deletions")
    tabs = ("reported", "logins", "created", "moved", "deleted", "groups")
    return {
        "home": ["/"],
        "password": ["/password/"],
        "smarthr-settings": ["/settings/smarthr/"],
        "smarthr-webhook-rotate": [reverse("smarthr-webhook-rotate")],
        "smarthr-webhook-revoke": [reverse("smarthr-webhook-revoke")],
        "smarthr-address-confirm": [confirmation_path(asked), confirmation_path(told)],
        "smarthr-runs": ["/settings/smarthr/runs/", "/settings/smarthr/runs/?status=cancelled"],
        "smarthr-run": [
            *(f"{report}?tab={tab}" for tab in tabs),
            *(
                reverse("smarthr-run", args=[run.pk])
                for run in (failed, preview, survey, other_account, active)
            ),
        ],
        "smarthr-held-logins": ["/settings/smarthr/logins/"],
        "smarthr-deletions": [f"{deletions}?tab=people", f"{deletions}?tab=groups"],
        "smarthr-deletions-approve": [f"{deletions}approve/?tab=people&pk={waiting.pk}"],
        "smarthr-deletions-keep": [f"{deletions}keep/?tab=people&pk={waiting.pk}"],
        "smarthr-ties": [reverse("smarthr-ties", args=[survey.pk])],
        "smarthr-relink": [reverse("smarthr-relink", args=[other_account.pk])],
        "smarthr-accept-account": [reverse("smarthr-accept-account", args=[other_account.pk])],
        "smarthr-first-import": ["/settings/smarthr/first-import/"],
        "webhook-log": ["/webhooks/log/", "/webhooks/log/?status=ignored&q=x"],
        "webhook-log-delivery": [
            reverse("webhook-log-delivery", args=[delivery.pk]) for delivery in received
        ],
        "display-mode": ["/display/"],
        "smarthr-run-cancel": [reverse("smarthr-run-cancel", args=[active.pk])],
        "404": ["/nothing/"],
    }


def deliveries(company: Company, linked: uuid.UUID) -> list[Delivery]:
    """An import, one that is parked and one that waits."""
    done = DoneDeliveryFactory(company=company, event="crew_imported", people=61)
    notes = [{"reason": Reason.WAITS_FOR_WORD, "detail": {}}]
    changes = {"employee_id": ["00027", "A-00027"], "email": ["a@example.com", ""]}
    DoneCrewFactory(delivery=done, smarthr_id=linked, label="", notes=notes, changes=changes)
    DoneCrewFactory.create_batch(60, delivery=done)
    DeliveryTryFactory(delivery=done)
    parked = ParkedDeliveryFactory(crew=None, company=company)
    DeliveryTryFactory(delivery=parked, reason=Reason.UNEXPECTED_ANSWER)
    waiting = DeliveryFactory(crew=None, company=company, reason=Reason.MAINTENANCE, attempts=1)
    DoneCrewFactory(delivery=waiting, label="", outcome="", done_at=None)
    DoneDeliveryFactory(company=company, status="failed", reason=Reason.BODY_UNREADABLE, people=0)
    return [done, parked, waiting]
