"""Connecting a company to SmartHR, and what it chose: the one place for screen and command."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
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
from integrations.choices import DeletionPolicy, NameSource, RetiredPolicy
from integrations.models import SmartHRIntegration, SyncRun, TokenPace
from integrations.pacing import pace_key
from integrations.plan import plan_of
from integrations.reason_texts import FIXED
from integrations.reasons import Reason
from integrations.services.health import clear_issue
from integrations.subdomain import parse_subdomain

TOKEN_LENGTH: Final = 255
LONGEST_EXPIRY: Final = 3650  # days


class Unset(enum.Enum):
    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class ConnectionChanges:
    """What to change; None (for the slot UNSET) leaves it."""

    subdomain: str | None = None
    token: str | None = None
    department_slot: int | Unset | None = UNSET
    deletion_policy: DeletionPolicy | None = None
    retired_policy: RetiredPolicy | None = None
    name_source: NameSource | None = None
    force_password_change: bool | None = None
    initial_password_days: int | None = None  # 0: initial passwords never expire
    accept_account: bool = False


class RefusedValue(Exception):
    """`message` is Japanese: what is wrong and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


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
        if not rows.update(account_unchecked=True, settings_version=F("settings_version") + 1):
            return
        wake_waiting_run(company)
        integration = integration_of(company)
        changes = {"account": ("確認済み", "未確認")}
        event = Event(AuditAction.CONFIGURED, "integration", integration.pk, "SmartHR連携", changes)
        write_audit(company=company, actor=actor, events=[event])


def configure(*, company: Company, actor: Actor, changes: ConnectionChanges) -> SmartHRIntegration:
    """Checks and saves all changes or none. Raises RefusedValue.

    A command may prepare a company that has no integration yet; a person may not (P2).
    """
    wanted = _checked(changes)
    integration_of(company)  # makes the row
    with transaction.atomic():
        integration: SmartHRIntegration = (
            SmartHRIntegration.objects.for_company(company).select_for_update().get()
        )
        if actor.kind == ActorKind.PERSON and not plan_of(integration).is_open:
            raise RefusedValue("plan", FIXED[Reason.PLAN_OFF].both)
        audit = _apply(integration, wanted)
        if changes.token is not None:
            audit |= _set_token(integration, _checked_token(changes.token))
        if audit.keys() & {"subdomain", "token"}:
            integration.account_unchecked = True  # T5
            # T4, E11: found with another account or token.
            integration.checked_at, integration.check_result = None, {}
            integration.unreadable = []
            integration.next_health_at = None  # X3: what was seen may be over
        audit |= _set_force_password_change(company, changes.force_password_change)
        if audit:
            integration.settings_version += 1
            wake_waiting_run(company)
        # After the version: no run reads it, so it must not stop one.
        audit |= _set_initial_password_days(company, changes.initial_password_days)
        if changes.accept_account and integration.account_unchecked:
            integration.account_unchecked = False
            audit["account"] = (None, "確認済み")
            _forget_readings(company)
            clear_issue(company, Reason.OTHER_ACCOUNT)
        integration.save()
        if audit:
            event = Event(
                AuditAction.CONFIGURED, "integration", integration.pk, "SmartHR連携", audit
            )
            write_audit(company=company, actor=actor, events=[event])
    return integration


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


def _checked(changes: ConnectionChanges) -> dict[str, Any]:
    """Column -> new value of what is set, all of it valid."""
    wanted: dict[str, Any] = {
        column: value
        for column in ("deletion_policy", "retired_policy", "name_source")
        if (value := getattr(changes, column)) is not None
    }
    days = changes.initial_password_days
    if days is not None and not 0 <= days <= LONGEST_EXPIRY:
        raise RefusedValue(
            "initial_password_days",
            f"初期パスワードの有効期限は1〜{LONGEST_EXPIRY}日で指定してください。"
            "期限をなしにすることもできます。",
        )
    if changes.department_slot is not UNSET:
        slot = changes.department_slot
        if slot is not None and not 1 <= slot <= 10:
            raise RefusedValue(
                "department_slot", "部署は1〜10で指定してください。適用しないこともできます。"
            )
        wanted["department_slot"] = slot
    if changes.subdomain is not None:
        label = parse_subdomain(changes.subdomain)
        if label is None:
            raise RefusedValue(
                "subdomain",
                "サブドメインに使えない文字が含まれています。"
                "「https://acme.smarthr.jp」の「acme」の部分だけを入力してください。",
            )
        wanted["subdomain"] = label
    return wanted


def _checked_token(token: str) -> str:
    text = token.strip()
    if not text:
        raise RefusedValue("token", "アクセストークンを入力してください。")
    if len(text) > TOKEN_LENGTH or not all("!" <= character <= "~" for character in text):
        raise RefusedValue(
            "token",
            "アクセストークンに使えない文字が含まれています。"
            "SmartHRで発行したアクセストークンを、そのまま貼り付けてください。",
        )
    return text


def _apply(integration: SmartHRIntegration, wanted: dict[str, Any]) -> dict[str, Any]:
    audit: dict[str, Any] = {}
    for column, value in wanted.items():
        before = getattr(integration, column)
        if before != value:
            audit[column] = (before, value)
            setattr(integration, column, value)
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
