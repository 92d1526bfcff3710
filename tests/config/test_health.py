import threading
import time
from collections.abc import Iterator

import pytest
import redis
from django.test import Client

from config import health

pytestmark = pytest.mark.urls("config.health")


@pytest.fixture
def hanging() -> Iterator[threading.Event]:
    """An event that a check may wait for; set at the end, so that no thread stays."""
    event = threading.Event()
    yield event
    event.set()


def test_healthz_answers_without_a_database(client: Client) -> None:
    # No database fixture: a query would fail this test.
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "up"}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_readyz_without_a_worker_is_503_and_says_so(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "database": "up",
        "broker": "up",
        "worker": "down",
    }


def test_readyz_with_a_worker_is_200(client: Client, background_worker: None) -> None:
    started = time.monotonic()

    response = client.get("/readyz")

    assert response.json() == {
        "status": "ready",
        "database": "up",
        "broker": "up",
        "worker": "up",
    }
    assert response.status_code == 200
    assert time.monotonic() - started < 1


def test_readyz_without_database_and_broker_names_both(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    def refuse() -> bool:
        raise ConnectionError("postgres://user:password@host")

    monkeypatch.setattr(health, "_ask_database", refuse)
    monkeypatch.setattr(health, "_ask_worker", lambda: False)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "database": "down",
        "broker": "down",
        "worker": "down",
    }


def test_a_failed_check_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> bool:
        raise redis.ConnectionError("redis://user:password@host")

    result = health.check_parts({"broker": refuse})

    assert result == {"broker": False}
    assert "broker is down (ConnectionError)" in caplog.text
    assert "password" not in caplog.text


def test_a_check_that_hangs_is_down_in_time(hanging: threading.Event) -> None:
    started = time.monotonic()

    result = health.check_parts(
        {"database": lambda: hanging.wait(30), "broker": lambda: True}, seconds=0.2
    )

    assert result == {"database": False, "broker": True}
    assert time.monotonic() - started < 2


def test_readyz_refuses_other_methods(client: Client) -> None:
    assert client.post("/readyz").status_code == 405
