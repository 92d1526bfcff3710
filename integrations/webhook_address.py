"""Where SmartHR sends deliveries of one company (W2, W3)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from integrations.models import SmartHRIntegration


def webhook_address(integration: SmartHRIntegration) -> str:
    root = settings.PUBLIC_URL.rstrip("/")
    return f"{root}/webhooks/smarthr/{integration.webhook_public_id}/"


def is_ours(url: str, integration: SmartHRIntegration) -> bool:
    """Whether a webhook's URL names this company, also under a PUBLIC_URL of earlier.

    Nobody else knows the public id; every other webhook is foreign and left alone.
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return False
    return str(integration.webhook_public_id) in path.lower().split("/")
