"""Celery workers for tests: real processes on Redis, threads on the in-process broker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from config.child_process import ending_with_this_process
from tests import environment

START_SECONDS = 30
Worker = subprocess.Popen[bytes]
# Takes variables of the environment that shall be others than the test's.
StartWorker = Callable[..., Worker]


def database_url() -> str:
    """The test database, for another process."""
    values: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    login = quote(values["USER"], safe="")
    if values["PASSWORD"]:
        login += f":{quote(values['PASSWORD'], safe='')}"
    address = f"{values['HOST']}:{values['PORT'] or 5432}"
    return f"postgres://{login}@{address}/{values['NAME']}"


def child_environment() -> dict[str, str]:
    """For manage.py, a worker or a web server that shall see what the test sees."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "SMARTHR_API_URL": settings.SMARTHR_API_URL,
        "PUBLIC_URL": settings.PUBLIC_URL,
    }


@pytest.fixture
def start_celery_worker(transactional_db: None, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts a worker process, with beat, on the test database; as often as it is called.

    Needs Redis. The settings that matter (SMARTHR_API_URL) are those at the time of the call.
    """
    if not environment.has_redis():
        pytest.skip("needs Redis: there is none")
    workers: list[Worker] = []

    def start(**variables: str) -> Worker:
        log = tmp_path / f"worker{len(workers)}.log"
        worker = _start(log, variables)
        workers.append(worker)
        _wait_until_it_answers(worker, log)
        return worker

    yield start
    for worker in workers:
        stop(worker)
    for log in sorted(tmp_path.glob("worker*.log")):
        print(log.read_text(errors="replace"))  # noqa: T201 - pytest shows it where a test failed


@pytest.fixture
def celery_worker_process(start_celery_worker: StartWorker) -> Worker:
    """A real Celery worker, as in production."""
    return start_celery_worker()


@pytest.fixture
def background_worker(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[None]:
    """Something that does the background work: a process, or threads where there is no Redis."""
    if environment.has_redis():
        request.getfixturevalue("celery_worker_process")
        yield
        return
    from config.celery import app
    from config.local.background import BackgroundWork

    background = BackgroundWork(app)
    background.start()
    deadline = time.monotonic() + START_SECONDS
    while not app.control.ping(timeout=0.3, limit=1):  # its threads start one after the other
        assert time.monotonic() < deadline
    yield
    assert background.stop()


def kill_with_children(worker: Worker) -> None:
    """kill -9. The worker leads a session of its own: its pool goes with it."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def stop(worker: Worker) -> None:
    if worker.poll() is None:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def _start(log: Path, variables: Mapping[str, str]) -> Worker:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "--queues",
        "syncs,webhooks",
    ]
    queues = ["--queues", "syncs,webhooks"]
    options = ["--concurrency", "2", "--loglevel", "INFO", "--beat", "--without-mingle"]
    scheduler = ["--scheduler", "celery.beat:Scheduler", "--hostname", f"{log.stem}@%h"]
    with log.open("wb") as output:
        return subprocess.Popen(
            [*command, *queues, *options, *scheduler],
            env={**child_environment(), **variables},
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=ending_with_this_process(),  # noqa: PLW1509 - libc was loaded before
        )


def _wait_until_it_answers(worker: Worker, log: Path) -> None:
    from config.celery import app

    deadline = time.monotonic() + START_SECONDS
    while not app.control.ping(timeout=0.3, limit=1):
        if worker.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"The worker did not start:\n{log.read_text(errors='replace')[-2000:]}")
