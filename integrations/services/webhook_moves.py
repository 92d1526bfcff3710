"""What saving the connection or the mode does to our webhook (W2, W3, W10)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.utils import timezone

from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration, WebhookRemoval
from integrations.reason_texts import FIXED
from integrations.reasons import Reason
from integrations.services.wanted_settings import RefusedNow
from integrations.services.webhook_registration import (
    Registered,
    RegistrationFailed,
    register,
    working,
)
from integrations.services.webhook_removals import (
    ask_removal,
    intend_to_make,
    narrow_removals,
    remove_unfinished,
)
from integrations.services.webhook_secrets import provide_secret
from integrations.webhook_texts import refused_text

FIELD = "webhook_mode"


@dataclass(frozen=True, slots=True)
class Move:
    """From the settings as they are saved to those that are wanted, not saved yet."""

    before: SmartHRIntegration
    after: SmartHRIntegration
    # The mode was given, also if it is the one that is saved: SmartHR is looked at again.
    mode_given: bool = False

    @property
    def is_other_connection(self) -> bool:
        names = ("subdomain", "token_ciphertext")
        return any(getattr(self.before, name) != getattr(self.after, name) for name in names)

    @property
    def registers(self) -> bool:
        is_auto = self.after.webhook_mode == WebhookMode.AUTO
        was_auto = self.before.webhook_mode == WebhookMode.AUTO
        return is_auto and (self.mode_given or not was_auto or self.is_other_connection)

    @property
    def turns_on(self) -> bool:
        return WebhookMode.OFF == self.before.webhook_mode != self.after.webhook_mode


def prepare(move: Move) -> Registered | None:
    """At SmartHR, before anything is saved; raises RefusedNow, and then nothing may be saved."""
    if move.after.webhook_mode == WebhookMode.OFF:
        return None
    if not move.registers:
        if move.turns_on:  # by hand: from now on nobody could tell them apart
            remove_unfinished(move.before.company_id)
        provide_secret(move.after)  # W3: there is one to show
        return None
    if not move.after.is_connected:
        raise RefusedNow(FIELD, FIXED[Reason.NOT_CONNECTED].both)
    try:
        return register(move.after, before_making=partial(intend_to_make, move.after))
    except RegistrationFailed as failure:
        was_on = move.before.webhook_mode == WebhookMode.AUTO
        text = refused_text(failure.code, failure.detail, was_on=was_on)
        raise RefusedNow(FIELD, text.both) from None


def follow(move: Move, registered: Registered | None) -> WebhookRemoval | None:
    """Sets the columns of `after` that follow, in the transaction that saves it.

    What it returns is the webhook that is left behind.
    """
    before, after = move.before, move.after
    is_other = before.webhook_mode != after.webhook_mode or move.is_other_connection
    if registered is not None or is_other:
        for side in (before, after):
            if side.webhook_mode != WebhookMode.OFF:
                narrow_removals(side)
    removal = _left_behind(move, registered)
    if registered is not None:
        for column, value in working(registered).items():
            setattr(after, column, value)
    elif before.webhook_mode != after.webhook_mode:
        after.webhook_remote_id = ""
        after.webhook_problem, after.webhook_problem_detail = "", {}
    if before.webhook_mode != after.webhook_mode and after.webhook_mode == WebhookMode.MANUAL:
        after.webhook_confirmed_at = None
    if move.turns_on and after.people_imported_at:
        after.changes_wanted_at = timezone.now()  # W10: by a sync that begins from now on
    return removal


def _left_behind(move: Move, registered: Registered | None) -> WebhookRemoval | None:
    """None where there is none, or where the same account has it still and it was repaired."""
    before, after = move.before, move.after
    if before.webhook_mode != WebhookMode.AUTO or not before.webhook_remote_id:
        return None
    same_subdomain = before.subdomain == after.subdomain
    if after.webhook_mode == WebhookMode.AUTO:
        kept_here = same_subdomain or registered is None or registered.was_known
        return None if kept_here else ask_removal(before, before.webhook_remote_id)
    # Of the same account, by the token that works.
    return ask_removal(after if same_subdomain else before, before.webhook_remote_id)
