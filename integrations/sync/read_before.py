"""What earlier syncs leave to the next one: a watermark, and crews to look at again (X2, S5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from companies.models import Company
from companies.set_based import batches
from employees.models import Employee
from integrations.choices import PEOPLE_KINDS, Subject
from integrations.models import HeldLogin, RunRecord, SmartHRIntegration, SyncRun
from integrations.reasons import Reason

# Said of many for ever; only a change of the crew or of the settings ends it.
LASTING = (Reason.RETIRED_NOT_IMPORTED, Reason.RETIRED_SUSPENDED)


def watermark_of(company: Company) -> datetime | None:
    rows = SmartHRIntegration.objects.for_company(company)
    found: datetime | None = rows.values_list("crews_watermark", flat=True).first()
    return found


def reported_crews(company: Company, *, but: int | None = None) -> set[UUID]:
    """Those of whom the last good sync of people, other than the run `but`, had something to say,
    and whose 社員ID waits for a person."""
    runs = SyncRun.objects.for_company(company).filter(
        kind__in=PEOPLE_KINDS, finished_at__isnull=False, error_code=""
    )
    if but is not None:
        runs = runs.exclude(pk=but)
    last = runs.order_by("-started_at").values_list("pk", flat=True).first()
    records = RunRecord.objects.for_company(company).filter(run=last, subject=Subject.EMPLOYEE)
    noted = records.exclude(reason="").exclude(reason__in=LASTING)
    found = {crew for text in noted.values_list("smarthr_id", flat=True) if (crew := _id(text))}
    held = HeldLogin.objects.for_company(company).values_list("employee__smarthr_id", flat=True)
    return found | {crew for crew in held if crew is not None}


def hold_logins(company: Company, *, read: Collection[str], held: Mapping[UUID, str]) -> None:
    rows = HeldLogin.objects.for_company(company)
    known = dict(rows.values_list("employee__smarthr_id", "pk"))
    decided = [pk for crew, pk in known.items() if str(crew) in read or crew in held]
    for some in batches(decided):
        rows.filter(pk__in=some).delete()
    if not held:
        return
    linked = Employee.objects.for_company(company).linked()
    for batch in batches(held):
        people = linked.filter(smarthr_id__in=batch).values_list("pk", "smarthr_id")
        HeldLogin.objects.bulk_create(
            [HeldLogin(company=company, employee_id=pk, wanted=held[crew]) for pk, crew in people]
        )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
