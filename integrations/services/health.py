"""Troubles of a company as rows: opened by whoever meets one, closed by what disproves it (X3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from companies.models import Company
from integrations.choices import GOOD_STATUSES, PEOPLE_KINDS, SYNC_KINDS, UNATTENDED, RunStatus
from integrations.health_causes import (
    DISPROVED_BY_READING,
    NOTICES,
    Cause,
    is_trouble,
)
from integrations.models import HealthIssue, SyncRun
from integrations.reasons import CONNECTION_TROUBLES, Reason
from integrations.services.check_result import Access, AccountMatch, CheckResult
from integrations.smarthr.errors import CREWS_READ, DEPARTMENTS_READ

# A key of `detail` that is the mailer's; reports leave it.
TOLD: Final = "told"
# They end by themselves; if they last, there is no good reading for a day.
PASSING: Final = frozenset({Reason.CONNECTION_FAILED, Reason.MAINTENANCE, Reason.RATE_LIMITED})
# Nobody has to put anything right, or another place says what.
NO_TROUBLE: Final = frozenset(
    {
        *PASSING,
        Reason.SETTINGS_CHANGED,
        Reason.NOT_CONNECTED,
        Reason.PLAN_OFF,
        Reason.PLAN_PAUSED,
        Reason.PLAN_STOPPED,
    }
)


def report_issue(
    company: Company | int, cause: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Opens it, or says that it is still there; once however many report it at a time."""
    now, said = timezone.now(), dict(detail or {})
    with transaction.atomic():
        row = _open(company, cause).select_for_update().first()
        if row is not None:
            _refresh(row, said)
            return
        company_id = company.pk if isinstance(company, Company) else company
        try:
            with transaction.atomic():
                HealthIssue.objects.create(
                    company_id=company_id, cause=cause, detail=said, opened_at=now, seen_at=now
                )
        except IntegrityError:  # another was faster, and has said it
            row = _open(company, cause).select_for_update().first()
            if row is not None:
                _refresh(row, said)


def clear_issue(company: Company | int, *causes: str) -> None:
    """It is over; nothing happens where there is none."""
    rows = HealthIssue.objects.for_company(company).filter(cause__in=causes, closed_at=None)
    rows.update(closed_at=timezone.now())


def open_issues(company: Company | int) -> list[HealthIssue]:
    """What the screens show, the oldest first."""
    rows = HealthIssue.objects.for_company(company).filter(closed_at=None)
    return [row for row in rows.order_by("opened_at", "pk") if is_trouble(row.cause)]


def learn_from_run(company_id: int, run_id: int) -> None:
    """A sync has ended. Only one that nobody watches opens anything: the others tell a person."""
    rows = SyncRun.objects.for_company(company_id).filter(kind__in=SYNC_KINDS)
    run: SyncRun | None = rows.defer("page_in_hand", "counts").filter(pk=run_id).first()
    if run is None:
        return
    code = run.error_code
    is_good = run.status in GOOD_STATUSES
    if is_good and code not in (Reason.OTHER_ACCOUNT, Reason.EMPTY_ANSWER):
        _clear_after(run)
    elif run.trigger in UNATTENDED and (is_good or run.status == RunStatus.FAILED):
        if code in CONNECTION_TROUBLES or code == Reason.OTHER_ACCOUNT:
            report_issue(run.company_id, code, run.error_detail)
        elif code not in NO_TROUBLE:
            report_issue(run.company_id, Cause.SYNC_FAILED, {"code": code, "run": run.pk})


def learn_from_check(company: Company, result: CheckResult) -> None:
    """接続テスト: a person has seen what it found; what it disproves is over (T4)."""
    if result.crews_read == Access.GRANTED and not result.error:
        clear_issue(company, *DISPROVED_BY_READING - {Cause.NO_SUCCESS})
        if Access.MISSING not in (result.departments_read, result.webhooks_read):
            clear_issue(company, Reason.PERMISSION_MISSING)
    if result.account == AccountMatch.KNOWN:
        clear_issue(company, Reason.OTHER_ACCOUNT)


def close_disproved() -> None:
    """What was seen before SmartHR was last read well, by a sync or for a delivery."""
    rows = HealthIssue.objects.across_companies().filter(
        closed_at=None, cause__in=DISPROVED_BY_READING
    )
    last = "company__smarthr_integration__last_success_at"
    for pk, seen_at, read_at in rows.values_list("pk", "seen_at", last):
        if read_at is not None and seen_at < read_at:
            rows.filter(pk=pk, seen_at=seen_at).update(closed_at=timezone.now())


def _clear_after(run: SyncRun) -> None:
    causes = {*DISPROVED_BY_READING, Cause.SYNC_FAILED, Reason.OTHER_ACCOUNT}
    clear_issue(run.company_id, *causes)
    read = {CREWS_READ} if run.kind in PEOPLE_KINDS else set()
    if (run.progress.get("departments") or {}).get("ended"):
        read.add(DEPARTMENTS_READ)
    settle_permissions(run.company_id, read)


def settle_permissions(company: Company | int, granted: Iterable[str]) -> None:
    """Closes the issue of missing permissions when all that it names are there now."""
    with transaction.atomic():
        row = _open(company, Reason.PERMISSION_MISSING).select_for_update().first()
        if row is not None and set(named_permissions(row.detail)) <= set(granted):
            clear_issue(company, Reason.PERMISSION_MISSING)


def named_permissions(detail: Mapping[str, Any]) -> list[str]:
    """A check names all that are missing, a sync the one that stopped it."""
    one = detail.get("permission")
    return list(detail.get("permissions") or ([one] if one else []))


def _refresh(row: HealthIssue, detail: dict[str, Any]) -> None:
    row.seen_at = timezone.now()
    if row.cause not in NOTICES:
        kept = {TOLD: row.detail[TOLD]} if TOLD in row.detail else {}
        row.detail = {**detail, **kept}
    row.save(update_fields=["seen_at", "detail"])


def _open(company: Company | int, cause: str) -> Any:
    return HealthIssue.objects.for_company(company).filter(cause=cause, closed_at=None)
