"""Making the groups that a file asks for, many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from bulk.planning.group_names import GroupNames, NewGroup
from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from groups.models import Group

BATCH: Final = 1000


class NewGroups:
    """Keys of the plan (negative) -> keys of the rows. In the caller's transaction, which has
    locked the company."""

    def __init__(self, company: Company, names: GroupNames) -> None:
        self._company, self._names = company, names
        self._made: dict[int, int] = {}

    def key_of(self, pk: int | None) -> int | None:
        return pk if pk is None or pk >= 0 else self._made[pk]

    def make(self, actor: Actor) -> None:
        """Those that the plan has named since the last call; parents first."""
        levels: dict[int, list[NewGroup]] = defaultdict(list)
        depths: dict[int, int] = {}
        for group in self._names.new[len(self._made) :]:
            depth = depths.get(group.parent or 0, -1) + 1
            depths[group.pk] = depth
            levels[depth].append(group)
        for depth in sorted(levels):
            self._make_level(levels[depth], actor)

    def _make_level(self, groups: Sequence[NewGroup], actor: Actor) -> None:
        rows = [
            Group(company=self._company, name=group.name, parent_id=self.key_of(group.parent))
            for group in groups
        ]
        made = Group.objects.bulk_create(rows, batch_size=BATCH)
        self._made |= {group.pk: row.pk for group, row in zip(groups, made, strict=True)}
        events = [
            _created(row, group, self._names) for group, row in zip(groups, made, strict=True)
        ]
        write_audit(company=self._company, actor=actor, events=events)


def _created(row: Group, group: NewGroup, names: GroupNames) -> Event:
    parent = None if group.parent is None else names.path(group.parent)
    changes = {"name": (None, row.name), "parent": (None, parent)}
    return Event(AuditAction.CREATED, "group", row.pk, row.name, changes)
