"""連携の解除 of one person whose crew is gone from SmartHR (X12)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from companies.audit import Actor
from companies.refusals import Refused
from employees.models import Employee
from employees.services.removal import lock_company
from integrations.choices import Subject
from integrations.encryption import Undecryptable
from integrations.models import SmartHRIntegration
from integrations.reason_texts import FIXED, explain
from integrations.reasons import Reason
from integrations.services.clients import smarthr_client
from integrations.services.connection import integration_of
from integrations.services.person_syncs import GONE, NOT_LINKED
from integrations.services.record_unlinking import unlink_people
from integrations.services.snapshot import sync_settings
from integrations.services.summary import failure_detail
from integrations.smarthr.errors import SmartHRError
from integrations.smarthr.haste import ONE_PERSON
from integrations.sync.account_step import check_account
from integrations.sync.approved_steps import check_not_empty
from integrations.sync.batch_ledger import BatchLedger
from integrations.sync.outcomes import StopRun
from integrations.sync.work import Work

STILL_THERE: Final = (
    "SmartHRに従業員がいることを確認したため、連携を解除しませんでした。"
    "「この社員だけ同期」で、SmartHRの内容を反映できます。"
)
NOT_ASKED: Final = "SmartHRに確認できなかったため、連携を解除しませんでした。"
READ_MEANWHILE: Final = (
    "確認しているあいだに、ほかの同期がSmartHRで従業員を見つけたため、連携を解除しませんでした。"
    "もう一度やり直してください。"
)


def unlink_person(*, employee: Employee, actor: Actor) -> None:
    """Nothing is deleted; the person is ordinary afterwards. Raises Refused.

    SmartHR is asked at this moment, also while the plan is paused (P2): it changes nothing there.
    """
    crew = employee.smarthr_id
    if crew is None:
        raise Refused(NOT_LINKED)
    integration = integration_of(employee.company)
    asked_at = datetime.now(UTC)
    if _is_there(integration, crew, actor):
        raise Refused(STILL_THERE)
    with transaction.atomic():
        lock_company(employee.company_id)
        rows = Employee.objects.for_company(employee.company_id).filter(pk=employee.pk)
        now: Employee | None = rows.select_for_update().first()
        if now is None:
            raise Refused(GONE)
        if now.smarthr_id != crew:  # untied, or tied to another one, at this moment
            raise Refused(READ_MEANWHILE if now.smarthr_id else NOT_LINKED)
        if now.source_read_at is not None and now.source_read_at > asked_at:  # E12a
            raise Refused(READ_MEANWHILE)
        unlink_people(company=employee.company, first=now.pk, last=now.pk, actor=actor)


def _is_there(integration: SmartHRIntegration, crew: UUID, actor: Actor) -> bool:
    """Whether the crew answers. Only an account that is ours and shows others can say no (T5)."""
    if not integration.is_connected:
        raise Refused(f"{NOT_ASKED}{FIXED[Reason.NOT_CONNECTED].both}")
    settings = sync_settings(integration)
    ledger = BatchLedger(integration, settings, actor=actor, guard=lambda: None)
    try:
        with smarthr_client(integration, haste=ONE_PERSON) as client:
            work = Work(ledger, client)
            check_account(work)
            if client.crew_exists(crew):
                return True
            check_not_empty(work, Subject.EMPLOYEE)
    except StopRun as stop:
        raise Refused(NOT_ASKED + explain(stop.reason, stop.detail, subject="").both) from None
    except Undecryptable:
        raise Refused(NOT_ASKED + FIXED[Reason.TOKEN_UNDECRYPTABLE].both) from None
    except SmartHRError as error:
        text = explain(error.code, failure_detail(integration, error), subject="")
        raise Refused(NOT_ASKED + text.both) from None
    return False
