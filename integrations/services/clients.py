"""A SmartHR client for a company's connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from integrations.models import SmartHRIntegration
from integrations.pacing import RowPacer, pace_key
from integrations.services.connection import access_token
from integrations.smarthr.client import SmartHRClient


@contextmanager
def smarthr_client(
    integration: SmartHRIntegration, on_request: Callable[[], None] = lambda: None
) -> Iterator[SmartHRClient]:
    """Raises encryption.Undecryptable."""
    token = access_token(integration)
    client = SmartHRClient(
        subdomain=integration.subdomain,
        token=token,
        api_url=settings.SMARTHR_API_URL,
        pacer=RowPacer(pace_key(token, settings.SMARTHR_API_URL)),
        on_request=on_request,
    )
    try:
        yield client
    finally:
        client.close()
