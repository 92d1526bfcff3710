"""Another secret without losing a delivery in between, and a look at the present one (W3, W9).

Both secrets are accepted before SmartHR hears of the new one, and until a delivery has come with
it; so there is no moment at which a crash would have a delivery refused.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from integrations import encryption
from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from integrations.services.webhook_claim import Claim, RegistrationBusy, webhook_claim
from integrations.services.webhook_registration import register_and_note
from integrations.services.webhook_secrets import (
    current_secret,
    new_secret,
    old_is_accepted,
    provide_secret,
)

OFF = "「自動同期しない」のため、シークレットトークンはありません。先に自動同期を設定してください。"
TOO_SOON = (
    "前回再発行したときの古い値を、まだ受信に使っています。"
    "受信が途切れないように、古い値を無効にしてから再発行してください。"
)
OLD_IN_USE = (
    "SmartHRに新しい値をまだ登録していないため、古い値を無効にできません。"
    "Webhookの設定を保存し直してください。"
)


class RotationRefused(Exception):
    """`message` is Japanese: why not now, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def rotate_secret(*, company: Company, actor: Actor) -> None:
    """Raises RotationRefused, RegistrationBusy, and RegistrationFailed where SmartHR did not take
    the new secret: then the old one goes on, and saving or rotating again sends the new one.
    """
    with webhook_claim(company) as claim:
        integration = _begin(company, actor, claim)
        if integration.webhook_mode == WebhookMode.AUTO:
            register_and_note(integration, claim)


def revoke_old(*, company: Company, actor: Actor) -> bool:
    """Whether there was an old one. Raises RotationRefused and RegistrationBusy."""
    with webhook_claim(company) as claim, transaction.atomic():
        integration = _locked(company, claim)
        if not integration.webhook_old_secret_ciphertext:
            return False
        if integration.webhook_problem and integration.webhook_mode == WebhookMode.AUTO:
            raise RotationRefused(OLD_IN_USE)
        was_accepted = old_is_accepted(integration)
        integration.webhook_old_secret_ciphertext = ""
        integration.save(update_fields=["webhook_old_secret_ciphertext"])
        _audit(integration, actor, {"webhook_old_secret": (None, "無効")})
        return was_accepted


def reveal_secret(*, company: Company, actor: Actor) -> str:
    """W3: for a 管理者 who registers the webhook by hand. Empty where there is none to show."""
    rows = SmartHRIntegration.objects.for_company(company)
    integration: SmartHRIntegration | None = rows.filter(webhook_mode=WebhookMode.MANUAL).first()
    if integration is None:
        return ""
    with transaction.atomic():
        secret = provide_secret(integration)
        _audit(integration, actor, {}, AuditAction.SECRET_SHOWN)
    return secret


def _begin(company: Company, actor: Actor, claim: Claim) -> SmartHRIntegration:
    with transaction.atomic():
        integration = _locked(company, claim)
        if integration.webhook_mode == WebhookMode.OFF:
            raise RotationRefused(OFF)
        is_auto = integration.webhook_mode == WebhookMode.AUTO
        if old_is_accepted(integration):
            if is_auto and integration.webhook_problem:
                return integration  # the one of last time is still to be sent
            raise RotationRefused(TOO_SOON)
        known = current_secret(integration)
        integration.webhook_old_secret_ciphertext = (
            integration.webhook_secret_ciphertext if known else ""
        )
        integration.webhook_secret_ciphertext = encryption.encrypt(new_secret())
        integration.webhook_secret_seen_at = None
        if is_auto:
            integration.webhook_problem = Reason.WEBHOOK_SECRET_UNSENT
            integration.webhook_problem_detail = {}
        integration.save()
        _audit(integration, actor, {"webhook_secret": (None, "再発行")})
        return integration


def _locked(company: Company, claim: Claim) -> SmartHRIntegration:
    rows = SmartHRIntegration.objects.for_company(company)
    integration: SmartHRIntegration = rows.select_for_update().get()
    if not claim.is_held(integration):
        raise RegistrationBusy
    return integration


def _audit(
    integration: SmartHRIntegration,
    actor: Actor,
    changes: dict[str, Any],
    action: AuditAction = AuditAction.CONFIGURED,
) -> None:
    event = Event(action, "integration", integration.pk, "SmartHR連携", changes)
    write_audit(company=integration.company_id, actor=actor, events=[event])
