"""The contract of a customer: its plan on a screen, and its end (P1–P3)."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from companies.audit import Actor, Event, command, write_audit
from companies.models import AuditAction, Company
from companies.refusals import Problem, Refused
from employees.services.removal import lock_company
from integrations.services.plan import ChangedPlan, PlanChanges, RefusedPlan, change_plan
from operators.choices import PlanAct
from operators.contracts import KEPT_DAYS, has_ended
from operators.models import ErasureProof
from operators.queries import customers
from operators.reasons import checked_reason

log = logging.getLogger(__name__)

# Further back would let somebody erase at once what was ended by a slip of the pen.
EARLIEST: Final = timedelta(days=KEPT_DAYS)
LATEST: Final = timedelta(days=3 * 365)
STOPPED_BY: Final = command("契約の終了")


def act_on_plan(
    *, company: Company, act: PlanAct, actor: Actor, reason: str, start: date | None = None
) -> ChangedPlan:
    """What `company_plan` does, with a reason. Raises Refused."""
    why = checked_reason(reason)
    if act == PlanAct.START and start is None:
        raise Refused(problems=[Problem("start", "利用開始日を入力してください。")])
    try:
        return change_plan(company=company, actor=actor, changes=_changes(act, start), reason=why)
    except RefusedPlan as refusal:
        field = "start" if act == PlanAct.START else ""
        raise Refused(problems=[Problem(field, refusal.message)]) from None


def _changes(act: PlanAct, start: date | None) -> PlanChanges:
    return {
        PlanAct.START: PlanChanges(start=start),
        PlanAct.CONTINUE: PlanChanges(continued=True),
        PlanAct.PAUSE: PlanChanges(stopped=True),
        PlanAct.RESUME: PlanChanges(stopped=False),
        PlanAct.OFF: PlanChanges(off=True),
    }[act]


@transaction.atomic
def set_contract_end(
    *, company: Company, ended_on: date | None, actor: Actor, reason: str
) -> Company:
    """The last day of the contract, or None to take it back. Raises Refused.

    From the next day on nothing is synced; people can log in and take their data with them until
    the company is erased. Taking it back resumes nothing by itself.
    """
    why = checked_reason(reason)
    lock_company(company.pk)
    company.refresh_from_db()
    _check_end(company, ended_on)
    before = company.contract_ended_on
    if before == ended_on:
        return company
    company.contract_ended_on = ended_on
    company.save(update_fields=["contract_ended_on"])
    changes = {"contract_ended_on": (_iso(before), _iso(ended_on))}
    event = Event(AuditAction.PLAN, "company", company.pk, "契約終了日", changes, why)
    write_audit(company=company, actor=actor, events=[event])
    if has_ended(ended_on, timezone.localdate()):
        _stop(company)
    return company


def stop_ended_contracts() -> None:
    """Those whose last day has passed; each once, however often it is asked for."""
    today = timezone.localdate()
    ended = customers().filter(contract_ended_on__lt=today)
    for company in ended.filter(smarthr_integration__plan_stopped_at=None):
        try:
            _stop(company)
        except Exception as error:  # noqa: BLE001 - the other companies have ended too
            kind = type(error).__name__
            log.error("company %s was not stopped: %s", company.pk, kind)  # noqa: TRY400


def _stop(company: Company) -> None:
    change_plan(
        company=company,
        actor=STOPPED_BY,
        changes=PlanChanges(stopped=True),
        reason=f"契約終了日（{company.contract_ended_on:%Y/%m/%d}）を過ぎたため",
    )


def _check_end(company: Company, ended_on: date | None) -> None:
    if company.is_operator:
        raise Refused("運営会社の契約は終了できません。")
    if ErasureProof.objects.filter(company_pk=company.pk).exists():
        raise Refused("この会社は消去中のため、契約終了日を変更できません。")
    if ended_on is None:
        return
    today = timezone.localdate()
    if not today - EARLIEST <= ended_on <= today + LATEST:
        text = (
            f"契約終了日は{today - EARLIEST:%Y/%m/%d}から{today + LATEST:%Y/%m/%d}までの日付で"
            "入力してください。"
        )
        raise Refused(problems=[Problem("ended_on", text)])


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
