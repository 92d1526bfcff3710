"""Writing the audit log (X6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from companies.models import ActorKind, AuditAction, AuditEntry, Company
from companies.set_based import create_many

Changes = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who or what acts: a person, a sync run or a command."""

    kind: ActorKind
    label: str
    id: int | None = None


def person(employee: Any) -> Actor:
    """Who is logged in: an employee, or the operator's staff on a support visit (X11)."""
    kind = ActorKind.SUPPORT if employee.is_support_visitor else ActorKind.PERSON
    return Actor(kind, employee.label, employee.pk)


def command(name: str) -> Actor:
    return Actor(ActorKind.COMMAND, name)


@dataclass(frozen=True, slots=True)
class Event:
    action: AuditAction
    object_type: str
    object_id: int | None
    object_label: str
    changes: Changes
    reason: str = ""


def write_audit(*, company: Company | int, actor: Actor, events: Iterable[Event]) -> None:
    """Adds one row per event, in the transaction of the change it tells about."""
    company_id = company.pk if isinstance(company, Company) else company
    create_many(
        AuditEntry,
        [
            AuditEntry(
                company_id=company_id,
                actor_kind=actor.kind,
                actor_id=actor.id,
                actor_label=actor.label[:300],
                action=event.action,
                object_type=event.object_type,
                object_id=event.object_id,
                object_label=event.object_label[:600],
                changes={field: list(values) for field, values in event.changes.items()},
                reason=event.reason,
            )
            for event in events
        ],
    )
