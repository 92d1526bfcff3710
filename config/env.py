"""Typed readers of environment variables that stop the start with a clear sentence."""

import os
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.message import sanitize_address

reader = environ.Env()


def refuse(name: str, problem: str) -> NoReturn:
    raise ImproperlyConfigured(f"Environment variable {name}: {problem}")


def required(name: str, hint: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        refuse(name, f"is not set. {hint}")
    return value


def flag(name: str, *, default: bool) -> bool:
    raw = os.environ.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "on", "yes"}:
        return True
    if raw in {"0", "false", "off", "no"}:
        return False
    refuse(name, "is neither true nor false.")


def number(name: str, *, default: int) -> int:
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    if not raw.isdecimal() or not raw.isascii():
        refuse(name, "is no number.")
    return int(raw)


def entries(name: str) -> list[str]:
    """What stands between commas, stripped; empty ones are left out."""
    return [text.strip() for text in os.environ.get(name, "").split(",") if text.strip()]


def fernet_keys(name: str) -> list[str]:
    required(name, FERNET_HINT)
    keys = entries(name)
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            refuse(name, f"key {number} is not a Fernet key. {FERNET_HINT}")
    return keys


FERNET_HINT = (
    'Make one with: python -c "from cryptography.fernet import Fernet; '
    'print(Fernet.generate_key().decode())"'
)


def database(name: str, default: Path) -> dict[str, object]:
    raw = os.environ.get(name, "").strip()
    if not raw:
        default.parent.mkdir(exist_ok=True)
        raw = f"sqlite:///{default}"
    try:
        config = dict(reader.db_url_config(raw))
    except Exception:  # noqa: BLE001 - django-environ raises what its parsers raise
        refuse(name, "is no database address. Use sqlite:///path or postgres://user@host/name.")
    engine = config.get("ENGINE")
    if engine not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        refuse(name, "must start with sqlite:/// or postgres://.")
    if engine == "django.db.backends.sqlite3":
        # Two writers on SQLite's default transaction mode fail with "database is locked".
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
        # A host that is silent must not hold a delivery's sender for minutes (W5).
        config["OPTIONS"] = {"connect_timeout": 4, "tcp_user_timeout": 4000, **_options(config)}
    return config


def _options(config: dict[str, object]) -> dict[str, object]:
    options = config.get("OPTIONS")
    return dict(options) if isinstance(options, dict) else {}


def http_url(name: str, default: str) -> str:
    value = (os.environ.get(name, "").strip() or default).rstrip("/")
    parts = urlsplit(value.replace("{subdomain}", "subdomain"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        refuse(name, "must be an address that starts with https:// or http://.")
    return value


def sender(name: str, default: str) -> str:
    """A mail address, alone or as `Name <address>`."""
    value = os.environ.get(name, "").strip() or default
    _, address = parseaddr(value)
    local, _, domain = address.partition("@")
    if not local or not domain or not value.isprintable() or not _can_be_sent(value):
        refuse(name, "must be a mail address, alone or as: Name <name@example.com>")
    return value


def _can_be_sent(value: str) -> bool:
    try:
        sanitize_address(value, "utf-8")
    except (ValueError, AttributeError):  # the latter from inside the parser
        return False
    return True


def redis_url(name: str) -> str | None:
    value = os.environ.get(name, "").strip()
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        refuse(name, "must start with redis:// or rediss://.")
    return value or None


def ip_addresses(name: str) -> list[str]:
    """Addresses, or networks as in 203.0.113.0/28, separated by commas."""
    found = entries(name)
    for number, text in enumerate(found, start=1):
        try:
            ip_network(text)
        except ValueError:
            refuse(name, f"entry {number} is neither an IP address nor a network.")
    return found


def choice(name: str, *, options: set[str], default: str) -> str:
    value = os.environ.get(name, "").strip() or default
    if value not in options:
        refuse(name, f"must be one of {', '.join(sorted(options))}.")
    return value
