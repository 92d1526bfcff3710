"""What the settings ask for, made up for this machine and kept in var/."""

import fcntl
import os
import secrets
import shlex
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from cryptography.fernet import Fernet

VAR = Path(__file__).resolve().parent.parent.parent / "var"
HOST = "127.0.0.1"


class AlreadyRunning(Exception):
    """Another process serves the data in var/."""


def hold_lock(folder: Path = VAR) -> IO[str]:
    """One process only: two would each run the other's background work. Keep the result."""
    folder.mkdir(exist_ok=True)
    lock = (folder / "local.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        where = lock.read().strip()
        lock.close()
        raise AlreadyRunning(where) from None
    return lock


def make_secrets(folder: Path = VAR) -> None:
    """Puts the secrets into the environment; the first start makes those that are not set."""
    kept = folder / "secrets.env"
    if not kept.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        }
        write_variables(kept, made)
    for name, value in read_variables(kept).items():
        os.environ.setdefault(name, value)


def write_variables(path: Path, variables: Mapping[str, str]) -> None:
    """A file for `set -a; . FILE`, complete or not there, that only its owner can read."""
    text = "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_variables(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}


def listen(wanted: int) -> socket.socket:
    """A listening socket on the wanted port, or on a free one when that is taken."""
    for port in (*range(wanted, min(wanted + 10, 65536)), 0):
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((HOST, port))
            server.listen(1024)
        except OSError:
            server.close()
        else:
            return server
    raise OSError(f"no port of {HOST} is free")


def port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])
