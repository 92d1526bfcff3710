"""What a move or a deletion does to approval and ordering, said before it is done (X7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from companies.models import Company
from groups.flows import Flow, FlowChange, changes_between, layout_of
from groups.queries import approvers_by_group, members_by_group
from groups.tree import GroupTree

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Effect:
    path: str
    is_linked: bool
    members: int
    before: Flow
    after: Flow
    leaves_alone: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """Those that concern most people first; `more` are not among `shown`."""

    shown: Sequence[Effect]
    total: int
    people: int
    left_alone: int

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


def effects_of_move(company: Company, tree: GroupTree, group: int, parent: int | None) -> Effects:
    before = layout_of(tree, approvers_by_group(company))
    changes = changes_between(before, before.after_move(group, parent))
    return _effects(changes, tree, company)


def effects_of_deletion(company: Company, tree: GroupTree, group: int) -> Effects:
    before = layout_of(tree, approvers_by_group(company))
    default = next(node.pk for node in tree.nodes.values() if node.is_default)
    after = before.after_deletion(group, default)
    return _effects(changes_between(before, after, moved={group: default}), tree, company)


def _effects(changes: Sequence[FlowChange], tree: GroupTree, company: Company) -> Effects:
    members = members_by_group(company)
    order = {node.pk: place for place, (node, _) in enumerate(tree.walk())}
    ordered = sorted(changes, key=lambda c: (-members.get(c.group, 0), order[c.group]))
    return Effects(
        [
            Effect(
                path=tree.path(change.group),
                is_linked=tree.nodes[change.group].is_linked,
                members=members.get(change.group, 0),
                before=change.before,
                after=change.after,
                leaves_alone=change.leaves_alone,
            )
            for change in ordered[:SHOWN]
        ],
        total=len(changes),
        people=sum(members.get(change.group, 0) for change in changes),
        left_alone=sum(change.leaves_alone for change in changes),
    )
