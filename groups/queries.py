"""Reads for the screens of グループ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Count

from companies.models import Company
from groups.models import Group
from groups.tree import GroupTree, Node


@dataclass(frozen=True, slots=True)
class ListedGroup:
    node: Node
    depth: int
    members: int
    members_below: int
    parent_path: str
    parent_name: str

    @property
    def level(self) -> int:
        return self.depth + 1


def group_tree(company: Company) -> GroupTree:
    columns = ("pk", "name", "parent_id", "position", "smarthr_id", "is_default")
    rows = Group.objects.for_company(company).values_list(*columns)
    return GroupTree(
        Node(pk, name, parent_id, position, smarthr_id is not None, is_default)
        for pk, name, parent_id, position, smarthr_id, is_default in rows
    )


def members_by_group(company: Company) -> dict[int, int]:
    counted = (
        Group.objects.for_company(company).values_list("pk").annotate(Count("members")).order_by()
    )
    return dict(cast("list[tuple[int, int]]", counted))


def listed_groups(company: Company, *, page: str | None, size: int) -> Page[ListedGroup]:
    """One page of the whole tree, in the order of the tree."""
    tree, own = group_tree(company), members_by_group(company)
    sums = tree.sums(own)
    found: Page[Any] = Paginator(list(tree.walk()), size).get_page(page)
    found.object_list = [_listed(node, depth, tree, own, sums) for node, depth in found.object_list]
    return found


def _listed(
    node: Node, depth: int, tree: GroupTree, own: Mapping[int, int], sums: Mapping[int, int]
) -> ListedGroup:
    parent = tree.nodes[node.parent_id] if depth and node.parent_id else None
    return ListedGroup(
        node=node,
        depth=depth,
        members=own.get(node.pk, 0),
        members_below=sums[node.pk],
        parent_path=tree.short_path(parent.pk) if parent else "",
        parent_name=parent.name if parent else "",
    )
