"""Set-based writes of linked groups. Nothing else writes their fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from companies.set_based import update_rows
from employees.services.removal import lock_company
from groups.models import Group
from integrations.choices import Outcome
from integrations.sync.types import GroupPlan

BATCH = 500


def write(plans: Sequence[GroupPlan], *, company: Company, actor: Actor) -> None:
    """Creates level by level, then updates. Runs in the caller's transaction."""
    lock_company(company.pk)
    keys: dict[UUID, int] = dict(
        Group.objects.for_company(company).linked().values_list("smarthr_id", "pk")
    )
    for level in _levels([plan for plan in plans if plan.outcome == Outcome.CREATED]):
        created = Group.objects.bulk_create(
            [_new_group(plan, keys, company) for plan in level], batch_size=BATCH
        )
        keys |= {group.smarthr_id: group.pk for group in created}
    changed = [plan for plan in plans if plan.outcome == Outcome.UPDATED]
    update_rows(
        Group,
        ["name", "position", "parent", "source_updated_at", "source_read_at"],
        {plan.group.pk: _row(plan, keys) for plan in changed if plan.group},
    )
    events = [_event(plan, keys) for plan in plans if plan.changes]
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


def _event(plan: GroupPlan, keys: dict[UUID, int]) -> Event:
    created = plan.outcome == Outcome.CREATED
    action = AuditAction.CREATED if created else AuditAction.UPDATED
    changes = {
        field: tuple(str(value) if isinstance(value, UUID) else value for value in values)
        for field, values in plan.changes.items()
    }
    return Event(action, "group", keys[UUID(plan.smarthr_id)], plan.label, changes)
