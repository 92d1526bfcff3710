"""The group tree of a company in memory: order (G7), paths, depths, sums. Pure, never recursive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

SEPARATOR = "/"
# A longer path is shown as its first part and its last two.
PARTS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Node:
    pk: int
    name: str
    parent_id: int | None
    position: int | None
    is_linked: bool
    is_default: bool

    @property
    def rank(self) -> tuple[bool, bool, bool, int, str, int]:
        """G7: linked by position (null last) and name, hand-made by name, グループ1 last."""
        position = self.position if self.is_linked else None
        return (
            self.is_default,
            not self.is_linked,
            position is None,
            position or 0,
            self.name,
            self.pk,
        )


class GroupTree:
    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes: dict[int, Node] = {node.pk: node for node in nodes}
        self._children: dict[int | None, list[Node]] = defaultdict(list)
        for node in sorted(self.nodes.values(), key=lambda node: node.rank, reverse=True):
            known = node.parent_id is not None and node.parent_id in self.nodes
            self._children[node.parent_id if known else None].append(node)

    def walk(self) -> Iterator[tuple[Node, int]]:
        """Every group once with its depth (0 at the top), parents before their children."""
        waiting = [(node, 0) for node in self._children[None]]
        seen: set[int] = set()
        while waiting:
            node, depth = waiting.pop()
            seen.add(node.pk)
            yield node, depth
            waiting.extend((child, depth + 1) for child in self._children.get(node.pk, ()))
        # A cycle hangs on nothing; its groups must be seen all the same.
        yield from ((node, 0) for node in self.nodes.values() if node.pk not in seen)

    def ancestors(self, pk: int) -> list[Node]:
        """From the top down to the group itself."""
        line: dict[int, Node] = {}
        current: int | None = pk
        while current in self.nodes and current not in line:
            line[current] = self.nodes[current]
            current = self.nodes[current].parent_id
        return list(line.values())[::-1]

    def children(self, pk: int | None) -> list[Node]:
        """In their order; of None, the groups at the top."""
        return self._children.get(pk, [])[::-1]

    def below(self, pk: int) -> set[int]:
        """All groups under a group, without itself."""
        found: set[int] = set()
        waiting = [pk]
        while waiting:
            new = {child.pk for child in self._children.get(waiting.pop(), ())} - found
            found |= new
            waiting.extend(new)
        return found - {pk}

    def path(self, pk: int) -> str:
        return SEPARATOR.join(node.name for node in self.ancestors(pk))

    def short_path(self, pk: int) -> str:
        names = [node.name for node in self.ancestors(pk)]
        if len(names) > PARTS_SHOWN:
            names = [names[0], "…", *names[-2:]]
        return SEPARATOR.join(names)

    def sums(self, own: Mapping[int, int]) -> dict[int, int]:
        """A number per group, together with all groups below it."""
        totals = {pk: own.get(pk, 0) for pk in self.nodes}
        for node, depth in reversed(list(self.walk())):
            if depth:
                totals[node.parent_id or 0] += totals[node.pk]
        return totals
