"""T5: whether a changed subdomain or token still leads to the account we are linked to."""

from __future__ import annotations

from contextlib import closing
from uuid import UUID

from companies.set_based import batches
from integrations.choices import RunKind
from integrations.reasons import Reason
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import PermissionMissing
from integrations.smarthr.records import BadRecord
from integrations.sync.outcomes import StopRun
from integrations.sync.work import Work

BATCH = 100


def check_account(work: Work) -> None:
    """Stops the run, before it writes anything, where none of the linked ids is known."""
    ledger = work.ledger
    if not ledger.account_is_unchecked():
        return
    crews = sorted(ledger.linked_crews())
    departments = {group.smarthr_id for group in ledger.groups() if group.smarthr_id}
    if (crews or departments) and not _knows_any(work, crews, departments):
        raise StopRun(Reason.OTHER_ACCOUNT, confirm=True)
    ledger.step(ledger.accept_account)


def _knows_any(work: Work, crews: list[UUID], departments: set[UUID]) -> bool:
    kind = work.ledger.kind
    try:
        if _knows_crew(work.client, crews):
            return True
    except PermissionMissing:
        if kind != RunKind.DEPARTMENTS:  # a department sync needs no crews
            raise
    try:
        return _knows_department(work.client, departments)
    except PermissionMissing:
        if kind == RunKind.DEPARTMENTS or work.ledger.settings.slot is not None:
            raise
        return False


def _knows_crew(client: SmartHRClient, crews: list[UUID]) -> bool:
    return any(client.crews_by_id(batch, fields=("id",)) for batch in batches(crews, BATCH))


def _knows_department(client: SmartHRClient, departments: set[UUID]) -> bool:
    if not departments:
        return False
    with closing(client.read_ahead(1, client.departments_page)) as pages:
        return any(
            not isinstance(record, BadRecord) and record.id in departments
            for page in pages
            for record in page.items
        )
