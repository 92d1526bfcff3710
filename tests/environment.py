"""The environment of the tests, set before Django reads its settings."""

import atexit
import os
import re
import shutil
import sys
import tempfile
from contextlib import ExitStack
from urllib.parse import urlsplit

import psycopg2
import redis

from tests.servers import NONE, MissingServer, Servers, available_servers, with_database

# Of no worth to anybody.
SECRET_KEY = "tests-and-nothing-but-tests-0123456789abcdefghij"
FIELD_ENCRYPTION_KEYS = "dGVzdHMtYW5kLW5vdGhpbmctYnV0LXRlc3RzLTAxMjM="
# PostgreSQL's names carry it, so that runs at the same time do not meet.
RUN = "TEST_RUN"
LINES = "TEST_SERVERS"
REDIS_CLAIMS = "tests:databases"
CLAIM_SECONDS = 2 * 60 * 60
# A developer's own settings would change what the tests see.
NOT_FOR_TESTS = (
    *("ALLOWED_HOSTS", "DEBUG", "EMAIL_FROM", "EMAIL_URL", "LOG_FORMAT", "PORT"),
    *("OUTGOING_IPS", "PROXY_COUNT", "PUBLIC_URL", "SENTRY_DSN", "SMARTHR_API_URL"),
)

_until_the_end = ExitStack()
# Frees what there is to free; pytest calls it, and the exit for runs that never got that far.
end = _until_the_end.close
atexit.register(end)


def prepare() -> None:
    """In pytest's main process finds or starts the servers; its workers inherit the result."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        try:
            servers = _until_the_end.enter_context(available_servers())
        except MissingServer as problem:
            sys.exit(f"CI needs both servers. {problem}")
        servers.export()
        os.environ[LINES] = "\n".join(servers.lines)
        os.environ[RUN] = str(os.getpid())
        os.environ["TEST_FOLDER"] = tempfile.mkdtemp(prefix="tests-files-")
        _until_the_end.callback(shutil.rmtree, folder(), ignore_errors=True)
        _drop_left_over_databases(servers)
    for name in NOT_FOR_TESTS:
        os.environ.pop(name, None)
    os.environ.update(
        SECRET_KEY=SECRET_KEY,
        FIELD_ENCRYPTION_KEYS=FIELD_ENCRYPTION_KEYS,
        DATABASE_URL=_database_url(),
        REDIS_URL=_redis_url(),
        DJANGO_SETTINGS_MODULE="config.settings",
        # Playwright keeps an event loop running in the test's thread, where Django would refuse
        # every query. No code of this project is asynchronous.
        DJANGO_ALLOW_ASYNC_UNSAFE="1",
    )


def has_postgres() -> bool:
    return os.environ["TEST_DATABASE_URL"] != NONE


def has_redis() -> bool:
    return os.environ["TEST_REDIS_URL"] != NONE


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"


def folder() -> str:
    return os.environ["TEST_FOLDER"]


def _database_url() -> str:
    if not has_postgres():
        return f"sqlite:///{folder()}/main.sqlite3"
    return with_database(os.environ["TEST_DATABASE_URL"], f"run_{os.environ[RUN]}")


def _redis_url() -> str:
    """A database of the server for this process alone."""
    if not has_redis():
        return ""
    server = os.environ["TEST_REDIS_URL"]
    claims = redis.Redis.from_url(with_database(server, "0"))
    for number in range(1, 16):
        url = with_database(server, str(number))
        if _is_ours(claims, number, url):
            _until_the_end.callback(_release, claims, number, url)
            return url
    sys.exit("Every database of the Redis server is in use; set TEST_REDIS_URL to another server.")


def _is_ours(claims: "redis.Redis", number: int, url: str) -> bool:
    """Whether this process may use, and empty, that database: never one with others' keys."""
    claim = f"{REDIS_CLAIMS}:{number}"
    owner = claims.get(claim)
    if isinstance(owner, bytes) and not _is_alive(int(owner)):
        claims.delete(claim)  # its tests were killed
    client = redis.Redis.from_url(url)
    is_known = claims.sismember(REDIS_CLAIMS, str(number))
    if not is_known and client.dbsize():
        return False
    if not claims.set(claim, os.getpid(), nx=True, ex=CLAIM_SECONDS):
        return False
    claims.sadd(REDIS_CLAIMS, str(number))
    client.flushdb()
    client.close()
    return True


def _release(claims: "redis.Redis", number: int, url: str) -> None:
    client = redis.Redis.from_url(url)
    client.flushdb()
    client.close()
    claims.srem(REDIS_CLAIMS, str(number))
    claims.delete(f"{REDIS_CLAIMS}:{number}")
    claims.close()


def _drop_left_over_databases(servers: Servers) -> None:
    """Those of runs on this machine that were killed."""
    host = urlsplit(servers.postgres).hostname
    if servers.postgres == NONE or host not in {"localhost", "127.0.0.1", "::1"}:
        return
    connection = psycopg2.connect(with_database(servers.postgres, "postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test_run_%'")
        for (name,) in cursor.fetchall():
            match = re.fullmatch(r"test_run_([0-9]+)(_gw[0-9]+)?", name)
            if match and not _is_alive(int(match[1])):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    connection.close()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
