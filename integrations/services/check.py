"""接続テスト (T4): one page of each resource, with what a sync asks for; a person waits for it.

It changes nothing, here or in SmartHR, so that any number may run at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from groups.models import Group
from integrations.encryption import Undecryptable
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from integrations.services.check_result import Access, AccountMatch, CheckResult
from integrations.services.clients import smarthr_client
from integrations.services.connection import integration_of
from integrations.services.health import learn_from_check
from integrations.services.snapshot import sync_settings
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.errors import (
    PermissionMissing,
    RetryLater,
    SmartHRError,
    UnexpectedAnswer,
)
from integrations.smarthr.haste import IMPATIENT
from integrations.smarthr.paging import PER_PAGE
from integrations.smarthr.records import BadRecord, Crew, Department, Page
from integrations.sync.ledger import ALWAYS_THERE
from integrations.sync.plan_person import RETIRED
from integrations.sync.progress import Progress
from integrations.sync.rows import count_having
from integrations.sync.types import SyncSettings
from integrations.sync.unreadable import hidden_attributes, note_attributes, watched


def check_connection(*, company: Company) -> CheckResult:
    """The findings, which are kept as well where the connection is still the one tested."""
    integration = integration_of(company)
    if not integration.is_connected:
        return CheckResult(error=Reason.NOT_CONNECTED)
    started = timezone.now()
    test = _Test(integration)
    try:
        with smarthr_client(integration, haste=IMPATIENT) as client:
            test.run(client)
    except Undecryptable:
        test.found["error"] = Reason.TOKEN_UNDECRYPTABLE
    except SmartHRError as error:
        test.found |= _failure(error)
    result = CheckResult(subdomain=integration.subdomain, **test.found)
    _keep(integration, started, result)
    learn_from_check(company, result)
    return result


def count_crews(*, company: Company) -> CheckResult:
    """E13: only the numbers of crews, for a connection that nobody has tested yet; not kept."""
    integration = integration_of(company)
    if not integration.is_connected:
        return CheckResult(error=Reason.NOT_CONNECTED)
    counts: dict[str, Any] = {}
    try:
        with smarthr_client(integration, haste=IMPATIENT) as client:
            counts["crews"] = client.count_crews()
            counts["retired"] = 0 if counts["crews"] == 0 else client.count_crews(status=RETIRED)
    except Undecryptable:
        counts["error"] = Reason.TOKEN_UNDECRYPTABLE
    except PermissionMissing as error:
        counts |= {"error": error.code, "crews_read": Access.MISSING}
    except SmartHRError as error:
        counts |= _failure(error)
    return CheckResult(subdomain=integration.subdomain, **counts)


def _failure(error: SmartHRError) -> dict[str, Any]:
    wait = error.wait if isinstance(error, RetryLater) else None
    retry_at = timezone.now() + timedelta(seconds=wait) if wait is not None else None
    return {"error": error.code, "retry_at": retry_at}


def _keep(integration: SmartHRIntegration, started: datetime, result: CheckResult) -> None:
    """Not over a later test, nor for a subdomain or token that was changed meanwhile."""
    SmartHRIntegration.objects.for_company(integration.company_id).filter(
        Q(checked_at=None) | Q(checked_at__lt=started),
        subdomain=integration.subdomain,
        token_ciphertext=integration.token_ciphertext,
    ).update(checked_at=started, check_result=result.to_json())


@dataclass(slots=True)
class _Test:
    """What was found so far stays where a later request fails."""

    integration: SmartHRIntegration
    # Fields of CheckResult.
    found: dict[str, Any] = field(default_factory=dict)

    def run(self, client: SmartHRClient) -> None:
        settings = sync_settings(self.integration)
        crews = self._read_crews(client, settings)
        departments = self._read_departments(client)
        self._ask_for_webhooks(client)
        if crews is not None:
            self.found["retired"] = 0 if crews.total == 0 else self._count_retired(client)
        self.found["account"] = self._match(client, crews, departments)

    def _read_crews(self, client: SmartHRClient, settings: SyncSettings) -> Page[Crew] | None:
        try:
            page = client.crews_page(1, fields=settings.crew_fields)
        except PermissionMissing:
            self.found["crews_read"] = Access.MISSING
            return None
        crews = _whole(page.items)
        self.found |= {
            "crews_read": Access.GRANTED,
            "seen": len(crews),
            "asked": settings.crew_fields,
            "crews": page.total,
        }
        if crews:
            self.found |= self._attributes(crews, settings)
        return page

    def _attributes(self, crews: Sequence[Crew], settings: SyncSettings) -> dict[str, Any]:
        """E11's rule, on one page: of attributes that everybody has, all crews should have one."""
        progress = Progress()
        note_attributes(progress, crews, settings)
        linked = self._linked().filter(smarthr_id__in=[crew.id for crew in crews])

        def having(name: str) -> int:
            return len(crews) if name in ALWAYS_THERE else count_having(linked, name)

        hidden = set(hidden_attributes(progress, settings, having))
        blank = set(watched(settings)) - hidden - set(progress.present)
        if all(crew.updated_at is None for crew in crews):  # every record of SmartHR has one
            hidden.add("updated_at")
        return {"unreadable": tuple(sorted(hidden)), "valueless": tuple(sorted(blank))}

    def _read_departments(self, client: SmartHRClient) -> Page[Department] | None:
        try:
            page = client.departments_page(1)
        except PermissionMissing:
            self.found["departments_read"] = Access.MISSING
        except UnexpectedAnswer:
            self.found["departments_read"] = Access.UNKNOWN
        else:
            self.found["departments_read"] = Access.GRANTED
            return page
        return None

    def _ask_for_webhooks(self, client: SmartHRClient) -> None:
        try:
            can_read: bool | None = client.can_read_webhooks()
        except UnexpectedAnswer:
            can_read = None
        self.found["webhooks_read"] = _access(can_read)
        self.found["webhooks_update"] = _access(client.can_update_webhooks())

    def _count_retired(self, client: SmartHRClient) -> int | None:
        try:
            return client.count_crews(status=RETIRED)
        except UnexpectedAnswer:
            return None

    def _match(
        self,
        client: SmartHRClient,
        crews: Page[Crew] | None,
        departments: Page[Department] | None,
    ) -> AccountMatch:
        """T5: asks for a hundred of the linked ids at most."""
        groups = self._linked_groups()
        people = self._newest_linked(PER_PAGE + 1)
        if not people and not groups:
            return AccountMatch.NOTHING_LINKED
        if departments and groups & {item.id for item in _whole(departments.items)}:
            return AccountMatch.KNOWN
        if not (people and crews) and not (groups and departments):
            return AccountMatch.NOT_ASKED
        try:
            if crews and people and self._knows_person(client, crews, people[:PER_PAGE]):
                return AccountMatch.KNOWN
        except UnexpectedAnswer:
            return AccountMatch.NOT_ASKED
        more_people = len(people) > PER_PAGE or (people and not crews)
        more_groups = groups and departments and departments.has_next
        return AccountMatch.UNDECIDED if more_people or more_groups else AccountMatch.NOTHING_KNOWN

    def _knows_person(
        self, client: SmartHRClient, crews: Page[Crew], people: Sequence[UUID]
    ) -> bool:
        ids = [crew.id for crew in _whole(crews.items)]
        if self._linked().filter(smarthr_id__in=ids).exists():
            return True
        return bool(client.crews_by_id(people, fields=("id",)))

    def _linked(self) -> Any:
        return Employee.objects.for_company(self.integration.company_id).linked()

    def _newest_linked(self, most: int) -> list[UUID]:
        """Those read last are the likeliest to be there still."""
        newest = self._linked().order_by(F("source_read_at").desc(nulls_last=True), "pk")
        return list(newest.values_list("smarthr_id", flat=True)[:most])

    def _linked_groups(self) -> set[UUID | None]:
        groups = Group.objects.for_company(self.integration.company_id).linked()
        return set(groups.values_list("smarthr_id", flat=True))


def _whole(items: Sequence[Any]) -> list[Any]:
    return [item for item in items if not isinstance(item, BadRecord)]


def _access(answer: bool | None) -> Access:
    if answer is None:
        return Access.UNKNOWN
    return Access.GRANTED if answer else Access.MISSING
