"""Reads for the page of ties: what can still be tied, what is tied, and who is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from employees.models import Employee
from groups.models import Group
from integrations.choices import MatchedBy, RunKind, Subject, TieStatus
from integrations.models import RunRecord, SyncRun, Tie
from integrations.reasons import Reason

LEFT_OVER = (Reason.TIE_AMBIGUOUS, Reason.TIE_UNMATCHED)
# `matched` is in order of strength, so that positions tell what is among it; SQLite has no
# "contains" for JSON.
FILTERS: dict[str, Q] = {
    "": Q(),
    "number": Q(matched__0=MatchedBy.EMP_CODE),
    "email": Q(matched__0=MatchedBy.EMAIL) | Q(matched__1=MatchedBy.EMAIL),
    "name": Q(matched__0=MatchedBy.NAME),
}
FILTER_LABELS = {
    "": "すべて",
    "number": "社員番号",
    "email": "メールアドレス",
    "name": "氏名だけ",
}


@dataclass(frozen=True, slots=True)
class ListTab:
    key: str
    label: str
    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class TieRow:
    tie: Tie
    # How many of the list are of the same record here, and of the same of SmartHR's.
    choices_here: int
    choices_there: int

    @property
    def record(self) -> Employee | Group:
        record = self.tie.employee or self.tie.group
        if record is None:
            raise ValueError("a tie names its record")
        return record

    @property
    def matched(self) -> str:
        return "・".join(MatchedBy(kind).label for kind in self.tie.matched)

    @property
    def may_be_another(self) -> bool:
        """Only the name is the same: a namesake is as likely."""
        return bool(self.tie.matched == [MatchedBy.NAME])


def open_ties(run: SyncRun, subject: str, matched: str = "") -> QuerySet[Tie]:
    """Proposals that can be tied: the record is as it was, and nobody has SmartHR's meanwhile."""
    if subject == Subject.EMPLOYEE:
        column, records = "employee__smarthr_id", Employee.objects.for_company(run.company_id)
    else:
        column, records = "group__smarthr_id", Group.objects.for_company(run.company_id)
    as_it_was = Q(previous_id=None, **{column: None}) | Q(**{column: F("previous_id")})
    taken = Exists(records.filter(smarthr_id=OuterRef("smarthr_id")))
    rows: QuerySet[Tie] = _ties(run).filter(as_it_was, ~taken, FILTERS[matched], subject=subject)
    return rows


def tied(run: SyncRun) -> QuerySet[Tie]:
    """What was tied here and can be undone."""
    has_it = Q(employee__smarthr_id=F("smarthr_id")) | Q(group__smarthr_id=F("smarthr_id"))
    rows: QuerySet[Tie] = _ties(run).filter(has_it, status=TieStatus.TIED)
    return rows


def left_over(run: SyncRun) -> QuerySet[RunRecord]:
    """Linked records for which nothing can be offered (X12)."""
    records: QuerySet[RunRecord] = (
        RunRecord.objects.for_company(run.company_id)
        .filter(run=run, reason__in=LEFT_OVER)
        .order_by("reason", "subject", "pk")
    )
    return records


def filter_counts(run: SyncRun) -> list[tuple[str, str, int]]:
    """Key, label and number of the open people of each filter."""
    counts: dict[str, int] = open_ties(run, Subject.EMPLOYEE).aggregate(
        **{f"of_{key}": Count("pk", filter=rule) for key, rule in FILTERS.items()}
    )
    return [(key, label, counts[f"of_{key}"]) for key, label in FILTER_LABELS.items()]


def tabs_of(run: SyncRun) -> list[ListTab]:
    people = open_ties(run, Subject.EMPLOYEE).count()
    done = tied(run).count()
    if run.kind != RunKind.RELINK:
        return [
            ListTab("people", "候補", people, "件"),
            ListTab("tied", "紐付け済み", done, "件"),
        ]
    tabs = [ListTab("people", "社員の候補", people, "名")]
    if groups := open_ties(run, Subject.GROUP).count():
        tabs.append(ListTab("groups", "グループの候補", groups, "件"))
    return [
        *tabs,
        ListTab("tied", "付け替え済み", done, "件"),
        ListTab("left", "候補なし", left_over(run).count(), "件"),
    ]


def in_order(rows: QuerySet[Tie]) -> QuerySet[Tie]:
    """By the record here, so that several candidates of one person stand together."""
    names = ("employee__last_name", "employee__first_name", "employee_id", "group__name")
    return rows.select_related("employee", "group").order_by(*names, "group_id", "pk")


def tie_rows(page: Sequence[Tie], of: QuerySet[Tie]) -> list[TieRow]:
    """`of` is the whole list of open ties that the page is of."""
    here = of.filter(
        Q(employee_id__in=[row.employee_id for row in page])
        | Q(group_id__in=[row.group_id for row in page])
    )
    there = of.filter(smarthr_id__in=[row.smarthr_id for row in page])
    persons: Counter[Any] = Counter(here.values_list("employee_id", "group_id"))
    crews: Counter[Any] = Counter(there.values_list("smarthr_id", flat=True))
    return [
        TieRow(
            row,
            persons[row.employee_id, row.group_id],
            crews[row.smarthr_id],
        )
        for row in page
    ]


def _ties(run: SyncRun) -> Any:
    return Tie.objects.for_company(run.company_id).filter(run=run)
