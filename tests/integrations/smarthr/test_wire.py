"""Against real sockets: what matters here are the bytes on the wire."""

import gzip
import socket
import time
from collections.abc import Callable

import pytest

from integrations.smarthr import deadline, transport
from integrations.smarthr.errors import (
    ConnectionFailed,
    UnexpectedAnswer,
)
from tests.integrations.smarthr.conftest import TOKEN, MakeClient
from tests.integrations.smarthr.scripted_server import reply, scripted
from tests.integrations.smarthr.test_transport import assert_backed_off

EMPTY = reply(b"[]", "x-total-count: 0")


def test_connection_is_kept_alive_and_cookies_are_not(make_client: MakeClient) -> None:
    first = reply(b"[]", "Set-Cookie: session=1; Path=/")
    with scripted(first, EMPTY, EMPTY) as server:
        client = make_client(server.url)
        for number in (1, 2, 3):
            client.departments_page(number)

        assert server.connections == 1
        head = server.requests[2].decode()
    assert head.startswith("GET /api/v1/departments?page=3&per_page=100 HTTP/1.1\r\n")
    assert f"Authorization: Bearer {TOKEN}\r\n" in head
    assert "Cookie" not in head


def test_connection_closed_by_the_server_between_requests_is_opened_again(
    make_client: MakeClient,
) -> None:
    with scripted(reply(b"[]", "Connection: close"), EMPTY) as server:
        client = make_client(server.url)
        client.departments_page(1)
        client.departments_page(2)

        assert server.connections == 2


@pytest.mark.parametrize(
    "cut",
    [
        EMPTY[:-1],
        EMPTY[:20],
        b"HTTP/1.1 200 OK\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n[]",
        b"SSH-2.0-OpenSSH\r\n",
        reply(b"no gzip", "Content-Encoding: gzip", "Connection: close"),
    ],
)
def test_answer_that_does_not_arrive_whole_is_tried_again(
    make_client: MakeClient, sleeps: list[float], cut: bytes
) -> None:
    def send(connection: socket.socket) -> None:
        connection.sendall(cut)

    with scripted(send, send, EMPTY) as server:
        page = make_client(server.url).departments_page(1)

    assert page.items == ()
    assert len(sleeps) == 2


def test_answer_that_never_arrives_whole_fails(
    make_client: MakeClient, sleeps: list[float]
) -> None:
    def cut(connection: socket.socket) -> None:
        connection.sendall(EMPTY[:-1])

    with scripted(*[cut] * 5) as server:
        client = make_client(server.url)
        with pytest.raises(ConnectionFailed):
            client.departments_page(1)

    assert client.requests == 5
    assert_backed_off(sleeps)


def test_nobody_listening_fails(make_client: MakeClient, sleeps: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(ConnectionFailed) as caught:
        make_client(f"http://127.0.0.1:{port}/api/v1").departments_page(1)

    assert str(caught.value) == "no whole answer from SmartHR: ConnectionError"
    assert_backed_off(sleeps)


def drip(start: bytes, filler: bytes) -> Callable[[socket.socket], None]:
    """A server that is never silent for long, and never done."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(400):
            connection.sendall(filler)
            time.sleep(0.02)

    return send


@pytest.mark.parametrize(
    ("start", "filler"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"b"),
        (b"", b"H"),
    ],
    ids=["length", "chunks", "chunk-size", "close", "header", "status"],
)
def test_dripping_server_does_not_hold_us(
    make_client: MakeClient,
    sleeps: list[float],
    monkeypatch: pytest.MonkeyPatch,
    start: bytes,
    filler: bytes,
) -> None:
    monkeypatch.setattr(deadline, "ANSWER_DEADLINE", 0.2)
    monkeypatch.setattr(transport, "_PATIENCE", 0.2)
    with scripted(drip(start, filler)) as server:
        client = make_client(server.url)
        started = time.monotonic()
        with pytest.raises(ConnectionFailed):
            client.departments_page(1)
        took = time.monotonic() - started

    assert 0.2 <= took < 1.0
    assert client.requests == 1  # not again: its time is used up
    assert sleeps == []


def test_slow_but_whole_answer_is_read(make_client: MakeClient) -> None:
    def slowly(connection: socket.socket) -> None:
        for start in range(0, len(EMPTY), 10):
            connection.sendall(EMPTY[start : start + 10])
            time.sleep(0.01)

    with scripted(slowly) as server:
        assert make_client(server.url).departments_page(1).total == 0


def test_redirect_is_not_followed_and_its_body_not_read(make_client: MakeClient) -> None:
    with scripted() as elsewhere:
        head = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n"
        with scripted(head.encode()) as server, pytest.raises(UnexpectedAnswer) as caught:
            make_client(server.url).departments_page(1)

        assert elsewhere.connections == 0
    assert caught.value.detail == "HTTP 302"


def test_proxy_and_netrc_of_the_environment_are_not_used(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with scripted(EMPTY) as server:
        assert make_client(server.url).departments_page(1).items == ()


def test_body_over_the_limit_is_unexpected(make_client: MakeClient) -> None:
    bomb = gzip.compress(b"[" + b" " * (33 * 1024 * 1024) + b"]")
    with scripted(reply(bomb, "Content-Encoding: gzip")) as server:
        client = make_client(server.url)
        with pytest.raises(UnexpectedAnswer) as caught:
            client.departments_page(1)

    assert caught.value.detail == "body over 33554432 bytes"
    assert client.requests == 1


def test_compressed_body_is_read(make_client: MakeClient) -> None:
    body = gzip.compress(b"[" + b" " * 1_000_000 + b"]")
    with scripted(reply(body, "Content-Encoding: gzip")) as server:
        assert make_client(server.url).departments_page(1).items == ()
