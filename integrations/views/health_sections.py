"""What the settings page needs for 自動反映の一時停止 and 通知先 (S6, X3)."""

from __future__ import annotations

from typing import Any

from integrations.choices import WebhookMode
from integrations.health_forms import AddressForm, HoldForm
from integrations.models import SmartHRIntegration
from integrations.services.holds import kept_deliveries, preview_since_hold
from integrations.services.notification_addresses import addresses_of
from integrations.services.recipients import MOST_ADDRESSES

# Whose messages stand beside their buttons; of 通知先 what failed, too.
SECTIONS = ("hold", "addresses", "addresses_failed")


def health_context(integration: SmartHRIntegration) -> dict[str, Any]:
    rows = addresses_of(integration.company)
    # Until the task has ended it, a hold whose last day has passed is still there to be seen.
    is_held = integration.held_since is not None
    return {
        "is_held": is_held,
        "runs_by_itself": integration.webhook_mode != WebhookMode.OFF,
        "kept_deliveries": kept_deliveries(integration.company) if is_held else None,
        "hold_preview": preview_since_hold(integration),
        "hold_form": HoldForm(integration=integration),
        "addresses": rows,
        "may_add_address": len(rows) < MOST_ADDRESSES,
        "most_addresses": MOST_ADDRESSES,
        "address_form": AddressForm(),
    }
