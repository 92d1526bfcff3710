"""How the tests find their own servers."""

import psycopg2
import pytest
import redis

from tests import servers
from tests.started_servers import started_postgres, started_redis

NOBODY = "127.0.0.1:1"


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("CI", "TEST_DATABASE_URL", "TEST_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_none_means_none(wanted: pytest.MonkeyPatch) -> None:
    wanted.setenv("TEST_DATABASE_URL", "none")
    wanted.setenv("TEST_REDIS_URL", "none")

    with servers.available_servers() as found:
        assert (found.postgres, found.redis) == ("none", "none")
        assert found.lines == (
            "PostgreSQL: none (TEST_DATABASE_URL=none)",
            "Redis: none (TEST_REDIS_URL=none)",
        )


def test_ci_takes_sqlite_only_when_asked_for_it(wanted: pytest.MonkeyPatch) -> None:
    wanted.setenv("CI", "true")
    wanted.setenv("TEST_DATABASE_URL", "none")
    wanted.setenv("TEST_REDIS_URL", "none")

    with servers.available_servers() as found:
        assert found.postgres == "none"


def test_ci_fails_without_one_of_them(wanted: pytest.MonkeyPatch) -> None:
    wanted.setenv("CI", "true")
    wanted.setenv("TEST_DATABASE_URL", f"postgres://postgres@{NOBODY}")
    wanted.setenv("TEST_REDIS_URL", "none")

    with pytest.raises(servers.MissingServer, match="PostgreSQL: none"):
        servers.available_servers().__enter__()


@pytest.mark.parametrize(
    ("address", "problem"),
    [(f"postgres://postgres@{NOBODY}", "refused"), ("mysql://host", "does not start with")],
)
def test_a_named_server_that_is_of_no_use_is_said(
    wanted: pytest.MonkeyPatch, address: str, problem: str
) -> None:
    wanted.setenv("TEST_DATABASE_URL", address)
    wanted.setenv("TEST_REDIS_URL", f"redis://{NOBODY}")

    with servers.available_servers() as found:
        assert (found.postgres, found.redis) == ("none", "none")
        assert problem in found.lines[0]
        assert "Redis: none, TEST_REDIS_URL is of no use" in found.lines[1]


def test_where_none_answers_packages_bring_them(wanted: pytest.MonkeyPatch) -> None:
    wanted.setattr(servers, "STANDARD_POSTGRES", NOBODY)
    wanted.setattr(servers, "STANDARD_REDIS", f"redis://{NOBODY}")

    with servers.available_servers() as found:
        assert servers.problem_of_postgres(found.postgres) is None
        assert servers.problem_of_redis(found.redis) is None
        assert found.lines == (
            "PostgreSQL: started from a package for these tests",
            "Redis: started from a package for these tests",
        )


def test_started_servers_are_gone_afterwards() -> None:
    with started_postgres() as postgres, started_redis() as broker:
        psycopg2.connect(f"{postgres}/postgres").close()

    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(f"{postgres}/postgres", connect_timeout=2)
    with redis.Redis.from_url(broker) as client, pytest.raises(redis.ConnectionError):
        client.ping()
