"""Writing the audit log (X6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, F, JSONField, Value
from django.utils import timezone

from companies.models import ActorKind, AuditAction, AuditEntry, Company
from companies.set_based import create_many, insert_from

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


def write_audit_of_rows(
    *,
    company: Company | int,
    actor: Actor,
    action: AuditAction,
    object_type: str,
    rows: Any,
    label: Any,
    changes: Changes,
) -> None:
    """The same event about each of the rows (a queryset), set-based: for very many.

    `label`: an expression over them.
    """
    company_id = company.pk if isinstance(company, Company) else company
    columns = {
        "company": Value(company_id),
        "at": Value(timezone.now(), output_field=DateTimeField()),
        "actor_kind": Value(str(actor.kind)),
        "actor_id": Value(actor.id, output_field=BigIntegerField()),
        "actor_label": Value(actor.label[:300]),
        "action": Value(str(action)),
        "object_type": Value(object_type),
        "object_id": F("pk"),
        "object_label": label,
        "changes": Value(
            {field: list(values) for field, values in changes.items()}, output_field=JSONField()
        ),
        "reason": Value(""),
    }
    insert_from(AuditEntry, columns, rows)


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
