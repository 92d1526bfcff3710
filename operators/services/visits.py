"""A support visit: a look at one company with a reason, kept in the session for an hour (X11)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from companies.audit import Event, write_audit
from companies.models import AuditAction, Company
from companies.refusals import Refused
from employees.models import Employee
from operators.models import ErasureProof
from operators.reasons import checked_reason
from operators.services.actors import support

KEY: Final = "support_visit"
LASTS: Final = timedelta(minutes=60)
BEGUN: Final = "閲覧の開始"
ENDED: Final = "閲覧の終了"
TIMED_OUT: Final = "閲覧の終了（60分経過）"


@dataclass(frozen=True, slots=True)
class Visit:
    company: Company
    until: float  # seconds since the epoch

    @property
    def ends_at(self) -> datetime:
        return datetime.fromtimestamp(self.until, tz=timezone.get_current_timezone())

    @property
    def is_over(self) -> bool:
        return time.time() >= self.until


@transaction.atomic
def start_visit(*, request: HttpRequest, staff: Employee, company: Company, reason: str) -> None:
    """Raises Refused. The company's audit log says who looks, why, and when it ends."""
    why = checked_reason(reason)
    if company.is_operator:
        raise Refused("運営会社は閲覧できません。お客様の会社を選んでください。")
    if _is_being_erased(company.pk):
        raise Refused("この会社は消去中のため、閲覧できません。")
    _note(company, staff, BEGUN, why)
    until = time.time() + LASTS.total_seconds()
    request.session[KEY] = {"company": company.pk, "staff": staff.pk, "until": until}


def visit_of(request: HttpRequest, staff: Employee) -> Visit | None:
    """The visit of the session, over or not; forgotten where it is no longer anybody's.

    Whoever was suspended, demoted or given another password has no session any more.
    """
    kept: dict[str, Any] = request.session[KEY]
    company = Company.objects.filter(pk=kept["company"], is_operator=False).first()
    is_theirs = staff.is_operator_staff and kept["staff"] == staff.pk
    if company is None or not is_theirs or _is_being_erased(company.pk):
        del request.session[KEY]
        return None
    return Visit(company, kept["until"])


@transaction.atomic
def end_visit(
    *, request: HttpRequest, staff: Employee, company: Company, timed_out: bool = False
) -> None:
    del request.session[KEY]
    _note(company, staff, TIMED_OUT if timed_out else ENDED, "")


def _note(company: Company, staff: Employee, what: str, reason: str) -> None:
    event = Event(AuditAction.VISITED, "company", company.pk, what, {}, reason)
    write_audit(company=company, actor=support(staff), events=[event])


def _is_being_erased(company_pk: int) -> bool:
    return ErasureProof.objects.filter(company_pk=company_pk).exists()
