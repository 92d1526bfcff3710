"""社員ID that people had until lately: whoever logs in with one is told the present one (S5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.utils import timezone

from companies.models import Company
from employees.models import Employee, FormerEmployeeId

KEPT_FOR: Final = timedelta(days=30)
BATCH: Final = 1000


def remember_former_ids(*, company: Company, left: Mapping[int, str]) -> None:
    """The 社員ID that each person (by primary key) leaves; in the transaction of the change.

    Of several people who left the same one, it leads to the last.
    """
    now = timezone.now()
    FormerEmployeeId.objects.bulk_create(
        [
            FormerEmployeeId(company=company, employee_id=pk, former_id=code, left_at=now)
            for pk, code in left.items()
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["company", "former_id"],
        update_fields=["employee", "left_at"],
    )


def who_left(*, company_code: str, former_id: str) -> Employee | None:
    """The last person who had it, for 30 days; whether somebody has it now is not asked here."""
    row: FormerEmployeeId | None = (
        FormerEmployeeId.objects.across_companies()
        .select_related("employee__company")
        .filter(
            company__code=company_code,
            former_id=former_id,
            left_at__gt=timezone.now() - KEPT_FOR,
        )
        .first()
    )
    return row.employee if row else None


def forget_former_ids() -> None:
    """Deletes those that lead nowhere any more."""
    FormerEmployeeId.objects.across_companies().filter(
        left_at__lte=timezone.now() - KEPT_FOR
    ).delete()
