"""Verbs of the group tree. People change hand-made groups; a sync writes linked ones itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.locking import lock_company
from companies.models import AuditAction, Company
from companies.refusals import Problem, Refused
from groups.models import DEFAULT_GROUP_NAME, Group
from groups.queries import group_tree
from groups.tree import GroupTree, Node
from groups.wanted import (
    parent_of,
    problems_of_creation,
    problems_of_deletion,
    problems_of_moving,
    problems_of_renaming,
)

GONE: Final = "このグループはすでに削除されています。グループの画面で確認してください。"


def create_default_group(company: Company) -> Group:
    """グループ1 of a new company (C4)."""
    group: Group = Group.objects.create(company=company, name=DEFAULT_GROUP_NAME, is_default=True)
    return group


@transaction.atomic
def create_group(*, company: Company, name: str, parent: Group | None, actor: Actor) -> Group:
    """A hand-made group (O2), also under a linked one. Raises Refused."""
    lock_company(company.pk)
    tree = group_tree(company)
    name, parent_id = name.strip(), parent.pk if parent else None
    _refuse(problems_of_creation(tree, name=name, parent_id=parent_id))
    group: Group = Group.objects.create(company=company, name=name, parent_id=parent_id)
    changes = {"name": (None, name), "parent": (None, _path(tree, parent_id))}
    _write(group, AuditAction.CREATED, changes, actor)
    return group


@transaction.atomic
def rename_group(*, group: Group, name: str, actor: Actor) -> None:
    """Raises Refused: linked (G5), グループ1, or a path that would not be exact any more (O2)."""
    _, node, tree = _locked(group)
    name = name.strip()
    _refuse(problems_of_renaming(tree, node, name=name))
    if name == node.name:
        return
    group.name = name
    group.save(update_fields=["name"])
    _write(group, AuditAction.UPDATED, {"name": (node.name, name)}, actor)


@transaction.atomic
def move_group(*, group: Group, parent: Group | None, actor: Actor) -> None:
    """Under another group, or to the top, with all below it. Raises Refused.

    Whether that makes a cycle is asked under the lock: of two moves that make one together, the
    second is refused (O2).
    """
    _, node, tree = _locked(group)
    before, after = parent_of(tree, node), parent.pk if parent else None
    _refuse(problems_of_moving(tree, node, parent_id=after))
    if before == after:
        return
    group.parent = parent
    group.save(update_fields=["parent"])
    changes = {"parent": (_path(tree, before), _path(tree, after))}
    _write(group, AuditAction.UPDATED, changes, actor)


@transaction.atomic
def delete_group(*, group: Group, actor: Actor) -> None:
    """Members go to グループ1, children to the group above (O2). Raises Refused."""
    company, node, tree = _locked(group)
    _refuse(problems_of_deletion(tree, node))
    dissolve_groups(company=company, groups=[node.pk], actor=actor)


def _locked(group: Group) -> tuple[Company, Node, GroupTree]:
    """The company, locked, and the group as it is now."""
    company: Company = group.company
    lock_company(company.pk)
    tree = group_tree(company)
    if (node := tree.nodes.get(group.pk)) is None:
        raise Refused(GONE)
    return company, node, tree


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Refused(problems=problems)


def _path(tree: GroupTree, pk: int | None) -> str | None:
    return None if pk is None else tree.path(pk)


def _write(group: Group, action: AuditAction, changes: Any, actor: Actor) -> None:
    event = Event(action, "group", group.pk, group.name, changes)
    write_audit(company=group.company_id, actor=actor, events=[event])


def dissolve_groups(*, company: Company, groups: Collection[int], actor: Actor) -> None:
    """Deletes groups (primary keys): members go to グループ1, children that stay move up (G4).

    Runs in the caller's transaction, with the company locked. グループ1 cannot be among them.
    """
    tree = {group.pk: group for group in Group.objects.for_company(company)}
    gone = [tree[pk] for pk in groups if pk in tree and not tree[pk].is_default]
    gone_keys = {group.pk for group in gone}
    default = next(group for group in tree.values() if group.is_default)
    _lock_members(company, gone_keys)
    events = [
        _move_up(group, tree, gone_keys)
        for group in tree.values()
        if group.parent_id in gone_keys and group.pk not in gone_keys
    ]
    for group in gone:
        events += _move_members(group, default)
        events.append(
            Event(AuditAction.DELETED, "group", group.pk, group.name, {"name": (group.name, None)})
        )
    Group.objects.for_company(company).filter(pk__in=gone_keys).update(parent=None)
    Group.objects.for_company(company).filter(pk__in=gone_keys).delete()
    write_audit(company=company, actor=actor, events=events)


def _lock_members(company: Company, groups: Collection[int]) -> None:
    """In one order, like a sync locks its people: neither waits for the other."""
    # Through the reverse relation: this app knows no employees.
    employees: Any = Group._meta.get_field("members").related_model
    members = employees.objects.for_company(company)
    list(members.filter(group__in=groups).select_for_update().order_by("pk").values_list("pk"))


def _move_up(group: Group, tree: dict[int, Group], gone: set[int]) -> Event:
    """To the nearest ancestor that survives."""
    parent_id = group.parent_id
    before = tree[parent_id].name if parent_id else None
    while parent_id is not None and parent_id in gone:
        parent_id = tree[parent_id].parent_id
    group.parent_id = parent_id
    group.save(update_fields=["parent"])
    after = tree[parent_id].name if parent_id else None
    return Event(AuditAction.UPDATED, "group", group.pk, group.name, {"parent": (before, after)})


def _move_members(group: Group, default: Group) -> list[Event]:
    members = group.members.all()  # a reverse relation: this app knows no employees
    events = [
        Event(
            AuditAction.UPDATED,
            "employee",
            member.pk,
            member.label,
            {"group": (group.name, default.name)},
        )
        for member in members
    ]
    members.update(group=default)
    return events
