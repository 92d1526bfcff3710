"""Which address a try to log in came from."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+")
IPV6_PREFIX = 64  # what one customer of a provider gets


def client_address(request: HttpRequest) -> str:
    """An IPv4 address, an IPv6 network of /64, or "" where nobody names one.

    Behind n proxies (PROXY_COUNT) it is the n-th entry of X-Forwarded-For from the right, which
    our outermost proxy wrote; what stands left of it is whatever the client claimed.
    """
    claims = request.headers.get("X-Forwarded-For", "").split(",")
    proxies: int = settings.PROXY_COUNT
    written = claims[-proxies] if 0 < proxies <= len(claims) else ""
    return _network(written) or _network(request.META.get("REMOTE_ADDR", ""))


def _network(text: str) -> str:
    """ "" for what is no address."""
    text = text.strip()
    if match := _WITH_PORT.fullmatch(text):  # some proxies add the port
        text = match[1] or match[2]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), IPV6_PREFIX), strict=False))
