"""Who approves and who orders: the group tree decides (O6). Pure, never recursive.

Walk from the applicant's group to its root. Every group on the way that has an active 承認者 is a
step; the step at the root also orders. If the root has none, 管理者 order; if no group on the way
has one, 管理者 approve and order. 管理者 may take any step, so they make none of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Route:
    """The way of an application of one group."""

    # Groups (primary keys) whose approvers approve, in this order.
    steps: tuple[int, ...]
    root: int

    @property
    def ordered_by(self) -> int | None:
        """The group whose approvers order; None: 管理者 do."""
        return self.root if self.steps and self.steps[-1] == self.root else None

    @property
    def is_left_alone(self) -> bool:
        """Nobody but 管理者 can approve."""
        return not self.steps

    def of_an_approver(self, group: int) -> Route:
        """The way of what an approver of `group` applies for: it starts after their own step.

        Nobody approves alone what they applied for; an approver at the root needs 管理者.
        """
        return replace(self, steps=tuple(step for step in self.steps if step != group))


def routes(parents: Mapping[int, int | None], approving: Collection[int]) -> dict[int, Route]:
    """Of every group its route. `parents`: group -> parent, None at the top.

    A parent that is not among the groups counts as none. In a cycle, which the tree forbids, the
    way ends where it would go round.
    """
    found: dict[int, Route] = {}
    for start in parents:
        way: dict[int, None] = {}
        current: int | None = start
        while current is not None and current not in found and current not in way:
            if current not in parents:
                break
            way[current] = None
            current = parents[current]
        above = found.get(current) if current is not None else None
        for group in reversed(way):
            own = (group,) if group in approving else ()
            above = Route(own + (above.steps if above else ()), above.root if above else group)
            found[group] = above
    return found
