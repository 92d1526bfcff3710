"""「この社員だけ同期」: one person is read from SmartHR on a person's word (X9).

The same functions as for a delivery, with somebody looking on. Who asks waits for ten seconds at
most; what takes longer goes on in the background. The row is the lease, and then the report.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from companies.audit import Actor
from companies.models import ActorKind
from companies.refusals import Refused
from employees.models import Employee
from employees.services.removal import lock_company
from integrations.encryption import Undecryptable
from integrations.models import PersonSync
from integrations.reason_texts import explain
from integrations.reasons import Reason
from integrations.services.connection import integration_of
from integrations.services.crew_batches import CrewResult, Results, sync_crews
from integrations.services.runs import NotReady, ready_integration
from integrations.services.summary import failure_detail
from integrations.smarthr.errors import RetryLater, SmartHRError
from integrations.smarthr.haste import ONE_PERSON, Haste
from integrations.sync.outcomes import StopRun

log = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=75)
# A second press is the same press.
SAME_PRESS: Final = timedelta(seconds=3)
FIRST_PAUSE: Final = timedelta(seconds=10)  # doubled with every try
LONGEST_PAUSE: Final = timedelta(minutes=10)
GIVEN_UP_AFTER: Final = timedelta(hours=1)
LABEL_LENGTH: Final = 300
GONE: Final = "この社員は、すでに削除されています。社員リストを確認してください。"
NOT_LINKED: Final = "この社員は、SmartHRと連携していません。社員リストを確認してください。"


class LeaseLost(Exception):
    """Another works on it, or the person is asked for anew."""


def sync_person(*, employee: Employee, actor: Employee) -> PersonSync:
    """What came of it, or the one that is under way already. Raises Refused."""
    try:
        ready_integration(employee.company)
    except NotReady as refusal:
        raise Refused(explain(refusal.reason, {}, subject="").both) from None
    row, is_ours = _asked(employee, actor)
    if is_ours:
        _work(row, haste=ONE_PERSON)
        row.refresh_from_db()
    return row


def go_on(pk: int) -> None:
    """In the background; nothing happens where another works on it or it is not due."""
    now = timezone.now()
    lease = uuid4()
    rows = PersonSync.objects.across_companies().filter(_due(now), pk=pk)
    if rows.update(lease=lease, lease_until=now + LEASE, not_before=None):
        row = _leased(lease)
        if row is not None:
            _work(row, haste=None)


def _leased(lease: UUID) -> PersonSync | None:
    rows = PersonSync.objects.across_companies().filter(lease=lease)
    found: PersonSync | None = rows.select_related("employee__company").first()
    return found


def due_person_syncs() -> list[int]:
    """Whose time has come, whose worker died, or whose message was lost; of every company."""
    rows = PersonSync.objects.across_companies().filter(_due(timezone.now()))
    return list(rows.values_list("pk", flat=True))


def _due(now: datetime) -> Q:
    idle = Q(lease=None) & (Q(not_before=None) | Q(not_before__lte=now))
    return Q(finished_at=None) & (idle | Q(lease__isnull=False, lease_until__lt=now))


def _asked(employee: Employee, actor: Employee) -> tuple[PersonSync, bool]:
    """The row, and whether whoever calls has to read."""
    now = timezone.now()
    with transaction.atomic():
        lock_company(employee.company_id)
        people = Employee.objects.for_company(employee.company_id).filter(pk=employee.pk)
        linked = people.values_list("smarthr_id", flat=True).first()
        if linked is None:
            raise Refused(NOT_LINKED if people.exists() else GONE)
        rows = PersonSync.objects.for_company(employee.company_id)
        row: PersonSync = rows.filter(employee=employee).first() or PersonSync(
            company_id=employee.company_id, employee=employee
        )
        if row.pk is not None and not _is_over(row, now):
            return row, False
        row.asked_at, row.asked_by_id = now, actor.pk
        row.asked_by_label = actor.label[:LABEL_LENGTH]
        row.lease, row.lease_until, row.not_before = uuid4(), now + LEASE, None
        row.tries, row.finished_at = 0, None
        row.error_code, row.error_detail = "", {}
        row.outcome, row.notes, row.changes = "", [], {}
        row.save()
    employee.smarthr_id = linked
    row.employee = employee
    return row, True


def _is_over(row: PersonSync, now: datetime) -> bool:
    """Whether a press reads anew: nobody reads, and it is not the second press of two."""
    if row.finished_at is not None:
        return row.has_failed or row.finished_at < now - SAME_PRESS
    return row.lease_until is not None and row.lease_until < now


def _work(row: PersonSync, *, haste: Haste | None) -> None:
    company, crew = row.employee.company, row.employee.smarthr_id
    held = PersonSync.objects.for_company(company).filter(pk=row.pk, lease=row.lease)
    if crew is None:  # unlinked meanwhile (X12)
        held.delete()
        return

    def beat() -> None:
        if not held.update(lease_until=timezone.now() + LEASE):
            raise LeaseLost

    def finish(results: Results) -> None:
        if not held.update(**_report(results[crew])):
            raise LeaseLost

    try:
        sync_crews(
            company=company,
            crews={crew: False},  # nobody announced a deletion: none follows (W10)
            actor=_actor(row),
            guard=beat,
            finish=finish,
            on_request=beat,
            unattended=False,
            haste=haste,
        )
    except LeaseLost:
        log.info("the sync of employee %s is another's", row.employee_id)
    except Exception as error:  # noqa: BLE001 - it is told apart there
        _after_error(row, error)


def _actor(row: PersonSync) -> Actor:
    return Actor(ActorKind.PERSON, row.asked_by_label, row.asked_by_id)


def _report(result: CrewResult) -> dict[str, Any]:
    return {
        "finished_at": timezone.now(),
        "lease": None,
        "lease_until": None,
        "not_before": None,
        "error_code": "",
        "error_detail": {},
        "outcome": result.outcome,
        "notes": [{"reason": reason, "detail": detail} for reason, detail in result.notes],
        "changes": {column: list(values) for column, values in result.changes.items()},
    }


def _after_error(row: PersonSync, error: Exception) -> None:
    """Logs classes of errors only: their texts can carry personal data."""
    reason, detail = _reason_of(row, error)
    held = PersonSync.objects.for_company(row.company_id).filter(pk=row.pk, lease=row.lease)
    values: dict[str, Any] = {
        "lease": None,
        "lease_until": None,
        "error_code": reason,
        "error_detail": dict(detail),
        "tries": row.tries + 1,
    }
    now = timezone.now()
    if isinstance(error, RetryLater) and now - row.asked_at < GIVEN_UP_AFTER:
        pause = min(FIRST_PAUSE * 2**row.tries, LONGEST_PAUSE)
        if error.wait is not None:
            pause = timedelta(seconds=max(error.wait, 1.0))
        held.update(not_before=now + pause, **values)
        _ask_worker(row.pk, pause)
        return
    held.update(finished_at=now, not_before=None, **values)


def _reason_of(row: PersonSync, error: Exception) -> tuple[str, Mapping[str, Any]]:
    if isinstance(error, NotReady):
        return error.reason, {}
    if isinstance(error, StopRun):
        return error.reason, error.detail
    if isinstance(error, Undecryptable):
        return Reason.TOKEN_UNDECRYPTABLE, {}
    if isinstance(error, SmartHRError):
        return error.code, failure_detail(integration_of(row.employee.company), error)
    log.error("the sync of employee %s failed: %s", row.employee_id, type(error).__name__)
    return Reason.INTERNAL_ERROR, {}


def _ask_worker(pk: int, pause: timedelta) -> None:
    """A message that is lost is no harm: the sweep finds the row."""
    try:
        current_app.send_task(
            "integrations.sync_person", args=[pk], countdown=pause.total_seconds()
        )
    except Exception as error:  # noqa: BLE001 - a broker that is down
        log.warning("nobody was asked to go on: %s", type(error).__name__)


def newest_of(employee: Employee) -> PersonSync | None:
    found: PersonSync | None = (
        PersonSync.objects.for_company(employee.company_id).filter(employee=employee).first()
    )
    return found
