"""Reads for the operator's list: of all companies at once, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from companies.models import Company
from companies.set_based import batches
from employees.models import Employee
from integrations.choices import PEOPLE_KINDS, SYNC_KINDS, RunKind, RunStatus, Subject
from integrations.models import (
    DeletionCandidate,
    HealthIssue,
    RunRecord,
    SmartHRIntegration,
    SyncRun,
)
from integrations.reasons import Reason
from operators.choices import Standing
from operators.models import ErasureProof
from operators.standing import Facts, Row, row_of

# What the list shows of a company and its connection, and no more.
COLUMNS = (
    *("code", "name", "is_operator", "contract_ended_on"),
    *(
        f"smarthr_integration__{name}"
        for name in (
            *("company", "subdomain", "token_ciphertext", "settings_version"),
            *("plan_started_on", "plan_continued_at", "plan_stopped_at"),
            *("account_unchecked", "last_success_at"),
        )
    ),
)
ORDER = {standing: place for place, standing in enumerate(Standing)}


def customers() -> QuerySet[Company]:
    """Every company but the operator's own, and those that are being erased."""
    erased = ErasureProof.objects.values("company_pk")
    return Company.objects.filter(is_operator=False).exclude(pk__in=erased)


def listed_companies() -> list[Row]:
    """All customers, worst first."""
    rows = _rows(customers())
    return sorted(rows, key=lambda row: (ORDER[row.standing], row.company.code))


def company_row(company: Company) -> Row:
    """One of them, as the list shows it."""
    rows = _rows(Company.objects.filter(pk=company.pk))
    return with_people(rows)[0]


def with_people(rows: Iterable[Row]) -> list[Row]:
    """The rows of one page, each with its number of people."""
    page = list(rows)
    people = Employee.objects.across_companies().filter(company__in=[row.company for row in page])
    counted = dict(people.values_list("company_id").annotate(n=Count("pk")).order_by())
    return [replace(row, people=counted.get(row.company.pk, 0)) for row in page]


def companies_holding_back(within: QuerySet[Company]) -> set[int]:
    """C6: something of theirs waits, since it would hit the last 管理者 who can log in."""
    told = set(_told_last(within).values_list("company_id", flat=True))
    waiting = (
        DeletionCandidate.objects.across_companies()
        .pending()
        .people()
        .filter(company__in=within.values("pk"), employee__in=_able())
    )
    found = sorted(told | set(waiting.values_list("company_id", flat=True)))
    several: set[int] = set()
    for batch in batches(found):
        able = _able().filter(company__in=batch).values_list("company_id")
        several.update(pk for pk, n in able.annotate(n=Count("pk")).order_by() if n > 1)
    return set(found) - several


def newest_people_runs(within: QuerySet[Company]) -> Any:
    """The newest sync of people of each kind that has ended, of each company."""
    newest = [_newest((kind,)) for kind in PEOPLE_KINDS]
    runs = SyncRun.objects.across_companies()
    return runs.filter(
        Q(pk__in=within.annotate(newest=newest[0]).values("newest"))
        | Q(pk__in=within.annotate(newest=newest[1]).values("newest"))
    )


def _told_last(within: QuerySet[Company]) -> Any:
    rows = RunRecord.objects.across_companies().filter(reason=Reason.LAST_ADMINISTRATOR)
    return rows.filter(run__in=newest_people_runs(within).values("pk"))


def _able() -> Any:
    return Employee.objects.across_companies().able_administrators()


def _rows(companies: QuerySet[Company]) -> list[Row]:
    today = timezone.localdate()
    found = list(companies.select_related("smarthr_integration").only(*COLUMNS))
    issues, waiting = _issues(companies), _waiting(companies)
    runs, held = _newest_syncs(companies), companies_holding_back(companies)
    return [
        row_of(
            Facts(
                company=company,
                integration=_integration(company),
                issues=issues.get(company.pk, ()),
                waiting_people=waiting.get((company.pk, Subject.EMPLOYEE), 0),
                waiting_groups=waiting.get((company.pk, Subject.GROUP), 0),
                holds_back=company.pk in held,
                newest_sync=runs.get(company.pk),
            ),
            today=today,
        )
        for company in found
    ]


def _integration(company: Company) -> SmartHRIntegration:
    kept: SmartHRIntegration | None = getattr(company, "smarthr_integration", None)
    return kept or SmartHRIntegration(company=company)


def _issues(companies: QuerySet[Company]) -> Mapping[int, list[tuple[str, Any]]]:
    rows = HealthIssue.objects.across_companies().filter(
        closed_at=None, company__in=companies.values("pk")
    )
    found: dict[int, list[tuple[str, Any]]] = defaultdict(list)
    for company_id, cause, detail in rows.order_by("opened_at", "pk").values_list(
        "company_id", "cause", "detail"
    ):
        found[company_id].append((cause, detail))
    return found


def _waiting(companies: QuerySet[Company]) -> Mapping[tuple[int, str], int]:
    rows = DeletionCandidate.objects.across_companies().pending().free()
    counted = (
        rows.filter(company__in=companies.values("pk"))
        .values_list("company_id", "subject")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return {(company_id, subject): n for company_id, subject, n in counted}


def _newest_syncs(companies: QuerySet[Company]) -> Mapping[int, SyncRun]:
    """Of each company the newest that came to an end of its own."""
    runs = SyncRun.objects.across_companies().filter(
        pk__in=companies.annotate(newest=_newest(SYNC_KINDS)).values("newest")
    )
    return {
        run.company_id: run
        for run in runs.only(
            "company_id", "status", "error_code", "error_detail", "settings_version"
        )
    }


def _newest(kinds: Iterable[RunKind]) -> Subquery:
    ended = (
        SyncRun.objects.across_companies()
        .filter(company=OuterRef("pk"), kind__in=list(kinds), finished_at__isnull=False)
        .exclude(status=RunStatus.CANCELLED)
        .order_by("-started_at")
    )
    return Subquery(ended.values("pk")[:1])
