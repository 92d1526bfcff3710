"""A SmartHR client for a company's connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from integrations import encryption
from integrations.models import SmartHRIntegration
from integrations.pacing import RowPacer, pace_key
from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.haste import Haste
from integrations.smarthr.pacer import LONGEST_INLINE_WAIT


@contextmanager
def smarthr_client(
    integration: SmartHRIntegration,
    on_request: Callable[[], None] = lambda: None,
    *,
    haste: Haste | None = None,
) -> Iterator[SmartHRClient]:
    """Raises encryption.Undecryptable. With haste for a person who waits."""
    longest_wait = LONGEST_INLINE_WAIT if haste is None else haste.longest_wait
    token = encryption.decrypt(integration.token_ciphertext)
    client = SmartHRClient(
        subdomain=integration.subdomain,
        token=token,
        api_url=settings.SMARTHR_API_URL,
        pacer=RowPacer(pace_key(token, settings.SMARTHR_API_URL), longest_wait=longest_wait),
        on_request=on_request,
        haste=haste,
    )
    try:
        yield client
    finally:
        client.close()
