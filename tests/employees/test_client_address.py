"""Which address a try to log in counts for: never one that the client can make up."""

from typing import Any

import pytest
from django.test import RequestFactory

from employees.client_address import client_address

CLIENT, PROXY, OUTER = "203.0.113.7", "10.0.0.1", "198.51.100.9"
FORGED = "192.0.2.66"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "address"),
    [
        (0, None, CLIENT, CLIENT),
        (0, FORGED, CLIENT, CLIENT),
        (1, CLIENT, PROXY, CLIENT),
        (1, f"{FORGED}, {CLIENT}", PROXY, CLIENT),
        (1, f"{FORGED},{FORGED} , {CLIENT} ", PROXY, CLIENT),
        (2, f"{FORGED}, {CLIENT}, {OUTER}", PROXY, CLIENT),
        # Past the outer proxy: what remains is the address that nobody can forge.
        (2, CLIENT, PROXY, PROXY),
        (1, None, PROXY, PROXY),
        (1, "", PROXY, PROXY),
        (1, "unknown", PROXY, PROXY),
        (1, f"{FORGED}, ", PROXY, PROXY),
        (1, f"{CLIENT}:51234", PROXY, CLIENT),
        (1, "[2001:db8:1:2:3::4]:443", PROXY, "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2:3::4]", PROXY, "2001:db8:1:2::/64"),
        (0, None, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (0, None, "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        (0, None, "2001:db8:1:3::1", "2001:db8:1:3::/64"),
        (0, None, "fe80::1%eth0", "fe80::/64"),
        (0, None, f"::ffff:{CLIENT}", CLIENT),
        (0, None, "", ""),
    ],
)
def test_client_address(
    settings: Any, proxies: int, forwarded: str | None, remote: str, address: str
) -> None:
    settings.PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/login/", headers=headers, REMOTE_ADDR=remote)

    assert client_address(request) == address
