"""What the tests of our webhook at SmartHR share."""

from __future__ import annotations

from typing import Any

from integrations.models import SmartHRIntegration
from integrations.services.webhook_secrets import current_secret
from integrations.webhook_address import webhook_address
from tests.integrations.conftest import Customer

FOREIGN = "https://elsewhere.example.com/webhooks/smarthr/00000000-0000-4000-8000-000000000000/"
NEW_TOKEN = "shr_5678_new-token-new-token-new-token-7890"
RIGHT = {
    **dict.fromkeys(("crew_created", "crew_updated", "crew_deleted", "crew_imported"), True),
    **dict.fromkeys(
        ("dependent_created", "dependent_updated", "dependent_deleted", "dependent_imported"),
        False,
    ),
    "expose_only_id": True,
    "disabled_at": None,
}


def turn_on(customer: Customer) -> Any:
    answer = customer.configure("--webhook-mode", "auto")
    assert (answer.code, answer["webhook_mode"]) == (0, "auto")
    return answer


def as_it_should_be(customer: Customer) -> dict[str, Any]:
    integration = customer.integration
    return {
        **RIGHT,
        "url": webhook_address(integration),
        "secret_token": current_secret(integration),
    }


def ours(customer: Customer) -> list[dict[str, Any]]:
    """The webhooks at SmartHR that name the company, as far as they matter."""
    mine = str(customer.integration.webhook_public_id)
    found = [w for w in customer.account.webhooks.values() if mine in str(w["url"])]
    keys = as_it_should_be(customer).keys()
    return [{key: webhook.get(key) for key in keys} for webhook in found]


def remote_ids(customer: Customer) -> list[str]:
    mine = str(customer.integration.webhook_public_id)
    return [k for k, webhook in customer.account.webhooks.items() if mine in str(webhook["url"])]


def state(customer: Customer) -> dict[str, Any]:
    row = SmartHRIntegration.objects.for_company(customer.company).values().get()
    # That there is a secret is no setting: it is kept before anybody is told of it.
    return {k: v for k, v in row.items() if k != "webhook_secret_ciphertext"}
