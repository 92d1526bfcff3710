"""smarthr_configure --company CODE [options]; the token comes from SMARTHR_TOKEN."""

import argparse
import os
from typing import Any

from django.core.management.base import CommandParser

from companies.audit import command
from companies.commands import CompanyCommand, Exit
from integrations.choices import DeletionPolicy, NameSource, RetiredPolicy, WebhookMode
from integrations.models import SmartHRIntegration
from integrations.services.connection import (
    UNSET,
    ConnectionChanges,
    RefusedNow,
    RefusedValue,
    Unset,
    configure,
)

NO_SLOT = "none"
NO_EXPIRY = "none"


class Command(CompanyCommand):
    help = "Sets what the settings screen sets, with the same checks."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        slots = [NO_SLOT, *map(str, range(1, 11))]
        parser.add_argument("--subdomain", metavar="S")
        parser.add_argument("--department-slot", choices=slots)
        parser.add_argument("--webhook-mode", choices=WebhookMode.values)
        parser.add_argument("--hourly-sync", choices=["on", "off"])
        parser.add_argument("--nightly-sync", choices=["on", "off"])
        parser.add_argument("--deletion", choices=DeletionPolicy.values)
        parser.add_argument("--retired", choices=RetiredPolicy.values)
        parser.add_argument("--name-source", choices=NameSource.values)
        parser.add_argument("--force-password-change", choices=["on", "off"])
        parser.add_argument("--initial-password-days", type=_days, metavar="N|none")
        parser.add_argument("--accept-account", action="store_true")

    def run(self, **options: Any) -> None:
        company = self.company(options)
        try:
            integration = configure(
                company=company, actor=command("smarthr_configure"), changes=_changes(options)
            )
        except RefusedNow as refusal:
            self.stop(Exit.FAILED, refusal.message, field=refusal.field)
        except RefusedValue as refusal:
            self.stop(Exit.WRONG_USAGE, refusal.message, field=refusal.field)
        data = _state(integration)
        text = "\n".join(f"{name}: {value}" for name, value in data.items())
        self.say(Exit.DONE, data, text)


def _changes(options: dict[str, Any]) -> ConnectionChanges:
    return ConnectionChanges(
        subdomain=options["subdomain"],
        token=os.environ.get("SMARTHR_TOKEN") or None,
        department_slot=_slot(options["department_slot"]),
        deletion_policy=DeletionPolicy(options["deletion"]) if options["deletion"] else None,
        retired_policy=RetiredPolicy(options["retired"]) if options["retired"] else None,
        name_source=NameSource(options["name_source"]) if options["name_source"] else None,
        force_password_change=_switch(options["force_password_change"]),
        initial_password_days=options["initial_password_days"],
        accept_account=options["accept_account"],
        webhook_mode=WebhookMode(options["webhook_mode"]) if options["webhook_mode"] else None,
        hourly_sync=_switch(options["hourly_sync"]),
        nightly_sync=_switch(options["nightly_sync"]),
    )


def _switch(text: str | None) -> bool | None:
    return None if text is None else text == "on"


def _days(text: str) -> int:
    """0 for none: initial passwords never expire."""
    if text == NO_EXPIRY:
        return 0
    if not text.isascii() or not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is neither a number of days nor none")
    return int(text)


def _slot(text: str | None) -> int | Unset | None:
    if text is None:
        return UNSET
    return None if text == NO_SLOT else int(text)


def _state(integration: SmartHRIntegration) -> dict[str, Any]:
    """What is set now, with the token as "set", never as itself (T3)."""
    return {
        "status": "succeeded",
        "subdomain": integration.subdomain,
        "token_set": bool(integration.token_ciphertext),
        "token_ending": integration.token_ending,
        "department_slot": integration.department_slot,
        "webhook_mode": integration.webhook_mode,
        "hourly_sync": integration.hourly_sync,
        "nightly_sync": integration.nightly_sync,
        "deletion": integration.deletion_policy,
        "retired": integration.retired_policy,
        "name_source": integration.name_source,
        "force_password_change": integration.company.force_password_change,
        # null: not answered yet, 0: none.
        "initial_password_days": integration.company.initial_password_days,
        "account_unchecked": integration.account_unchecked,
    }
