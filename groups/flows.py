"""Routes with their people, and what a change of the tree does to them (X7). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from groups.routing import Route, routes
from groups.tree import GroupTree

NAMES_SHOWN: Final = 3
ADMINISTRATORS: Final = "管理者"


@dataclass(frozen=True, slots=True)
class Approver:
    """An active 承認者."""

    pk: int
    name: str
    employee_id: str

    @property
    def label(self) -> str:
        return f"{self.name}（{self.employee_id}）"


@dataclass(frozen=True, slots=True)
class Step:
    """Whose turn it is; without approvers, that of 管理者.

    Steps are equal when the same people do the same, wherever their group hangs.
    """

    approvers: tuple[Approver, ...]
    approves: bool = True
    orders: bool = False
    group: int | None = field(default=None, compare=False)

    @property
    def acts(self) -> str:
        return "・".join(["承認"] * self.approves + ["発注"] * self.orders)

    @property
    def names(self) -> str:
        """田中 一郎さん、佐藤 花子さん ほか2名."""
        if not self.approvers:
            return ADMINISTRATORS
        shown = "、".join(f"{approver.name}さん" for approver in self.approvers[:NAMES_SHOWN])
        more = len(self.approvers) - NAMES_SHOWN
        return f"{shown} ほか{more}名" if more > 0 else shown


Flow = tuple[Step, ...]


def flow_of(route: Route, approvers: Mapping[int, Sequence[Approver]]) -> Flow:
    if route.is_left_alone:
        return (Step((), orders=True),)
    steps = [
        Step(tuple(approvers[group]), orders=group == route.ordered_by, group=group)
        for group in route.steps
    ]
    if route.ordered_by is None:
        steps.append(Step((), approves=False, orders=True))
    return tuple(steps)


def is_left_alone(flow: Flow) -> bool:
    return not any(step.approvers for step in flow)


@dataclass(frozen=True, slots=True)
class Layout:
    """A tree with its approvers: as it is, or as it would be."""

    parents: Mapping[int, int | None]
    approvers: Mapping[int, tuple[Approver, ...]]

    def flows(self) -> dict[int, Flow]:
        found = routes(self.parents, {group for group, people in self.approvers.items() if people})
        return {group: flow_of(route, self.approvers) for group, route in found.items()}

    def after_move(self, group: int, parent: int | None) -> Layout:
        return replace(self, parents={**self.parents, group: parent})

    def after_deletion(self, gone: int, default: int) -> Layout:
        """Its children hang under its parent, its people belong to グループ1."""
        upper = self.parents[gone]
        parents = {
            group: upper if parent == gone else parent
            for group, parent in self.parents.items()
            if group != gone
        }
        people = {group: found for group, found in self.approvers.items() if group != gone}
        moved = self.approvers.get(gone, ())
        # In order, so that equal people make equal steps.
        merged = sorted({*people.get(default, ()), *moved}, key=lambda found: found.pk)
        return Layout(parents, {**people, default: tuple(merged)})


def layout_of(tree: GroupTree, approvers: Mapping[int, Sequence[Approver]]) -> Layout:
    people = {
        group: tuple(sorted(found, key=lambda approver: approver.pk))
        for group, found in approvers.items()
    }
    return Layout({pk: node.parent_id for pk, node in tree.nodes.items()}, people)


@dataclass(frozen=True, slots=True)
class FlowChange:
    """For whoever applies in this group, another way."""

    group: int
    before: Flow
    after: Flow

    @property
    def leaves_alone(self) -> bool:
        """From now on nobody but 管理者 approves."""
        return is_left_alone(self.after) and not is_left_alone(self.before)


def changes_between(
    before: Layout, after: Layout, *, moved: Mapping[int, int] | None = None
) -> list[FlowChange]:
    """The groups whose people get other approvers or orderers.

    `moved`: groups that go -> the group that takes their people.
    """
    old, new = before.flows(), after.flows()
    target = {group: group for group in new} | dict(moved or {})
    return [
        FlowChange(group, flow, new[target[group]])
        for group, flow in old.items()
        if group in target and flow != new[target[group]]
    ]
