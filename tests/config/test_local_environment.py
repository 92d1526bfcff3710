import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.local import environment

SECRETS = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS")


@pytest.fixture
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        # Set before deleted, so that monkeypatch takes away again what the test sets.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("no_secrets")
def test_first_start_makes_secrets_that_only_the_owner_can_read(tmp_path: Path) -> None:
    environment.make_secrets(tmp_path)

    kept = tmp_path / "secrets.env"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(os.environ["SECRET_KEY"]) >= 50
    Fernet(os.environ["FIELD_ENCRYPTION_KEYS"])


@pytest.mark.usefixtures("no_secrets")
def test_second_start_takes_the_same_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.make_secrets(tmp_path)
    first = [os.environ[name] for name in SECRETS]
    for name in SECRETS:
        monkeypatch.delenv(name)

    environment.make_secrets(tmp_path)

    assert [os.environ[name] for name in SECRETS] == first


@pytest.mark.usefixtures("no_secrets")
def test_a_secret_of_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "from outside")

    environment.make_secrets(tmp_path)

    assert os.environ["SECRET_KEY"] == "from outside"


@pytest.mark.parametrize("value", ["plain", "with space", "quo'te", 'dou"ble', "$HOME=#"])
def test_variables_come_back_as_they_were_written(tmp_path: Path, value: str) -> None:
    path = tmp_path / "some.env"

    environment.write_variables(path, {"NAME": value, "OTHER": "x"})

    assert environment.read_variables(path) == {"NAME": value, "OTHER": "x"}
    assert list(tmp_path.iterdir()) == [path]


def test_a_taken_port_gives_way_to_a_free_one() -> None:
    with environment.listen(0) as first:
        taken = environment.port_of(first)

        with environment.listen(taken) as second:
            assert environment.port_of(second) != taken


def test_a_second_process_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    with environment.hold_lock(tmp_path) as lock:
        lock.write("http://127.0.0.1:8000")
        lock.flush()

        with pytest.raises(environment.AlreadyRunning, match=r"^http://127\.0\.0\.1:8000$"):
            environment.hold_lock(tmp_path)

    environment.hold_lock(tmp_path).close()
