"""Set-based writes of linked groups. Nothing else writes their fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from companies.set_based import update_rows
from groups.models import Group
from integrations.choices import Outcome
from integrations.sync.types import GroupPlan

BATCH = 500


def write(plans: Sequence[GroupPlan], *, company: Company, actor: Actor) -> None:
    """Creates level by level, then updates. In the caller's transaction, the company locked."""
    before = {group.pk: group for group in Group.objects.for_company(company)}
    keys = {group.smarthr_id: group.pk for group in before.values() if group.smarthr_id}
    for level in _levels([plan for plan in plans if plan.outcome == Outcome.CREATED]):
        created = Group.objects.bulk_create(
            [_new_group(plan, keys, company) for plan in level], batch_size=BATCH
        )
        keys |= {group.smarthr_id: group.pk for group in created if group.smarthr_id}
    changed = [plan for plan in plans if plan.outcome == Outcome.UPDATED]
    update_rows(
        Group,
        ["name", "position", "parent", "source_updated_at", "source_read_at"],
        {plan.group.pk: _row(plan, keys) for plan in changed if plan.group},
    )
    names = {pk: group.name for pk, group in before.items()}
    names_after = {group.smarthr_id: group.name for group in before.values()}
    names_after |= {UUID(plan.smarthr_id): plan.name for plan in plans if plan.name}
    events = [_event(plan, keys, names, names_after) for plan in plans if plan.changes]
    write_audit(company=company, actor=actor, events=events)


def _levels(plans: Sequence[GroupPlan]) -> list[list[GroupPlan]]:
    """New groups by how many new ancestors they have; plans come parents first."""
    depth: dict[str, int] = {}
    levels: dict[int, list[GroupPlan]] = defaultdict(list)
    for plan in plans:
        level = depth.get(str(plan.parent), -1) + 1
        depth[plan.smarthr_id] = level
        levels[level].append(plan)
    return [levels[level] for level in sorted(levels)]


def _new_group(plan: GroupPlan, keys: dict[UUID, int], company: Company) -> Group:
    return Group(
        company=company,
        smarthr_id=UUID(plan.smarthr_id),
        name=plan.name,
        position=plan.position,
        parent_id=keys[plan.parent] if plan.parent else None,
        source_updated_at=plan.source_updated_at,
        source_read_at=plan.source_read_at,
    )


def _row(plan: GroupPlan, keys: dict[UUID, int]) -> list[object]:
    parent = keys[plan.parent] if plan.parent else None
    return [plan.name, plan.position, parent, plan.source_updated_at, plan.source_read_at]


def _event(
    plan: GroupPlan,
    keys: Mapping[UUID, int],
    names: Mapping[int, str],
    names_after: Mapping[UUID | None, str],
) -> Event:
    created = plan.outcome == Outcome.CREATED
    action = AuditAction.CREATED if created else AuditAction.UPDATED
    changes = dict(plan.changes)
    if "parent" in changes:  # people read names, not keys
        old, new = changes["parent"]
        changes["parent"] = (names.get(old), names_after[new] if new else None)
    return Event(action, "group", keys[UUID(plan.smarthr_id)], plan.label, changes)
