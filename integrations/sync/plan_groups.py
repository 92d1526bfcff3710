"""What becomes of the departments: the tree of linked groups (G1–G6). Pure, without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from groups.models import NAME_LENGTH
from integrations.choices import Outcome
from integrations.reasons import Reason
from integrations.smarthr.records import BadRecord, Department, Flag
from integrations.sync.newest import newest_of_each
from integrations.sync.types import Changes, GroupPlan, GroupRow, Note, is_older
from integrations.sync.values import is_storable, storable, text_or_empty

Node = UUID | int  # a department, or the primary key of a group that has none in the list


def plan_groups(
    records: Sequence[Department | BadRecord], groups: Iterable[GroupRow]
) -> list[GroupPlan]:
    """The decision about every department of a complete list; new parents before their children."""
    by_source = {group.smarthr_id: group for group in groups if group.smarthr_id is not None}
    departments = {
        department.id: department
        for department in newest_of_each(
            record for record in records if isinstance(record, Department)
        )
    }
    notes: dict[UUID, list[Note]] = {key: [] for key in departments}
    usable: dict[UUID, Department] = {}
    for key, department in departments.items():
        if (problem := _problem(department)) is None:
            usable[key] = department
        else:
            notes[key].append(problem)
    stale = {key for key in usable if key in by_source and _is_stale(usable[key], by_source[key])}
    written = {key: usable[key] for key in usable if key not in stale}
    parents = _parents(written, by_source, notes)
    _break_cycles(parents, written, by_source, notes)
    plans = [
        _plan_one(written[key], by_source, parents[key], notes[key])
        for key in _parents_first(written, parents)
    ]
    for key, department in departments.items():
        if key not in written:
            outcome = Outcome.UNCHANGED if key in stale else Outcome.LEFT_OUT
            plans.append(_untouched(department, by_source.get(key), outcome, notes[key]))
    # One id is one record in the report and the counts, however often it comes.
    bad = dict.fromkeys(record for record in records if isinstance(record, BadRecord))
    plans += [_bad(record) for record in bad]
    return plans


def _problem(department: Department) -> Note | None:
    """Why a department cannot become a group."""
    if department.name is Flag.MALFORMED:
        return Note(Reason.VALUE_INVALID, {"field": "name"})
    name = text_or_empty(department.name)
    if not name.strip():
        return Note(Reason.DEPARTMENT_NAME_MISSING)  # G6
    if not is_storable(name, NAME_LENGTH):
        return Note(Reason.VALUE_INVALID, {"field": "name"})
    return None


def _is_stale(department: Department, group: GroupRow) -> bool:
    return is_older(
        updated_at=department.updated_at,
        read_at=department.read_at,
        stored_updated_at=group.source_updated_at,
        stored_read_at=group.source_read_at,
    )


def _parents(
    written: Mapping[UUID, Department],
    by_source: Mapping[UUID, GroupRow],
    notes: Mapping[UUID, list[Note]],
) -> dict[UUID, UUID | None]:
    """Each department's parent; a parent that has no group makes it top-level (G6)."""
    listed = set(notes)
    parents: dict[UUID, UUID | None] = {}
    for key, department in written.items():
        parent = department.parent_id
        if parent is None:
            parents[key] = None
        elif not isinstance(parent, Flag) and (
            parent in written or (parent in listed and parent in by_source)
        ):
            parents[key] = parent
        else:
            parents[key] = None
            notes[key].append(Note(Reason.PARENT_MISSING))
    return parents


def _break_cycles(
    parents: dict[UUID, UUID | None],
    written: Mapping[UUID, Department],
    by_source: Mapping[UUID, GroupRow],
    notes: Mapping[UUID, list[Note]],
) -> None:
    """G6: every member of a cycle becomes top-level; those below keep their parents.

    A linked group that is left as it is (no name any more) still stands in the tree, so a cycle
    through it counts too.
    """
    source_of = {group.pk: key for key, group in by_source.items()}
    above: dict[Node, Node | None] = dict(parents.items())
    for key, group in by_source.items():
        if key not in written:
            parent_pk = group.parent_id
            above[key] = None if parent_pk is None else source_of.get(parent_pk, parent_pk)
    for member in _members_of_cycles(above):
        if member in written and isinstance(member, UUID):
            parents[member] = None
            notes[member].append(Note(Reason.PARENT_CYCLE))


def _members_of_cycles(above: Mapping[Node, Node | None]) -> list[Node]:
    members: list[Node] = []
    seen: dict[Node, int] = {}
    for walk, start in enumerate(above):
        path: list[Node] = []
        node: Node | None = start
        while node is not None and node not in seen:
            seen[node] = walk
            path.append(node)
            node = above.get(node)
        if node is not None and seen[node] == walk:  # ran into its own path
            members += path[path.index(node) :]
    return members


def _parents_first(
    written: Mapping[UUID, Department], parents: Mapping[UUID, UUID | None]
) -> list[UUID]:
    order: list[UUID] = []
    placed: set[UUID] = set()
    for start in sorted(written):
        path: list[UUID] = []
        node: UUID | None = start
        while node is not None and node in written and node not in placed:
            placed.add(node)
            path.append(node)
            node = parents[node]
        order += reversed(path)
    return order


def _plan_one(
    department: Department,
    by_source: Mapping[UUID, GroupRow],
    parent: UUID | None,
    notes: list[Note],
) -> GroupPlan:
    group = by_source.get(department.id)
    name = text_or_empty(department.name)
    changes: Changes = {}
    if group is None:
        changes["name"] = (None, name)
        outcome = Outcome.CREATED
    else:
        changes = _changes(group, name, department.position, parent, by_source)
        outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
    return GroupPlan(
        smarthr_id=str(department.id),
        label=name,
        outcome=outcome,
        group=group,
        name=name,
        position=department.position,
        parent=parent,
        changes=changes,
        notes=tuple(notes),
        source_updated_at=department.updated_at,
        source_read_at=department.read_at,
    )


def _changes(
    group: GroupRow,
    name: str,
    position: int | None,
    parent: UUID | None,
    by_source: Mapping[UUID, GroupRow],
) -> Changes:
    """G3: what the linked group shows otherwise than the department; parents by primary key."""
    changes: Changes = {}
    if group.name != name:
        changes["name"] = (group.name, name)
    if group.position != position:
        changes["position"] = (group.position, position)
    known = by_source.get(parent) if parent is not None else None
    if parent is None:
        differs = group.parent_id is not None
    else:
        differs = known is None or known.pk != group.parent_id
    if differs:
        changes["parent"] = (group.parent_id, parent)
    return changes


def _untouched(
    department: Department, group: GroupRow | None, outcome: Outcome, notes: list[Note]
) -> GroupPlan:
    label = group.name if group else storable(text_or_empty(department.name), 100) or "名称なし"
    return GroupPlan(
        smarthr_id=str(department.id),
        label=label,
        outcome=outcome,
        group=group,
        notes=tuple(notes),
    )


def _bad(record: BadRecord) -> GroupPlan:
    return GroupPlan(
        smarthr_id=record.raw_id,
        label="名称なし",
        outcome=Outcome.LEFT_OUT,
        notes=(Note(Reason.VALUE_INVALID, {"field": "id"}),),
    )


def missing_groups(groups: Iterable[GroupRow], listed: set[str]) -> list[GroupRow]:
    """Linked groups whose department is not in a complete list (G4)."""
    return [
        group
        for group in groups
        if group.smarthr_id is not None and str(group.smarthr_id) not in listed
    ]
