"""Verbs of the group tree."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from groups.models import DEFAULT_GROUP_NAME, Group


def create_default_group(company: Company) -> Group:
    """グループ1 of a new company (C4)."""
    group: Group = Group.objects.create(company=company, name=DEFAULT_GROUP_NAME, is_default=True)
    return group


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
