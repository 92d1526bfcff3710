"""連携の解除 of a whole company: nothing is deleted, every record becomes ordinary (X12).

First the connection goes, in one short transaction: from then on nothing reads or writes for it.
Then the links are cut, some thousand records at a time; a worker that is killed leaves the rest to
the next one, for the row of the integration says that it is under way.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from celery import current_app
from django.db import transaction
from django.utils import timezone

from companies.audit import Actor, Event, person, write_audit
from companies.models import ActorKind, AuditAction, Company
from companies.refusals import Refused
from employees.models import Employee
from employees.services.removal import lock_company
from groups.models import Group
from integrations.choices import WebhookMode
from integrations.models import (
    DeletionCandidate,
    HealthIssue,
    HeldLogin,
    PersonSync,
    SmartHRIntegration,
    WebhookRemoval,
)
from integrations.services.connection import integration_of, wake_waiting_run
from integrations.services.record_unlinking import unlink_groups, unlink_people
from integrations.services.runs import active_run, request_cancel
from integrations.services.webhook_claim import Claim, RegistrationBusy, webhook_claim
from integrations.services.webhook_moves import Move, follow
from integrations.services.webhook_removals import remove_registered
from integrations.signals import connection_changed
from integrations.webhook_texts import BUSY

log = logging.getLogger(__name__)

# In one transaction.
CHUNK: Final = 5_000
# How long a person waits; the rest is a worker's.
PATIENCE: Final = 8.0
LABEL_LENGTH: Final = 300
NOTHING: Final = "解除する連携はありません。設定を確認してください。"
# What is left of a connection: as if there had never been one. Choices of the company, the
# address and the secret of the webhook stay: what SmartHR still sends is answered and ignored.
DISCONNECTED: Final[dict[str, Any]] = {
    "subdomain": "",
    "token_ciphertext": "",
    "token_ending": "",
    "webhook_mode": WebhookMode.OFF,
    "webhook_remote_id": "",
    "webhook_problem": "",
    "webhook_problem_detail": {},
    "webhook_checked_at": None,
    "webhook_received_at": None,
    "webhook_confirmed_at": None,
    "webhook_old_secret_ciphertext": "",
    "account_unchecked": False,
    "unreadable": [],
    "checked_at": None,
    "check_result": {},
    "preview_due": False,
    "held_since": None,
    "held_until": None,
    # X2: nothing unattended before a person has completed an import of the next connection.
    "people_imported_at": None,
    "crews_watermark": None,
    "changes_wanted_at": None,
    "full_wanted_at": None,
    "next_changed_at": None,
    "next_full_at": None,
    "next_health_at": None,
    "last_success_at": None,
}


@dataclass(frozen=True, slots=True)
class Links:
    people: int
    groups: int

    def __bool__(self) -> bool:
        return bool(self.people or self.groups)


def links_of(company: Company | int) -> Links:
    return Links(
        people=Employee.objects.for_company(company).linked().count(),
        groups=Group.objects.for_company(company).linked().count(),
    )


def may_unlink(integration: SmartHRIntegration) -> bool:
    """Whatever the plan says (P2): whoever leaves must be able to edit the records."""
    return bool(
        integration.subdomain
        or integration.token_ciphertext
        or integration.webhook_mode != WebhookMode.OFF
        or links_of(integration.company_id)
    )


def unlink_company(*, company: Company, actor: Employee) -> bool:
    """Whether it is done already; else a worker goes on. Raises Refused."""
    integration_of(company)  # makes the row
    try:
        with webhook_claim(company) as claim:
            removal = _begin(company, actor, claim)
            if removal is not None:
                remove_registered(removal, just_left=True)  # a failure is kept, and tried again
    except RegistrationBusy:
        raise Refused(BUSY) from None
    until = time.monotonic() + PATIENCE
    is_done = unlink_slice(company.pk, should_pause=lambda: time.monotonic() > until)
    if not is_done:
        _ask_worker(company.pk)
    return is_done


def due_unlinkings() -> list[int]:
    """Companies whose links are being cut, by somebody or by nobody any more."""
    rows = SmartHRIntegration.objects.across_companies().filter(unlinking_since__isnull=False)
    return list(rows.values_list("company_id", flat=True))


def unlink_slice(company_id: int, *, should_pause: Callable[[], bool]) -> bool:
    """Whether nothing is left to do. Two at once do no harm."""
    integration: SmartHRIntegration | None = (
        SmartHRIntegration.objects.for_company(company_id).select_related("company").first()
    )
    if integration is None or integration.unlinking_since is None:
        return True
    actor = Actor(ActorKind.PERSON, integration.unlinking_by_label, integration.unlinking_by_id)
    company = integration.company
    while _unlink_some_people(company, actor) or _unlink_some_groups(company, actor):
        if should_pause():
            return False
    return _end(company)


def _unlink_some_people(company: Company, actor: Actor) -> bool:
    with transaction.atomic():
        lock_company(company.pk)
        keys = _next(Employee.objects.for_company(company).linked())
        if keys:
            unlink_people(company=company, first=keys[0], last=keys[-1], actor=actor)
    return bool(keys)


def _unlink_some_groups(company: Company, actor: Actor) -> bool:
    with transaction.atomic():
        lock_company(company.pk)
        keys = _next(Group.objects.for_company(company).linked())
        if keys:
            unlink_groups(company=company, first=keys[0], last=keys[-1], actor=actor)
    return bool(keys)


def _next(linked: Any) -> list[int]:
    """Primary keys, locked in one order, as everybody locks them."""
    rows = linked.order_by("pk").select_for_update()
    return list(rows.values_list("pk", flat=True)[:CHUNK])


def _begin(company: Company, actor: Employee, claim: Claim) -> WebhookRemoval | None:
    """The webhook that is left at SmartHR; None where there is none, or another has begun."""
    with transaction.atomic():
        # The row of a run first, as everybody does who ends one.
        if (run := active_run(company)) is not None:
            request_cancel(run=run, actor=actor)
        rows = SmartHRIntegration.objects.for_company(company)
        integration: SmartHRIntegration = rows.select_for_update().get()
        if not claim.is_held(integration):
            raise RegistrationBusy
        if integration.unlinking_since is not None:
            return None
        if not may_unlink(integration):
            raise Refused(NOTHING)
        removal = _disconnect(integration)
        integration.settings_version += 1  # a run and a batch end, whatever they hold
        integration.unlinking_since = timezone.now()
        integration.unlinking_by_id = actor.pk
        integration.unlinking_by_label = actor.label[:LABEL_LENGTH]
        integration.save()
        wake_waiting_run(company)
        HealthIssue.objects.for_company(company).filter(closed_at=None).update(
            closed_at=timezone.now()
        )
        connection_changed.send(sender=SmartHRIntegration, company_id=company.pk)
        _tell(integration, person(actor))
    return removal


def _disconnect(integration: SmartHRIntegration) -> WebhookRemoval | None:
    before, after = copy(integration), copy(integration)
    after.webhook_mode = WebhookMode.OFF
    removal = follow(Move(before, after), None) if integration.is_connected else None
    for column, value in DISCONNECTED.items():
        setattr(integration, column, value)
    return removal


def _tell(integration: SmartHRIntegration, actor: Actor) -> None:
    links = links_of(integration.company_id)
    changes = {"people": (links.people, 0), "groups": (links.groups, 0), "token": (None, "削除")}
    event = Event(AuditAction.UNLINKED, "integration", integration.pk, "SmartHR連携", changes)
    write_audit(company=integration.company_id, actor=actor, events=[event])


def _end(company: Company) -> bool:
    with transaction.atomic():
        rows = SmartHRIntegration.objects.for_company(company)
        rows.select_for_update().get()
        lock_company(company.pk)
        if links_of(company):  # of a batch that held the lock before us
            return False
        for model in (DeletionCandidate, HeldLogin, PersonSync):
            model.objects.for_company(company).delete()
        rows.update(unlinking_since=None, unlinking_by_id=None, unlinking_by_label="")
    return True


def _ask_worker(company_id: int) -> None:
    """A message that is lost is no harm: the sweep finds the row."""
    try:
        current_app.send_task("integrations.unlink_company", args=[company_id])
    except Exception as error:  # noqa: BLE001 - a broker that is down
        log.warning("nobody was asked to go on: %s", type(error).__name__)
