"""PostgreSQL and Redis for the tests.

Named by TEST_DATABASE_URL and TEST_REDIS_URL (`none`: do without); else those that answer on this
machine's standard ports; else started from packages for as long as the tests run.
"""

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from subprocess import SubprocessError
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis

from tests.started_servers import started_postgres, started_redis

NONE = "none"
STANDARD_POSTGRES = "localhost:5432"
STANDARD_REDIS = "redis://localhost:6379"


class MissingServer(Exception):
    """CI without one of the servers would be green for tests that did not run."""


@dataclass(frozen=True, slots=True)
class Servers:
    # Which database they name does not matter; `none` where there is none.
    postgres: str
    redis: str
    # For people: what is used and where it comes from.
    lines: tuple[str, ...]

    def export(self) -> None:
        """For the processes that this one starts."""
        os.environ["TEST_DATABASE_URL"] = self.postgres
        os.environ["TEST_REDIS_URL"] = self.redis


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    variable: str
    scheme: tuple[str, ...]
    standard: tuple[str, ...]
    problem_of: Callable[[str], str | None]
    started: Callable[[], AbstractContextManager[str]]


def problem_of_postgres(url: str) -> str | None:
    """Why this server cannot be used, or None."""
    try:
        connection = psycopg2.connect(with_database(url, "postgres"), connect_timeout=3)
    except psycopg2.OperationalError as error:
        return str(error).strip().splitlines()[0]
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            )
            row = cursor.fetchone()
    finally:
        connection.close()
    return None if row and row[0] else "its user may not create databases"


def with_database(url: str, name: str) -> str:
    """The address of one database of that server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def problem_of_redis(url: str) -> str | None:
    client = redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3)
    try:
        client.ping()
    except redis.RedisError as error:
        return str(error)
    finally:
        client.close()
    return None


def _kinds() -> tuple[Kind, Kind]:
    user = getpass.getuser()
    users = ("postgres", "postgres:postgres", user)
    standard = tuple(f"postgres://{user}@{STANDARD_POSTGRES}" for user in users)
    return (
        Kind(
            "PostgreSQL",
            "TEST_DATABASE_URL",
            ("postgres://", "postgresql://"),
            standard,
            problem_of_postgres,
            started_postgres,
        ),
        Kind(
            "Redis",
            "TEST_REDIS_URL",
            ("redis://", "rediss://"),
            (STANDARD_REDIS,),
            problem_of_redis,
            started_redis,
        ),
    )


@contextmanager
def available_servers() -> Iterator[Servers]:
    """Finds or starts what there is; raises MissingServer in CI where something is not there."""
    wanted_none = all(_wanted(kind) == NONE for kind in _kinds())
    with ExitStack() as until_the_end:
        found = [_find(kind, until_the_end) for kind in _kinds()]
        lines = tuple(line for _, line in found)
        is_missing = any(url == NONE for url, _ in found)
        if is_missing and not wanted_none and os.environ.get("CI", "").lower() == "true":
            raise MissingServer("; ".join(lines))
        yield Servers(found[0][0], found[1][0], lines)


def _wanted(kind: Kind) -> str:
    return os.environ.get(kind.variable, "").strip()


def _find(kind: Kind, until_the_end: ExitStack) -> tuple[str, str]:
    """Address and what to tell about it."""
    wanted = _wanted(kind)
    if wanted == NONE:
        return NONE, f"{kind.name}: none ({kind.variable}=none)"
    if wanted:
        problem = _problem_of_wanted(kind, wanted)
        if problem is None:
            return wanted, f"{kind.name}: the one of {kind.variable}"
        return NONE, f"{kind.name}: none, {kind.variable} is of no use ({problem})"
    for url in kind.standard:
        if kind.problem_of(url) is None:
            return url, f"{kind.name}: {url}"
    try:
        url = until_the_end.enter_context(kind.started())
    except (OSError, ImportError, RuntimeError, SubprocessError) as error:
        return NONE, f"{kind.name}: none, it could not be started ({error})"
    return url, f"{kind.name}: started from a package for these tests"


def _problem_of_wanted(kind: Kind, url: str) -> str | None:
    if not url.startswith(kind.scheme):
        return f"its address does not start with {kind.scheme[0]}"
    return kind.problem_of(url)
