"""Who still has the password that was given: the initial one, or a one-time password (X5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone

from companies.models import Company
from employees.accounts.choices import Kind
from employees.models import Employee, EmployeeQuerySet
from employees.one_time import GOOD_FOR
from groups.tree import GroupTree

INITIAL: Final = Q(is_initial_password=True)
ONE_TIME: Final = Q(is_initial_password=False, password_expires_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Counts:
    initial: int = 0
    one_time: int = 0
    expired: int = 0

    @property
    def people(self) -> int:
        return self.initial + self.one_time

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.initial + other.initial,
            self.one_time + other.one_time,
            self.expired + other.expired,
        )


def unused_passwords(company: Company) -> EmployeeQuerySet:
    """Of people who may log in. Who got a password of a 管理者's own making is not among them."""
    people: EmployeeQuerySet = Employee.objects.for_company(company).filter(is_active=True)
    return people.filter(INITIAL | ONE_TIME)


def of_kind(company: Company, kind: Kind) -> EmployeeQuerySet:
    people = unused_passwords(company)
    if kind is Kind.EXPIRED:
        return people.filter(expired(company))
    return people.filter({Kind.INITIAL: INITIAL, Kind.ONE_TIME: ONE_TIME}.get(kind, Q()))


def expired(company: Company) -> Q:
    """What the login asks of one person (employees.authentication)."""
    now = timezone.now()
    found = Q(password_expires_at__lte=now)
    if days := company.initial_password_days:
        limit = now - timedelta(days=days)
        unused = Q(last_login__lte=limit) | Q(last_login=None, created_at__lte=limit)
        found |= INITIAL & unused
    return found


def not_issued_after(moment: datetime) -> Q:
    return Q(password_expires_at=None) | Q(password_expires_at__lte=moment + GOOD_FOR)


def counts_by_group(company: Company) -> dict[int, Counts]:
    """Of each group that has such people, its own members only."""
    rows = (
        unused_passwords(company)
        .values("group_id")
        .annotate(
            initial=Count("pk", filter=INITIAL),
            one_time=Count("pk", filter=ONE_TIME),
            expired=Count("pk", filter=expired(company)),
        )
        .order_by()
    )
    return {
        row["group_id"]: Counts(row["initial"], row["one_time"], row["expired"]) for row in rows
    }


def group_and_below(tree: GroupTree, pk: int) -> set[int]:
    """The group and everything under it, of the walk that names parents before their children."""
    found: set[int] = set()
    top: int | None = None
    for node, depth in tree.walk():
        if top is not None and depth <= top:
            break
        if node.pk == pk:
            top = depth
        if top is not None:
            found.add(node.pk)
    return found


def in_order_of_groups(
    people: EmployeeQuerySet, tree: GroupTree, groups: Collection[int] | None
) -> list[int]:
    """Primary keys as letters are handed out: group by group, then by name."""
    places = {node.pk: place for place, (node, _) in enumerate(tree.walk())}
    if groups is not None:
        people = people.filter(group__in=groups)
    rows = people.values_list("group_id", "last_name", "first_name", "pk")
    return [pk for *_, pk in sorted((places.get(row[0], len(places)), *row[1:]) for row in rows)]
