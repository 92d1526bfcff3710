"""Connecting a company to SmartHR, and what it chose: the one place for screen and command."""

from __future__ import annotations

import hashlib
from copy import copy
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F

from companies.audit import Actor, Event, write_audit
from companies.models import ActorKind, AuditAction, Company
from employees.models import Employee
from employees.services.removal import lock_company
from groups.models import Group
from integrations import encryption
from integrations.health_causes import WEBHOOK_TROUBLES
from integrations.models import SmartHRIntegration, SyncRun, TokenPace, WebhookRemoval
from integrations.pacing import pace_key
from integrations.plan import plan_of
from integrations.reason_texts import FIXED
from integrations.reasons import Reason
from integrations.services.health import clear_issue
from integrations.services.wanted_settings import (
    UNSET,
    Checked,
    ConnectionChanges,
    RefusedNow,
    RefusedValue,
    Unset,
    checked,
)
from integrations.services.webhook_claim import Claim, RegistrationBusy, webhook_claim
from integrations.services.webhook_moves import FIELD as WEBHOOK_FIELD
from integrations.services.webhook_moves import Move, follow, prepare
from integrations.services.webhook_registration import Registered
from integrations.services.webhook_removals import remove_registered
from integrations.signals import connection_changed
from integrations.webhook_texts import BUSY

__all__ = [
    "UNSET",
    "ConnectionChanges",
    "RefusedNow",
    "RefusedValue",
    "Unset",
    "access_token",
    "account_mark",
    "configure",
    "doubt_account",
    "integration_of",
    "wake_waiting_run",
]

UNLINKING: Final = (
    "連携の解除を進めているため、設定を変更できません。解除が終わってから、やり直してください。"
)
# No run reads them, so that changing one must not stop any.
UNREAD_BY_RUNS: Final = frozenset({"webhook_mode", "hourly_sync", "nightly_sync"})
# X2: after a change of one of these the next sync reads everybody.
READ_ALL_AFTER: Final = frozenset(
    {"subdomain", "token", "department_slot", "retired_policy", "name_source", "account"}
)


def integration_of(company: Company) -> SmartHRIntegration:
    integration: SmartHRIntegration = SmartHRIntegration.objects.for_company(company).get_or_create(
        company=company
    )[0]
    integration.company = company  # in hand already
    return integration


def access_token(integration: SmartHRIntegration) -> str:
    """The token in plain text. Raises Undecryptable."""
    return encryption.decrypt(integration.token_ciphertext)


def account_mark(integration: SmartHRIntegration) -> str:
    """Another one as soon as the subdomain or the token is another; tells neither (T3)."""
    text = f"{integration.subdomain}\n{integration.token_ciphertext}"
    return hashlib.sha256(text.encode()).hexdigest()


def doubt_account(*, company: Company, actor: Actor) -> None:
    """Takes a confirmation of the account back: the next sync asks again (T5).

    A running one ends, for what it has read of the account is in doubt, too.
    """
    rows = SmartHRIntegration.objects.for_company(company).filter(account_unchecked=False)
    with transaction.atomic():
        changed = rows.update(
            account_unchecked=True,
            crews_watermark=None,  # X2
            settings_version=F("settings_version") + 1,
        )
        if not changed:
            return
        wake_waiting_run(company)
        integration = integration_of(company)
        changes = {"account": ("確認済み", "未確認")}
        event = Event(AuditAction.CONFIGURED, "integration", integration.pk, "SmartHR連携", changes)
        write_audit(company=company, actor=actor, events=[event])


def configure(*, company: Company, actor: Actor, changes: ConnectionChanges) -> SmartHRIntegration:
    """Checks and saves all changes or none. Raises RefusedValue.

    A command may prepare a company that has no integration yet; a person may not (P2). Where our
    webhook has to be another one, SmartHR is asked before anything is saved (W2).
    """
    wanted = checked(changes)
    integration_of(company)  # makes the row
    if not changes.may_move_webhook:
        return _save(company, actor, changes, wanted)[0]
    try:
        with webhook_claim(company) as claim:
            move = _planned(company, actor, changes, wanted)
            registered = prepare(move)
            saved, removal = _save(company, actor, changes, wanted, claim, registered)
            if removal is not None:
                remove_registered(removal, just_left=True)  # a failure is kept, and tried again
            return saved
    except RegistrationBusy:
        raise RefusedNow(WEBHOOK_FIELD, BUSY) from None


def _planned(company: Company, actor: Actor, changes: ConnectionChanges, wanted: Checked) -> Move:
    before: SmartHRIntegration = SmartHRIntegration.objects.for_company(company).get()
    _refuse_without_plan(before, actor)
    _refuse_while_unlinking(before)
    after = copy(before)
    _apply(after, wanted)
    return Move(before, after, mode_given=changes.webhook_mode is not None)


