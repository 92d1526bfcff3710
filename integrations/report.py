"""Reads for a run's page: its report by tabs, and who waits for a person's word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from companies.models import Company
from employees.models import Employee
from groups.models import Group
from groups.queries import group_tree
from integrations.choices import SYNC_KINDS, Outcome, RunKind, RunStatus, Subject
from integrations.models import DeletionCandidate, RunRecord, SyncRun

MEMBERS_NAMED = 5
_person = Q(subject=Subject.EMPLOYEE)

# Tab -> which records of the run it lists.
RECORD_TABS: dict[str, Q] = {
    "reported": ~Q(reason="") | Q(outcome=Outcome.LEFT_OUT),
    "logins": _person & Q(outcome=Outcome.UPDATED, changes__has_key="employee_id"),
    "created": _person & Q(outcome=Outcome.CREATED),
    "updated": _person & Q(outcome=Outcome.UPDATED),
    "deleted": _person & Q(outcome=Outcome.DELETED),
    "groups": Q(subject=Subject.GROUP),
}
CANDIDATE_TABS = {"people": Subject.EMPLOYEE, "group_candidates": Subject.GROUP}
TAB_LABELS = {
    "people": "要確認の社員",
    "group_candidates": "要確認のグループ",
    "reported": "スキップ／報告あり",
    "logins": "ログインIDの変更",
    "created": "新規",
    "updated": "更新",
    "deleted": "削除",
    "groups": "グループ",
}
EMPTY_TEXTS = {
    "reported": "スキップや報告はありません。",
    "logins": "ログインに使う社員IDの変更はありません。",
    "created": "新しく取り込んだ社員はいません。",
    "updated": "更新した社員はいません。",
    "deleted": "削除した社員はいません。",
    "groups": "グループの変更はありません。",
}
PERSON_TABS = {"logins", "created", "updated", "deleted"}
# What needs a hand comes first; a page without a chosen tab opens on the first that has records.
BY_URGENCY = tuple(TAB_LABELS)


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: str
    count: int

    @property
    def unit(self) -> str:
        return "名" if self.key in {"people", *PERSON_TABS} else "件"

    @property
    def empty(self) -> str:
        return EMPTY_TEXTS.get(self.key, "該当する記録はありません。")


@dataclass(frozen=True, slots=True)
class PersonCandidate:
    employee: Employee
    group_path: str
    cards: int


@dataclass(frozen=True, slots=True)
class GroupCandidate:
    group: Group
    path: str
    members: int
    named: list[str] = field(default_factory=list)

    @property
    def unnamed(self) -> int:
        return self.members - len(self.named)


@dataclass(frozen=True, slots=True)
class WaitingDeletions:
    """How much waits for a person's word."""

    people: int
    cards: int
    groups: int


def tabs_of(run: SyncRun, waiting: WaitingDeletions) -> list[Tab]:
    """The tabs of a report that say something for this kind of run, with their counts."""
    asks = run.status == RunStatus.NEEDS_CONFIRMATION and run.kind != RunKind.DELETIONS
    candidates = {
        "people": waiting.people if asks else 0,
        "group_candidates": waiting.groups if asks else 0,
    }
    counts = {**candidates, **_record_counts(run)}
    return [
        Tab(key, label, counts[key])
        for key, label in TAB_LABELS.items()
        if counts[key] or _is_always_shown(key, run.kind)
    ]


def _is_always_shown(key: str, kind: str) -> bool:
    if kind == RunKind.DELETIONS:
        return key == "deleted"
    if key in CANDIDATE_TABS or (key == "groups" and kind == RunKind.EMPLOYEES):
        return False
    return key not in PERSON_TABS or kind == RunKind.EMPLOYEES


def chosen_tab(wanted: str | None, tabs: Sequence[Tab]) -> Tab:
    """The tab of the address, else the first that has something in it."""
    by_key = {tab.key: tab for tab in tabs}
    if wanted in by_key:
        return by_key[wanted]
    return next((tab for tab in tabs if tab.count), tabs[0])


def _record_counts(run: SyncRun) -> dict[str, int]:
    counts: dict[str, int] = (
        RunRecord.objects.for_company(run.company_id)
        .filter(run=run)
        .aggregate(**{key: Count("pk", filter=rule) for key, rule in RECORD_TABS.items()})
    )
    return counts


def _candidate_counts(company_id: int) -> dict[str, int]:
    counts: dict[str, int] = (
        DeletionCandidate.objects.for_company(company_id)
        .pending()
        .aggregate(
            **{
                key: Count("pk", filter=Q(subject=subject))
                for key, subject in CANDIDATE_TABS.items()
            }
        )
    )
    return counts


def asking_run(company: Company) -> SyncRun | None:
    """The run whose page lists what waits."""
    runs = SyncRun.objects.for_company(company).filter(
        kind__in=SYNC_KINDS, status=RunStatus.NEEDS_CONFIRMATION
    )
    newest: SyncRun | None = runs.order_by("-started_at").first()
    return newest


def waiting_deletions(company: Company) -> WaitingDeletions:
    counts = _candidate_counts(company.pk)
    cards = (
        DeletionCandidate.objects.for_company(company)
        .pending()
        .aggregate(cards=Count("employee__cards"))["cards"]
        if counts["people"]
        else 0
    )
    return WaitingDeletions(counts["people"], cards, counts["group_candidates"])


def records_of(run: SyncRun, tab: str) -> QuerySet[RunRecord]:
    records: QuerySet[RunRecord] = (
        RunRecord.objects.for_company(run.company_id)
        .filter(RECORD_TABS[tab], run=run)
        .order_by("pk")
    )
    return records


def candidates(company: Company, subject: str) -> QuerySet[DeletionCandidate]:
    waiting: QuerySet[DeletionCandidate] = (
        DeletionCandidate.objects.for_company(company).pending().filter(subject=subject)
    )
    if subject == Subject.EMPLOYEE:
        waiting = waiting.select_related("employee").annotate(cards=Count("employee__cards"))
        return waiting.order_by("employee__last_name", "employee__first_name", "pk")
    waiting = waiting.select_related("group").annotate(members=Count("group__members"))
    return waiting.order_by("group__name", "pk")


def person_rows(page: Sequence[Any], *, company: Company) -> list[PersonCandidate]:
    tree = group_tree(company)
    return [
        PersonCandidate(row.employee, tree.short_path(row.employee.group_id), row.cards)
        for row in page
    ]


def group_rows(page: Sequence[Any], *, company: Company) -> list[GroupCandidate]:
    tree = group_tree(company)
    named = _first_members(company, [row.group_id for row in page])
    return [
        GroupCandidate(row.group, tree.short_path(row.group_id), row.members, named[row.group_id])
        for row in page
    ]


def _first_members(company: Company, groups: Sequence[int]) -> dict[int, list[str]]:
    """A few members of each group, by name: one query however many groups there are."""
    members = (
        Employee.objects.for_company(company)
        .filter(group_id__in=groups)
        .annotate(
            number=Window(
                RowNumber(),
                partition_by=F("group_id"),
                order_by=["last_name", "first_name", "pk"],
            )
        )
        .filter(number__lte=MEMBERS_NAMED)
        .only("employee_id", "last_name", "first_name", "group_id", "company_id")
    )
    named: dict[int, list[str]] = defaultdict(list)
    for member in members:
        named[member.group_id].append(member.label)
    return named
