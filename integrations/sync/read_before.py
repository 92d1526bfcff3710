"""What earlier syncs leave to the next one: a watermark, and crews to look at again (X2, S5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from companies.models import Company
from companies.set_based import batches
from employees.models import Employee
from integrations.choices import GOOD_STATUSES, PEOPLE_KINDS, Subject
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
        kind__in=PEOPLE_KINDS, status__in=GOOD_STATUSES, error_code=""
    )
    if but is not None:
        runs = runs.exclude(pk=but)
    last = runs.order_by("-started_at").values_list("pk", flat=True).first()
    records = RunRecord.objects.for_company(company).filter(run=last, subject=Subject.EMPLOYEE)
    noted = records.exclude(reason="").exclude(reason__in=LASTING)
    found = {crew for text in noted.values_list("smarthr_id", flat=True) if (crew := _id(text))}
    held = HeldLogin.objects.for_company(company).values_list("employee__smarthr_id", flat=True)
    return found | {crew for crew in held if crew is not None}


def held_logins(company: Company) -> dict[UUID, str]:
    """Crew id -> the 社員ID that waits for a person (S5)."""
    rows = HeldLogin.objects.for_company(company).filter(employee__smarthr_id__isnull=False)
    pairs = rows.values_list("employee__smarthr_id", "wanted")
    return {crew: wanted for crew, wanted in pairs if crew is not None}


def hold_logins(company: Company, held: Mapping[UUID, str]) -> None:
    """Adds these, and forgets whatever SmartHR does not ask for any more.

    The newest word decides, whoever has read it: what a person's number is by now stands with the
    person, so that a sync that read earlier takes nothing away.
    """
    rows = HeldLogin.objects.for_company(company)
    linked = Employee.objects.for_company(company).linked()
    for batch in batches(held):
        people = dict(linked.filter(smarthr_id__in=batch).values_list("smarthr_id", "pk"))
        rows.filter(employee_id__in=people.values()).delete()
        HeldLogin.objects.bulk_create(
            [
                HeldLogin(company=company, employee_id=pk, wanted=held[crew])
                for crew, pk in people.items()
            ]
        )
    waiting = rows.select_related("employee", "employee__deletion_candidate")
    for some in batches([row.pk for row in waiting if not _is_wanted(row)]):
        rows.filter(pk__in=some).delete()


def _is_wanted(row: HeldLogin) -> bool:
    person = row.employee
    is_candidate = hasattr(person, "deletion_candidate")  # SmartHR has them no more
    has_it = person.employee_id == row.wanted
    asked = person.source.get("emp_code") == row.wanted
    return person.is_linked and asked and not has_it and not is_candidate


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
