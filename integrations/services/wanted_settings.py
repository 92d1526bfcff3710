"""What a screen or a command wants to change, and whether each value can be taken (T1–T3)."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Final

from integrations.choices import DeletionPolicy, NameSource, RetiredPolicy, WebhookMode
from integrations.subdomain import parse_subdomain

TOKEN_LENGTH: Final = 255
LONGEST_EXPIRY: Final = 3650  # days


class Unset(enum.Enum):
    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class ConnectionChanges:
    """What to change; None (for the slot UNSET) leaves it."""

    subdomain: str | None = None
    token: str | None = field(default=None, repr=False)
    department_slot: int | Unset | None = UNSET
    deletion_policy: DeletionPolicy | None = None
    retired_policy: RetiredPolicy | None = None
    name_source: NameSource | None = None
    force_password_change: bool | None = None
    initial_password_days: int | None = None  # 0: initial passwords never expire
    accept_account: bool = False
    # Given again, the mode that registers looks at SmartHR again (W2).
    webhook_mode: WebhookMode | None = None
    hourly_sync: bool | None = None
    nightly_sync: bool | None = None

    @property
    def may_move_webhook(self) -> bool:
        """Whether another webhook may be needed at SmartHR than is there."""
        return any(value is not None for value in (self.webhook_mode, self.subdomain, self.token))


class RefusedValue(Exception):
    """`message` is Japanese: what is wrong and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class RefusedNow(RefusedValue):
    """The values are good, but SmartHR or somebody else stands against them (W2)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Column -> new value of what is set, and the token in plain text; all of it valid."""

    columns: dict[str, Any]
    token: str | None = field(repr=False)


def checked(changes: ConnectionChanges) -> Checked:
    """Raises RefusedValue."""
    wanted: dict[str, Any] = {
        column: value
        for column in (
            *("deletion_policy", "retired_policy", "name_source"),
            *("webhook_mode", "hourly_sync", "nightly_sync"),
        )
        if (value := getattr(changes, column)) is not None
    }
    days = changes.initial_password_days
    if days is not None and not 0 <= days <= LONGEST_EXPIRY:
        raise RefusedValue(
            "initial_password_days",
            f"初期パスワードの有効期限は1〜{LONGEST_EXPIRY}日で指定してください。"
            "期限をなしにすることもできます。",
        )
    if changes.department_slot is not UNSET:
        wanted["department_slot"] = _checked_slot(changes.department_slot)
    if changes.subdomain is not None:
        wanted["subdomain"] = _checked_subdomain(changes.subdomain)
    token = None if changes.token is None else _checked_token(changes.token)
    return Checked(wanted, token)


def _checked_slot(slot: Any) -> int | None:
    if slot is not None and not 1 <= slot <= 10:
        raise RefusedValue(
            "department_slot", "部署は1〜10で指定してください。適用しないこともできます。"
        )
    number: int | None = slot
    return number


def _checked_subdomain(text: str) -> str:
    label = parse_subdomain(text)
    if label is None:
        raise RefusedValue(
            "subdomain",
            "サブドメインに使えない文字が含まれています。"
            "「https://acme.smarthr.jp」の「acme」の部分だけを入力してください。",
        )
    return label


def _checked_token(token: str) -> str:
    text = token.strip()
    if not text:
        raise RefusedValue("token", "アクセストークンを入力してください。")
    if len(text) > TOKEN_LENGTH or not all("!" <= character <= "~" for character in text):
        raise RefusedValue(
            "token",
            "アクセストークンに使えない文字が含まれています。"
            "SmartHRで発行したアクセストークンを、そのまま貼り付けてください。",
        )
    return text
