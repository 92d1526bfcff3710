import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from simulator.account import Account
from simulator.state_file import StateFile

from .waiting import wait_for

ROOT = Path(__file__).parents[2]
TOKEN = "shr_0000_demo"


def restored(path: Path) -> Account:
    account = Account("demo")
    assert StateFile(path, {"demo": account}).restore()
    return account


def test_state_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "var" / "state.json"
    account = Account("demo")
    account.generate(people=20, departments=12)
    account.add_crew(last_name="\ud800髙﨑")
    account.add_webhook(url="https://example.com/", secret_token="s")

    StateFile(path, {"demo": account}).save()
    again = restored(path)

    assert again.crews == account.crews
    assert again.departments == account.departments
    assert again.webhooks == account.webhooks
    assert again.add_crew() not in account.crews
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_state_is_no_error(tmp_path: Path) -> None:
    assert not StateFile(tmp_path / "none.json", {}).restore()


@pytest.mark.parametrize("text", ["{", "[]", '{"accounts": {}}', '{"accounts": {"demo": {}}}'])
def test_broken_state_is_kept_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)

    assert not StateFile(path, {"demo": Account("demo")}).restore()
    assert (tmp_path / "state.broken").read_text() == text


def test_changes_are_saved_soon_and_once_more_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    account = Account("demo")
    state = StateFile(path, {"demo": account})
    state.start()

    key = account.add_crew()
    wait_for(path.exists)
    account.change_crew(key, last_name="鈴木")
    state.close()

    assert restored(path).crews[key]["last_name"] == "鈴木"
    assert not path.with_suffix(".new").exists()


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "simulator", "--port", "0", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_announces_itself_and_ends_cleanly(tmp_path: Path, number: int) -> None:
    path = tmp_path / "state.json"
    arguments = ("--token", TOKEN, "--people", "30", "--departments", "3", "--state", str(path))

    with running(*arguments) as (process, line):
        api = line.rstrip(")\n").split()[-1]
        headers = {"Authorization": f"Bearer {TOKEN}"}
        made = requests.post(f"{api}/crews", json={"emp_code": "new"}, headers=headers, timeout=5)
        process.send_signal(number)
        code = process.wait(5)

    assert line.startswith("SmartHR simulator ready: http://127.0.0.1:")
    assert "/demo/ (30 people, API " in line
    assert made.status_code == 201
    assert code == 0
    assert len(json.loads(path.read_text())["accounts"]["demo"]["crews"]) == 31


def test_restart_keeps_the_data(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    account = Account("demo")
    account.add_crew()
    StateFile(path, {"demo": account}).save()

    with running("--token", TOKEN, "--state", str(path)) as (_, line):
        assert "(1 people, API " in line


def test_process_without_a_token_says_so() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "SIMULATOR_TOKEN"}

    result = subprocess.run(
        [sys.executable, "-m", "simulator", "--port", "0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )

    assert result.returncode == 2
    assert result.stderr == "simulator: give --token or SIMULATOR_TOKEN\n"
