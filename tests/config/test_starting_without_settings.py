"""Whoever starts it with a wrong environment reads one sentence, not a traceback."""

import os
import subprocess
import sys

import pytest

from tests.project_tree import ROOT

COMMANDS = {
    "manage.py": ["manage.py", "migrate", "--plan"],
    "manage.py of an app": ["manage.py", "smarthr_sync", "--company", "x"],
    "celery worker": ["-m", "celery", "-A", "config", "worker"],
    "celery beat": ["-m", "celery", "-A", "config", "beat"],
}


def start(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *COMMANDS[command]],
        cwd=ROOT,
        env=inherited | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_variable_is_named_in_one_line(command: str) -> None:
    done = start(command)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "Environment variable SECRET_KEY: is not set. Use a long random text and keep it.\n"
    )


WRONG = {
    "FIELD_ENCRYPTION_KEYS": ("abc", "key 1 is not a Fernet key."),
    "DATABASE_URL": ("mysql://host/name", "must start with sqlite:/// or postgres://."),
    "REDIS_URL": ("http://host", "must start with redis:// or rediss://."),
    "PUBLIC_URL": ("meishi.example.com", "must be an address that starts with"),
    "SMARTHR_API_URL": ("ftp://host", "must be an address that starts with"),
    "EMAIL_FROM": ("nobody", "must be a mail address"),
    "DEBUG": ("maybe", "is neither true nor false."),
    "LOG_FORMAT": ("xml", "must be one of json, text."),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_variable_is_named_in_one_line(name: str) -> None:
    value, problem = WRONG[name]
    right = {key: os.environ[key] for key in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS")}

    done = start("manage.py", **{**right, name: value})

    assert done.returncode == 2
    assert done.stderr.startswith(f"Environment variable {name}: {problem}")
    assert done.stderr.count("\n") == 1
