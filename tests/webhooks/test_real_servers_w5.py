"""W5 through real web servers: no request with the right secret is ever answered 4xx."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterable
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from tests.integrations.conftest import Customer
from tests.webhooks.posts import HEADER, SECRET, address, body, deliveries, stored
from webhooks.models import Delivery

CONTENT = json.dumps(body("crew_updated", uuid4())).encode()
MEBIBYTE = 1024 * 1024
PENDING = ("crew_updated", "pending", "")
TOO_LARGE = ("", "pending", "body_too_large")
UNREADABLE = ("", "failed", "body_unreadable")
JSON: dict[str, Any] = {"Content-Type": "application/json"}
StartWeb = Callable[..., int]


def pieces(content: bytes) -> list[bytes]:
    """Sent chunked: of a list http.client knows no length."""
    return [content[start : start + 100_000] for start in range(0, len(content), 100_000)]


def form(content: bytes) -> dict[str, Any]:
    return {"content": content, "Content-Type": "application/x-www-form-urlencoded"}


# What is sent beside the secret, and what is stored of it.
AUTHENTIC: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "as SmartHR does": ({"content": CONTENT, **JSON}, PENDING),
    "foreign host": ({"content": CONTENT, "Host": "evil.example.com", **JSON}, PENDING),
    "odd host": ({"content": CONTENT, "Host": "a_b..c:99999", **JSON}, PENDING),
    "http behind https": ({"content": CONTENT, "X-Forwarded-Proto": "http", **JSON}, PENDING),
    "no content type": ({"content": CONTENT}, PENDING),
    "odd content type": ({"content": CONTENT, "Content-Type": ";;=/x"}, PENDING),
    "form": (form(CONTENT), PENDING),
    "form of many fields": (form(b"&".join(b"a=%d" % n for n in range(5000))), UNREADABLE),
    "multipart without boundary": (
        {"content": CONTENT, "Content-Type": "multipart/form-data"},
        PENDING,
    ),
    "odd charset": ({"content": CONTENT, "Content-Type": "application/json; charset=x"}, PENDING),
    "text wanted": ({"content": CONTENT, "Accept": "text/html", **JSON}, PENDING),
    "odd wish": ({"content": CONTENT, "Accept": "///;;q=z", **JSON}, PENDING),
    "another origin": (
        {"content": CONTENT, "Origin": "https://evil.example.com", "Referer": "x", **JSON},
        PENDING,
    ),
    "cookies": ({"content": CONTENT, "Cookie": "sessionid=x; csrftoken=y", **JSON}, PENDING),
    "a range": ({"content": CONTENT, "Range": "bytes=0-1", "If-Match": "x", **JSON}, PENDING),
    "another format": ({"content": CONTENT, "query": "?format=xml&%ff=%zz", **JSON}, PENDING),
    "no slash": ({"content": CONTENT, "slash": False, **JSON}, PENDING),
    "chunked": ({"content": pieces(CONTENT), **JSON}, PENDING),
    "3 MiB": ({"content": CONTENT.ljust(3 * MEBIBYTE), **JSON}, PENDING),
    "6 MiB": ({"content": CONTENT.ljust(6 * MEBIBYTE), **JSON}, TOO_LARGE),
    "6 MiB chunked": ({"content": pieces(CONTENT.ljust(6 * MEBIBYTE)), **JSON}, TOO_LARGE),
    "3 MiB chunked": ({"content": pieces(CONTENT.ljust(3 * MEBIBYTE)), **JSON}, PENDING),
    "nothing": ({"content": b"", **JSON}, UNREADABLE),
}


def post(
    port: int,
    path: str,
    secret: str | None,
    content: bytes | Iterable[bytes],
    *,
    query: str = "",
    slash: bool = True,
    **headers: str,
) -> int:
    sender = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        if secret is not None:
            headers[HEADER] = secret
        where = path if slash else path.rstrip("/")
        sender.request("POST", where + query, body=content, headers=headers)
        return sender.getresponse().status
    finally:
        sender.close()


@pytest.mark.parametrize("server", ["gunicorn", "waitress"])
def test_W5_no_authentic_delivery_is_answered_4xx(
    inbox: Customer, start_web: StartWeb, server: str
) -> None:
    # The limits that Django puts on browsers' requests, as on a server behind https.
    port = start_web(server, PUBLIC_URL="https://meishi.example.com", PROXY_COUNT="0")
    path = address(inbox)

    found = {}
    for name, (request, _) in AUTHENTIC.items():
        Delivery.objects.for_company(inbox.company).delete()
        found[name] = (post(port, path, SECRET, **request), stored(inbox))

    assert found == {name: (200, [kept]) for name, (_, kept) in AUTHENTIC.items()}


@pytest.mark.parametrize("server", ["gunicorn", "waitress"])
def test_W5_strangers_are_refused_before_their_body_is_read(
    inbox: Customer, start_web: StartWeb, server: str
) -> None:
    port = start_web(server)
    path = address(inbox)
    unknown = f"/webhooks/smarthr/{uuid4()}/"

    statuses = {
        post(port, path, "wrong", CONTENT, **JSON),
        post(port, path, None, CONTENT, **JSON),
        post(port, path, "", CONTENT, **JSON),
        post(port, path, "\xff\xfe", CONTENT, **JSON),
        post(port, unknown, SECRET, CONTENT, **JSON),
        post(port, "/webhooks/smarthr/%2e%2e/", SECRET, CONTENT, **JSON),
        post(port, path, "wrong", CONTENT, Host="evil.example.com", **JSON),
        post(port, path, "wrong", CONTENT, slash=False, **JSON),
        post(port, path, "wrong", pieces(CONTENT), **JSON),
    }

    assert statuses == {401}
    assert deliveries(inbox) == []


def test_W5_a_stranger_has_the_answer_while_the_body_is_still_to_come(
    inbox: Customer, start_web: StartWeb
) -> None:
    """gunicorn hands a request on with its head; waitress would gather the body first."""
    port = start_web("gunicorn")
    head = (
        f"POST {address(inbox)} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
        f"{HEADER}: wrong\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", port), timeout=5) as stranger:
        stranger.sendall(head.encode())
        answer = stranger.recv(1000)

    assert answer.startswith(b"HTTP/1.1 401 ")


def test_W5_a_sender_that_is_gone_in_the_middle_leaves_nothing(
    inbox: Customer, start_web: StartWeb
) -> None:
    port = start_web("gunicorn")
    head = (
        f"POST {address(inbox)} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
        f"{HEADER}: {SECRET}\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", port), timeout=5) as sender:
        sender.sendall(head.encode() + CONTENT)
    assert post(port, address(inbox), SECRET, CONTENT, **JSON) == 200

    assert stored(inbox) == [PENDING]


@pytest.mark.parametrize("url", ["sqlite:////nowhere/app.sqlite3", "postgres://x@127.0.0.1:1/x"])
def test_W5_without_a_database_the_answer_is_503_at_once(
    inbox: Customer, start_web: StartWeb, url: str
) -> None:
    port = start_web("gunicorn", DATABASE_URL=url)
    started = time.monotonic()

    status = post(port, address(inbox), SECRET, CONTENT, **JSON)

    assert status == 503
    assert time.monotonic() - started < 5


def test_W5_a_locked_database_is_503_within_5_seconds(inbox: Customer, start_web: StartWeb) -> None:
    port, path = start_web("gunicorn"), address(inbox)
    assert post(port, path, SECRET, CONTENT, **JSON) == 200
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        else:
            cursor.execute("BEGIN; LOCK TABLE webhooks_delivery IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        try:
            status = post(port, path, SECRET, CONTENT, **JSON)
        finally:
            cursor.execute("ROLLBACK")
    took = time.monotonic() - started

    assert status == 503
    assert took < 5
    assert post(port, path, SECRET, CONTENT, **JSON) == 200
    assert stored(inbox) == [PENDING, PENDING]


@pytest.mark.needs_postgres
def test_W5_a_connection_that_the_database_closed_costs_nothing(
    inbox: Customer, start_web: StartWeb
) -> None:
    """As after a restart of PostgreSQL."""
    port, path = start_web("gunicorn"), address(inbox)
    first = [post(port, path, SECRET, CONTENT, **JSON) for _ in range(10)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone()[0] > 0

    again = [post(port, path, SECRET, CONTENT, **JSON) for _ in range(10)]

    assert first + again == [200] * 20
    assert stored(inbox) == [PENDING] * 20


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "silent"])
def test_W5_a_broker_that_is_down_delays_no_answer(
    inbox: Customer, start_web: StartWeb, broker: str
) -> None:
    with socket.socket() as silent:  # takes connections and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        if broker == "silent":
            broker = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        port = start_web("gunicorn", REDIS_URL=broker)
        started = time.monotonic()

        statuses = [post(port, address(inbox), SECRET, CONTENT, **JSON) for _ in range(20)]

        assert statuses == [200] * 20
        assert time.monotonic() - started < 5
    assert stored(inbox) == [PENDING] * 20
