import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage

from config import env
from tests.project_tree import ROOT


def test_no_database_address_is_sqlite_in_a_folder_that_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL")

    config = env.database("DATABASE_URL", tmp_path / "var" / "app.sqlite3")

    assert config["NAME"] == str(tmp_path / "var" / "app.sqlite3")
    assert (tmp_path / "var").is_dir()


def test_sqlite_takes_its_lock_at_the_start_of_a_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/app.sqlite3")

    options = env.database("DATABASE_URL", Path("unused"))["OPTIONS"]

    assert isinstance(options, dict)
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


def test_postgres_answers_or_fails_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://user:pass%40word@host:5433/name?sslmode=require")

    config = env.database("DATABASE_URL", Path("unused"))

    assert config["PASSWORD"] == "pass@word"
    assert config["PORT"] == 5433
    assert config["OPTIONS"] == {
        "connect_timeout": 4,
        "tcp_user_timeout": 4000,
        "sslmode": "require",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("", True), ("1", True), ("True", True), ("on", True), ("0", False), ("no", False)],
)
def test_flags(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("SOME_FLAG", text)

    assert env.flag("SOME_FLAG", default=True) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", []),
        (" , ", []),
        ("203.0.113.5", ["203.0.113.5"]),
        (" 203.0.113.5, 203.0.113.16/28 ,", ["203.0.113.5", "203.0.113.16/28"]),
        ("2001:db8::5", ["2001:db8::5"]),
    ],
)
def test_ip_addresses(monkeypatch: pytest.MonkeyPatch, text: str, value: list[str]) -> None:
    monkeypatch.setenv("SOME_IPS", text)

    assert env.ip_addresses("SOME_IPS") == value


@pytest.mark.parametrize(
    "text", ["203.0.113", "203.0.113.5 203.0.113.6", "acme.example", "10.0.0.1/8", "<b>"]
)
def test_what_is_no_ip_address_is_refused_by_its_place(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SOME_IPS", f"203.0.113.5,{text}")

    with pytest.raises(ImproperlyConfigured, match="SOME_IPS: entry 2 is neither"):
        env.ip_addresses("SOME_IPS")


@pytest.mark.parametrize(("text", "value"), [("", 7), ("0", 0), (" 2 ", 2)])
def test_numbers(monkeypatch: pytest.MonkeyPatch, text: str, value: int) -> None:
    monkeypatch.setenv("SOME_NUMBER", text)

    assert env.number("SOME_NUMBER", default=7) == value


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "１"])
def test_what_is_no_number_stops_the_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SOME_NUMBER", text)

    with pytest.raises(ImproperlyConfigured, match="SOME_NUMBER"):
        env.number("SOME_NUMBER", default=0)


@pytest.mark.parametrize(
    "text",
    [
        "meishi@example.com",
        " meishi@example.com ",
        "Acme Inc. <meishi@example.com>",
        "名刺管理 <no-reply@localhost>",
        '"A, B" <a@example.com>',
        "名刺 <a@例え.jp>",
    ],
)
def test_senders(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SOME_SENDER", text)

    sender = env.sender("SOME_SENDER", "unused")

    assert sender == text.strip()
    assert EmailMessage("件名", "本文", sender, ["to@example.com"]).message().as_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "nobody",
        "<>",
        "a@",
        "@example.com",
        "a@b, c@d",
        "Name <a@b.com> trailing",
        "x@exa mple.com",
        "a.@b..com",
        "A, B <a@example.com>",
        f"a@{'b' * 64}.com",
        "a@example.com\r\nBcc: b@example.com",
        '..<"( @',
    ],
)
def test_a_sender_that_no_mail_can_have_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SOME_SENDER", text)

    with pytest.raises(ImproperlyConfigured, match="SOME_SENDER: must be a mail address"):
        env.sender("SOME_SENDER", "unused")


READ_PROXIES = "from django.conf import settings; print(settings.PROXY_COUNT)"


@pytest.mark.parametrize(
    ("variables", "proxies"),
    [
        ({}, "0"),
        ({"PUBLIC_URL": "http://meishi.example.com"}, "0"),
        ({"PUBLIC_URL": "https://meishi.example.com"}, "1"),
        ({"PUBLIC_URL": "https://meishi.example.com", "PROXY_COUNT": "2"}, "2"),
        ({"PUBLIC_URL": "https://meishi.example.com", "PROXY_COUNT": "0"}, "0"),
    ],
)
def test_one_proxy_stands_before_an_https_address(variables: dict[str, str], proxies: str) -> None:
    command = [sys.executable, "-c", READ_PROXIES]

    output = subprocess.check_output(command, cwd=ROOT, env=os.environ | variables, text=True)

    assert output.strip() == proxies
