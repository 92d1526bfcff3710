"""The rows of the page グループ, from the tree in memory. Pure, never recursive."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from groups.routing import Route, routes
from groups.tree import GroupTree, Node

# From so many groups on, the page opens with two levels.
MANY: Final = 100
LEVELS_OPEN: Final = 2
# Lists inside lists; browsers stop counting at some 250. What is deeper says where it is.
DEEPEST: Final = 30
# To here each level stands further right.
INDENTED: Final = 6


@dataclass(frozen=True, slots=True)
class Numbers:
    """Per group; a group that is missing has none."""

    members: Mapping[int, int]
    approvers: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    pk: int
    name: str
    members: int
    members_below: int
    approval: str
    # People are in it whose applications only 管理者 can approve.
    is_warned: bool
    is_linked: bool
    is_default: bool
    # Where it hangs, if the lists do not show it.
    place: str
    path: str
    is_match: bool
    has_children: bool
    is_open: bool
    # How many lists end after it.
    ends: int


@dataclass(frozen=True, slots=True)
class Rows:
    rows: Sequence[Row]
    total: int
    matches: int
    # Groups with people whose applications only 管理者 can approve.
    left_alone: int


def rows_of(tree: GroupTree, numbers: Numbers, *, wanted: str = "", at: int | None = None) -> Rows:
    """All groups, or those whose name contains `wanted` with the groups above them.

    Open are the first levels, what leads to `at`, and with `wanted` everything.
    """
    words = _plain(wanted)
    matches = {pk for pk, node in tree.nodes.items() if words and words in _plain(node.name)}
    shown = with_ancestors(tree, matches) if words else None
    walked = [(node, depth) for node, depth in tree.walk() if shown is None or node.pk in shown]
    opened = {node.pk for node in tree.ancestors(at)[:-1]} if at in tree.nodes and at else set()
    few = len(tree.nodes) <= MANY
    facts = _Facts.of(tree, numbers)
    return Rows(
        [
            _row(node, depth, after, tree, facts, is_match=node.pk in matches, is_open=is_open)
            for (node, depth), after in zip(walked, _depths_after(walked), strict=True)
            for is_open in [bool(words) or few or depth < LEVELS_OPEN - 1 or node.pk in opened]
        ],
        total=len(tree.nodes),
        matches=len(matches),
        left_alone=sum(facts.routes[pk].is_left_alone for pk, n in numbers.members.items() if n),
    )


def with_ancestors(tree: GroupTree, groups: Collection[int]) -> set[int]:
    found: set[int] = set()
    for pk in groups:
        current: int | None = pk
        while current in tree.nodes and current not in found:
            found.add(current)
            current = tree.nodes[current].parent_id
    return found


@dataclass(frozen=True, slots=True)
class _Facts:
    numbers: Numbers
    sums: Mapping[int, int]
    routes: Mapping[int, Route]

    @classmethod
    def of(cls, tree: GroupTree, numbers: Numbers) -> _Facts:
        parents = {pk: node.parent_id for pk, node in tree.nodes.items()}
        return cls(numbers, tree.sums(numbers.members), routes(parents, numbers.approvers))


def _row(
    node: Node,
    depth: int,
    depth_after: int,
    tree: GroupTree,
    facts: _Facts,
    *,
    is_match: bool,
    is_open: bool,
) -> Row:
    own, below = facts.numbers.members.get(node.pk, 0), facts.sums[node.pk]
    route = facts.routes[node.pk]
    here, after = min(depth, DEEPEST), min(depth_after, DEEPEST)
    parent = tree.nodes[node.parent_id].name if depth > INDENTED and node.parent_id else ""
    return Row(
        pk=node.pk,
        name=node.name,
        members=own,
        members_below=below,
        approval=approval_text(route, node.pk, tree, facts.numbers.approvers),
        is_warned=route.is_left_alone and own > 0,
        is_linked=node.is_linked,
        is_default=node.is_default,
        place=f"{depth + 1}階層目：{parent}の下" if parent and not is_match else "",
        path=tree.path(node.pk) if is_match and depth else "",
        is_match=is_match,
        has_children=after > here,
        is_open=is_open,
        ends=max(0, here - after),
    )


def approval_text(route: Route, group: int, tree: GroupTree, approvers: Mapping[int, int]) -> str:
    """承認者2名・発注者1名, with the group that they belong to, if that is another one."""
    if route.is_left_alone:
        return "承認者なし（管理者が承認・発注）"
    first = route.steps[0]
    whose = "" if first == group else f"（{tree.nodes[first].name}）"
    orders = route.ordered_by
    ordering = "発注は管理者" if orders is None else f"発注者{approvers[orders]:,}名"
    return f"承認者{approvers[first]:,}名{whose}・{ordering}"


def _depths_after(walked: Sequence[tuple[Node, int]]) -> Iterator[int]:
    yield from (depth for _, depth in walked[1:])
    if walked:
        yield 0


def _plain(text: str) -> str:
    """Full or half width, capital or small: people find it by either."""
    return unicodedata.normalize("NFKC", text).casefold().strip()
