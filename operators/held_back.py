"""C6: what waits since it would hit the last 管理者 who can log in, of one company."""

from __future__ import annotations

from dataclasses import dataclass

from companies.models import Company
from employees.models import Employee
from integrations.models import DeletionCandidate, RunRecord
from integrations.reasons import Reason
from operators.queries import newest_people_runs


@dataclass(frozen=True, slots=True)
class Held:
    # Name and 社員ID.
    who: str
    act: str


def held_back(company: Company) -> list[Held]:
    """Once a person; nothing where another 管理者 has come meanwhile: the next sync applies it."""
    people = Employee.objects.for_company(company)
    able = list(people.able_administrators()[:2])
    if len(able) != 1:
        return []
    waiting = DeletionCandidate.objects.for_company(company).pending().people()
    if waiting.filter(employee=able[0]).exists():
        return [Held(able[0].label, "削除")]
    runs = newest_people_runs(Company.objects.filter(pk=company.pk))
    records = RunRecord.objects.for_company(company).filter(
        run__in=runs.values("pk"), reason=Reason.LAST_ADMINISTRATOR
    )
    found = {row.label: str(row.detail.get("act", "")) for row in records.order_by("pk")}
    return [Held(who, act) for who, act in found.items()]