def _refuse_without_plan(integration: SmartHRIntegration, actor: Actor) -> None:
    if actor.kind == ActorKind.PERSON and not plan_of(integration).is_open:
        raise RefusedValue("plan", FIXED[Reason.PLAN_OFF].both)


def _refuse_while_unlinking(integration: SmartHRIntegration) -> None:
    """X12: a new connection begins where no link of the old one is left."""
    if integration.unlinking_since is not None:
        raise RefusedNow("plan", UNLINKING)


@transaction.atomic
def _save(
    company: Company,
    actor: Actor,
    changes: ConnectionChanges,
    wanted: Checked,
    claim: Claim | None = None,
    registered: Registered | None = None,
) -> tuple[SmartHRIntegration, WebhookRemoval | None]:
    integration: SmartHRIntegration = (
        SmartHRIntegration.objects.for_company(company).select_for_update().get()
    )
    if claim is not None and not claim.is_held(integration):
        raise RegistrationBusy
    _refuse_without_plan(integration, actor)
    _refuse_while_unlinking(integration)
    before = copy(integration)
    audit = _apply(integration, wanted)
    removal = follow(Move(before, integration), registered)
    if audit.keys() & {"subdomain", "token"}:
        integration.account_unchecked = True  # T5
        # T4, E11: found with another account or token.
        integration.checked_at, integration.check_result = None, {}
        integration.unreadable = []
    if audit.keys() & {"subdomain", "token", "webhook_mode"}:
        integration.next_health_at = None  # X3: what was seen may be over
    audit |= _set_force_password_change(company, changes.force_password_change)
    if audit.keys() - UNREAD_BY_RUNS:
        integration.settings_version += 1
        wake_waiting_run(company)
    # After the version: no run reads it, so it must not stop one.
    audit |= _set_initial_password_days(company, changes.initial_password_days)
    if changes.accept_account and integration.account_unchecked:
        integration.account_unchecked = False
        audit["account"] = (None, "確認済み")
        _forget_readings(company)
        clear_issue(company, Reason.OTHER_ACCOUNT)
    if audit.keys() & {"subdomain", "token"}:
        connection_changed.send(sender=SmartHRIntegration, company_id=company.pk)
    if audit.keys() & READ_ALL_AFTER:
        integration.crews_watermark = None
    integration.save()
    if registered is not None:
        clear_issue(company, *WEBHOOK_TROUBLES)
    if audit:
        event = Event(AuditAction.CONFIGURED, "integration", integration.pk, "SmartHR連携", audit)
        write_audit(company=company, actor=actor, events=[event])
    return integration, removal


def _forget_readings(company: Company) -> None:
    """T5, E12: nobody has been read in the account that a person confirmed.

    Whom it does not know is put to a person, never deleted by the sync itself.
    """
    lock_company(company.pk)
    people = Employee.objects.for_company(company).filter(smarthr_id__isnull=False)
    people.update(source_read_at=None)
    groups = Group.objects.for_company(company).filter(smarthr_id__isnull=False)
    groups.update(source_read_at=None)


def wake_waiting_run(company: Company) -> None:
    """A run that waits for SmartHR's limit comes to its end now, not when the wait is over."""
    SyncRun.objects.for_company(company).active().filter(lease=None).update(not_before=None)


def _apply(integration: SmartHRIntegration, wanted: Checked) -> dict[str, Any]:
    """What changed, for the audit log."""
    audit: dict[str, Any] = {}
    for column, value in wanted.columns.items():
        before = getattr(integration, column)
        if before != value:
            audit[column] = (before, value)
            setattr(integration, column, value)
    if wanted.token is not None:
        audit |= _set_token(integration, wanted.token)
    return audit


def _set_token(integration: SmartHRIntegration, token: str) -> dict[str, Any]:
    """T3: only that it changed is told, never what it is."""
    try:
        same = bool(integration.token_ciphertext) and access_token(integration) == token
    except encryption.Undecryptable:
        same = False
    if same:
        return {}
    integration.token_ciphertext = encryption.encrypt(token)
    integration.token_ending = token[-4:] if len(token) >= 12 else ""
    TokenPace.objects.get_or_create(key=pace_key(token, settings.SMARTHR_API_URL))
    return {"token": (None, "変更")}


def _set_force_password_change(company: Company, wanted: bool | None) -> dict[str, Any]:
    """X5: also for those who still have the initial password."""
    if wanted is None or wanted == company.force_password_change:
        return {}
    company.force_password_change = wanted
    company.save(update_fields=["force_password_change"])
    Employee.objects.for_company(company).filter(is_initial_password=True).update(
        must_change_password=wanted
    )
    return {"force_password_change": (not wanted, wanted)}


def _set_initial_password_days(company: Company, wanted: int | None) -> dict[str, Any]:
    """X5: the login reads it (employees.authentication)."""
    before = company.initial_password_days
    if wanted is None or wanted == before:
        return {}
    company.initial_password_days = wanted
    company.save(update_fields=["initial_password_days"])
    return {"initial_password_days": (before, wanted)}
