"""Reads of the group tree and of who is in it. Each takes the same few queries at any size."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

from django.db.models import Count

from companies.models import Company
from groups.flows import Approver
from groups.models import Group
from groups.tree import GroupTree, Node


def group_tree(company: Company) -> GroupTree:
    columns = ("pk", "name", "parent_id", "position", "smarthr_id", "is_default")
    rows = Group.objects.for_company(company).values_list(*columns)
    return GroupTree(
        Node(pk, name, parent_id, position, smarthr_id is not None, is_default)
        for pk, name, parent_id, position, smarthr_id, is_default in rows
    )


def members_by_group(company: Company) -> dict[int, int]:
    return _counted(_people(company))


def approvers_counted(company: Company) -> dict[int, int]:
    """Of each group that has some, how many can approve."""
    return _counted(_people(company).able_approvers())


def approvers_by_group(company: Company) -> dict[int, list[Approver]]:
    """Of each group that has some, who can approve."""
    found: dict[int, list[Approver]] = defaultdict(list)
    columns = ("group_id", "pk", "last_name", "first_name", "employee_id")
    for group, pk, last, first, employee_id in (
        _people(company)
        .able_approvers()
        .order_by("last_name", "first_name", "pk")
        .values_list(*columns)
    ):
        found[group].append(Approver(pk, f"{last} {first}".strip(), employee_id))
    return dict(found)


def _people(company: Company) -> Any:
    # Through the reverse relation: this app knows no employees.
    employees: Any = Group._meta.get_field("members").related_model
    return employees.objects.for_company(company)


def _counted(people: Any) -> dict[int, int]:
    counted = people.values_list("group_id").annotate(Count("pk")).order_by()
    return dict(cast("list[tuple[int, int]]", counted))
