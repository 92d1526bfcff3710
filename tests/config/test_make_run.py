"""The one-process mode as a newcomer meets it: a clean checkout, one command, Ctrl-C."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests

from config import demo
from tests.project_tree import NOT_OURS, ROOT

START_SECONDS = 60
SYNC_SECONDS = 60
TOKEN_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
NOT_INHERITED = {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASE_URL", "REDIS_URL"}


class LocalRun:
    def __init__(self, folder: Path, number: int) -> None:
        self.folder = folder
        self.log = folder / f"run{number}.log"
        variables = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.local"],
                cwd=folder,
                env={**variables, "PORT": "18000"},
                stdout=output,
                stderr=output,
            )
        wait_for(lambda: "Ctrl-C" in self.text or self.process.poll() is not None, START_SECONDS)
        assert "Ctrl-C" in self.text, self.text
        self.children = psutil.Process(self.process.pid).children(recursive=True)
        found = re.search(r"(http://127\.0\.0\.1:[0-9]+)/$", self.text, re.MULTILINE)
        assert found
        self.url = found[1]

    @property
    def text(self) -> str:
        return self.log.read_text()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The project's files without what a run leaves behind."""
    unwanted = shutil.ignore_patterns(*NOT_OURS, "tests", "docs", "__pycache__", ".*")
    return Path(shutil.copytree(ROOT, tmp_path / "checkout", ignore=unwanted))


@pytest.fixture
def start(checkout: Path) -> Iterator[Callable[[], LocalRun]]:
    runs: list[LocalRun] = []

    def start_one() -> LocalRun:
        runs.append(LocalRun(checkout, len(runs)))
        return runs[-1]

    yield start_one
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()


def log_in(run: LocalRun) -> requests.Session:
    session = requests.Session()
    page = session.get(f"{run.url}/login/", timeout=10).text
    answer = session.post(
        f"{run.url}/login/",
        data={
            "csrfmiddlewaretoken": token_of(page),
            "company_code": demo.COMPANY_CODE,
            "employee_id": demo.ADMIN_ID,
            "password": demo.ADMIN_PASSWORD,
        },
        timeout=10,
    )
    assert answer.url == f"{run.url}/"
    return session


def token_of(page: str) -> str:
    found = TOKEN_FIELD.search(page)
    assert found
    return found[1]


def sync(run: LocalRun, session: requests.Session, kind: str) -> str:
    """Presses the button of the settings page and answers how the run ended."""
    page = session.get(f"{run.url}/settings/smarthr/", timeout=10).text
    session.post(
        f"{run.url}/settings/smarthr/sync/{kind}/",
        data={"csrfmiddlewaretoken": token_of(page)},
        timeout=10,
    )
    wait_for(lambda: statuses(run)[-1] not in {"waiting", "running"}, SYNC_SECONDS)
    return statuses(run)[-1]


def statuses(run: LocalRun) -> list[str]:
    with sqlite3.connect(run.folder / "var" / "app.sqlite3", timeout=30) as database:
        rows = database.execute("SELECT status FROM integrations_syncrun ORDER BY id").fetchall()
    database.close()
    return [status for (status,) in rows]


def test_first_click_on_both_buttons_succeeds_and_ctrl_c_ends_it_all(
    start: Callable[[], LocalRun],
) -> None:
    run = start()
    with log_in(run) as session:
        assert requests.get(f"{run.url}/readyz", timeout=10).json()["status"] == "ready"

        assert sync(run, session, "departments") == "succeeded"
        assert sync(run, session, "employees") == "succeeded"

    assert run.end(signal.SIGINT) == 0
    psutil.wait_procs(run.children, timeout=10)
    assert [child for child in run.children if child.is_running()] == []
    assert "Traceback" not in run.text


def test_a_second_start_goes_on_with_the_same_data(start: Callable[[], LocalRun]) -> None:
    first = start()
    assert first.end(signal.SIGTERM) == 0

    second = start()

    log_in(second).close()
    assert second.end(signal.SIGTERM) == 0
    assert "Traceback" not in first.text + second.text


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_a_killed_run_leaves_no_process_and_starts_again(start: Callable[[], LocalRun]) -> None:
    run = start()
    assert run.children

    run.end(signal.SIGKILL)

    psutil.wait_procs(run.children, timeout=10)
    assert [child for child in run.children if child.is_running()] == []
    log_in(start()).close()
