"""Syncs that nobody started, and deliveries without their endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from companies.audit import Actor
from companies.models import ActorKind, AuditAction, AuditEntry
from integrations.choices import RunKind, Trigger
from integrations.models import SyncRun
from integrations.services.crew_batches import CrewResult, sync_crews
from integrations.services.runs import start_run
from integrations.services.snapshot import WITH_GROUPS
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.lives import work
from tests.integrations.sync.people import crew_id

WEBHOOK = Actor(ActorKind.WEBHOOK, "Webhook #1", 1)


def synced_unattended(
    customer: Customer, kind: RunKind = RunKind.EMPLOYEES, *, with_groups: bool = False
) -> SyncRun:
    options: Mapping[str, Any] = {WITH_GROUPS: True} if with_groups else {}
    run, is_new = start_run(
        company=customer.company, kind=kind, trigger=Trigger.SCHEDULE, actor=None, options=options
    )
    assert is_new
    work(run)
    return run


def nothing() -> None:
    pass


def delivered(
    customer: Customer, *crews: str, deleted: tuple[str, ...] = ()
) -> dict[str, CrewResult]:
    """What came of crews that were announced as changed, or as deleted."""
    found: dict[str, CrewResult] = {}

    def finish(results: Mapping[UUID, CrewResult]) -> None:
        found.clear()
        found.update({str(crew): result for crew, result in results.items()})

    announced = {UUID(crew): False for crew in crews} | {UUID(crew): True for crew in deleted}
    sync_crews(
        company=customer.company, crews=announced, actor=WEBHOOK, guard=nothing, finish=finish
    )
    return found


def reasons(result: CrewResult) -> list[str]:
    return [reason for reason, _ in result.notes]


def add_people(account: Account, count: int, start: int = 1) -> list[str]:
    return [
        account.add_crew(id=crew_id(number), emp_code=f"N{number:05d}")
        for number in range(start, start + count)
    ]


def audited(customer: Customer, action: AuditAction) -> int:
    rows = AuditEntry.objects.for_company(customer.company)
    return rows.filter(action=action, object_type="employee", actor_kind="webhook").count()
