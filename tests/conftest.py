"""Servers and settings first, then the fixtures that all tests share."""

from tests import environment

environment.prepare()

import os  # noqa: E402
import signal  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import django  # noqa: E402
import pytest  # noqa: E402

django.setup()

from django.conf import settings as project_settings  # noqa: E402
from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.core.cache import cache  # noqa: E402
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

from tests.audit_labels import watched  # noqa: E402

pytest_plugins = ["tests.workers"]
# A `collectstatic` of some day would show its files instead of today's.
project_settings.WHITENOISE_USE_FINDERS = project_settings.WHITENOISE_AUTOREFRESH = True
# How long a busy machine takes to think of an example says nothing about the code.
hypothesis_settings.register_profile(
    "project", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("project")
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--again",
        action="store_true",
        help="only what uses the database and no browser: `make test` runs it on SQLite too",
    )


def pytest_configure(config: pytest.Config) -> None:
    # A shell starts what runs in the background deaf to Ctrl-C, and so would be every process that
    # a test starts and interrupts.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_setupnodes() -> None:
    # If its workers inherited it, pytest-django would read their settings before the first lines
    # of this file have given each of them a Redis database of its own.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_report_header(config: pytest.Config) -> list[str]:
    return os.environ[environment.LINES].splitlines()


def pytest_unconfigure(config: pytest.Config) -> None:
    environment.end()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = {
        "needs_postgres": None if environment.has_postgres() else "needs PostgreSQL: there is none",
        "needs_redis": None if environment.has_redis() else "needs Redis: there is none",
    }
    if config.getoption("--again"):
        left_out = [item for item in items if not _is_worth_a_second_run(item, missing)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def _is_worth_a_second_run(item: pytest.Item, missing: dict[str, str | None]) -> bool:
    if item.get_closest_marker("journey"):
        return False
    if any(item.get_closest_marker(marker) for marker, reason in missing.items() if reason):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or DATABASE_FIXTURES & fixtures)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which tests had no server to run on."""
    skipped = terminalreporter.stats.get("skipped", [])
    without = [report.nodeid for report in skipped if ": there is none" in str(report.longrepr)]
    if without:
        terminalreporter.section("tests that had no server")
        terminalreporter.write_line(os.environ[environment.LINES])
        for nodeid in sorted(without):
            terminalreporter.write_line(f"  {nodeid}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, worker_id: str
) -> None:
    """SQLite in a file as in real life: in memory it has other locks, and no second process."""
    database: dict[str, Any] = project_settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        path = Path(environment.folder()) / f"{worker_id}.sqlite3"
        database.setdefault("TEST", {})["NAME"] = str(path)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2 still, at the least cost that it takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Argon2PasswordHasher, "time_cost", 1)
        patch.setattr(Argon2PasswordHasher, "memory_cost", 8)
        patch.setattr(Argon2PasswordHasher, "parallelism", 1)
        yield


@pytest.fixture(scope="session", autouse=True)
def audit_lines_have_words() -> Iterator[None]:
    """Whoever writes a line of the audit log, in whichever test."""
    with watched():
        yield


@pytest.fixture(autouse=True)
def empty_cache_and_media(settings: object, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    yield
    cache.clear()
