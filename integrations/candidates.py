"""Reads of 削除の確認: who waits for a person's word, and what a person has chosen (E12, G4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from companies.models import Company
from companies.requests import SignedInPerson
from employees.models import Employee
from groups.queries import group_tree
from integrations.choices import (
    GOOD_STATUSES,
    SYNC_KINDS,
    CandidateStatus,
    RunKind,
    Subject,
)
from integrations.models import DeletionCandidate, SyncRun
from integrations.reason_text import ReasonText
from integrations.reason_texts import explain
from integrations.reasons import Reason

NAMED: Final = 10
MEMBERS_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: str
    subject: Subject
    status: CandidateStatus
    count: int = 0

    @property
    def is_people(self) -> bool:
        return self.subject == Subject.EMPLOYEE

    @property
    def is_kept(self) -> bool:
        return self.status == CandidateStatus.DISMISSED

    @property
    def noun(self) -> str:
        return "社員" if self.is_people else "グループ"

    @property
    def unit(self) -> str:
        return "名" if self.is_people else "件"


TABS: Final = (
    Tab("people", "社員", Subject.EMPLOYEE, CandidateStatus.PENDING),
    Tab("groups", "グループ", Subject.GROUP, CandidateStatus.PENDING),
    Tab("kept", "残した社員", Subject.EMPLOYEE, CandidateStatus.DISMISSED),
    Tab("kept-groups", "残したグループ", Subject.GROUP, CandidateStatus.DISMISSED),
)


@dataclass(frozen=True, slots=True)
class PersonRow:
    candidate: DeletionCandidate
    group_path: str
    cards: Sequence[Any]


@dataclass(frozen=True, slots=True)
class GroupRow:
    candidate: DeletionCandidate
    path: str
    has_children: bool
    members: int
    # A few of them.
    named: list[str]

    @property
    def unnamed(self) -> int:
        return self.members - len(self.named)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person has ticked, as far as it still waits."""

    tab: Tab
    keys: list[int]
    # Cards of people, members of groups: what goes along.
    along: int
    # What the first of them are called.
    named: list[str]
    # Ticked, but somebody else decided since.
    stale: int = 0

    @property
    def count(self) -> int:
        return len(self.keys)

    @property
    def unnamed(self) -> int:
        return self.count - len(self.named)

    @property
    def asked(self) -> int:
        return self.count + self.stale


def tabs_of(company: Company, wanted: str | None) -> tuple[list[Tab], Tab]:
    """The tabs that have something, and the one to show: the wanted or the first of them."""
    counts: dict[str, int] = _candidates(company).aggregate(
        **{tab.key: Count("pk", filter=Q(subject=tab.subject, status=tab.status)) for tab in TABS}
    )
    tabs = [replace(tab, count=counts[tab.key]) for tab in TABS]
    filled = [tab for tab in tabs if tab.count]
    chosen = next((tab for tab in tabs if tab.key == wanted), next(iter(filled), tabs[0]))
    return [tab for tab in tabs if tab.count or tab.key in ("people", chosen.key)], chosen


def tab_named(key: str | None) -> Tab:
    return next((tab for tab in TABS if tab.key == key), TABS[0])


def listed(company: Company, tab: Tab) -> QuerySet[DeletionCandidate]:
    rows: QuerySet[DeletionCandidate] = _of_tab(company, tab)
    rows = rows.select_related(tab.subject, "approval")
    if not tab.is_people:
        return rows.annotate(members=Count("group__members"))
    # Through the reverse relation: this app knows no cards.
    return rows.defer("employee__password", "employee__source").prefetch_related("employee__cards")


def person_rows(page: Sequence[Any], *, company: Company) -> list[PersonRow]:
    tree = group_tree(company)
    return [
        PersonRow(row, tree.path(row.employee.group_id), list(row.employee.cards.all()))
        for row in page
    ]


def group_rows(page: Sequence[Any], *, company: Company) -> list[GroupRow]:
    tree = group_tree(company)
    parents = {node.parent_id for node in tree.nodes.values()}
    named = _first_members(company, [row.group_id for row in page])
    return [
        GroupRow(
            row,
            tree.path(row.group_id),
            has_children=row.group_id in parents,
            members=row.members,
            named=named[row.group_id],
        )
        for row in page
    ]


def all_free(company: Company, tab: Tab) -> tuple[int, int]:
    """How many can be chosen, and what goes along with all of them."""
    along = Count("employee__cards" if tab.is_people else "group__members")
    found = _of_tab(company, tab).free().aggregate(rows=Count("pk", distinct=True), along=along)
    return found["rows"], found["along"]


def includes(chosen: Selection, person: SignedInPerson) -> bool:
    """Whether a person is about to delete themself."""
    own = _candidates(person.company).filter(employee_id=person.pk).values_list("pk", flat=True)
    return bool(set(own).intersection(chosen.keys))


def _free_weights(company: Company, tab: Tab) -> dict[int, int]:
    """Primary key -> cards or members of all that can be chosen, in the order of the list."""
    along = "employee__cards" if tab.is_people else "group__members"
    rows = _of_tab(company, tab).free().annotate(along=Count(along))
    return dict(rows.values_list("pk", "along"))


def selection(company: Company, tab: Tab, keys: Collection[int] | None) -> Selection:
    """Of these candidates of a tab, or (None) of all that can be chosen."""
    free = _free_weights(company, tab)
    chosen = [key for key in free if keys is None or key in keys]
    first = _of_tab(company, tab).filter(pk__in=chosen[:NAMED]).select_related(tab.subject)
    return Selection(
        tab=tab,
        keys=chosen,
        along=sum(free[key] for key in chosen),
        named=_labels(list(first), company=company, tab=tab),
        stale=0 if keys is None else len(set(keys)) - len(chosen),
    )


def _labels(rows: Sequence[DeletionCandidate], *, company: Company, tab: Tab) -> list[str]:
    """People with their 社員ID, groups with their whole path: two may have one name."""
    if tab.is_people:
        return [row.employee.label for row in rows if row.employee is not None]
    tree = group_tree(company)
    return [tree.path(row.group_id) for row in rows if row.group_id is not None]


def brake_of(company: Company, tab: Tab) -> ReasonText | None:
    """What the newest sync that looked for such records said, where it stopped at the brake."""
    if tab.is_kept or not tab.count:
        return None
    looked = Q(kind=RunKind.EMPLOYEES)
    if not tab.is_people:
        looked = Q(kind=RunKind.DEPARTMENTS) | Q(progress__departments_written__gt=0)
    runs = SyncRun.objects.for_company(company).filter(looked, kind__in=SYNC_KINDS)
    ended = runs.filter(status__in=GOOD_STATUSES)
    detail = ended.order_by("-started_at").values_list("error_detail", flat=True).first() or {}
    found = detail.get("people" if tab.is_people else "groups")
    code = Reason.DELETION_BRAKE if tab.is_people else Reason.GROUP_DELETION_BRAKE
    return explain(code, found, subject=tab.subject) if found else None


def run_under_way(company: Company) -> SyncRun | None:
    run: SyncRun | None = (
        SyncRun.objects.for_company(company).active().filter(kind=RunKind.DELETIONS).first()
    )
    return run


def _candidates(company: Company) -> Any:
    return DeletionCandidate.objects.for_company(company)


def _of_tab(company: Company, tab: Tab) -> Any:
    rows = _candidates(company).filter(subject=tab.subject, status=tab.status)
    if tab.is_people:
        return rows.order_by("employee__last_name", "employee__first_name", "pk")
    return rows.order_by("group__name", "pk")


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
