"""Who may open which address. A new address needs a row here, or the test fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

ANYBODY: Final = frozenset({"anonymous", "applicant", "approver", "administrator"})
PEOPLE: Final = frozenset({"applicant", "approver", "administrator"})
ADMINISTRATORS: Final = frozenset({"administrator"})
# The operator's staff alone (tests/operators/test_guards_x11.py).
NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    may: frozenset[str]
    # The record of tests.access.world whose key is in the address ("" for none).
    record: str = ""
    method: str = "get"
    arguments: dict[str, Any] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)


def _post(may: frozenset[str], record: str = "", **values: Any) -> Row:
    return Row(may, record, "post", **values)


MATRIX: Final[dict[str, Row]] = {
    # --- everybody ---
    "login": Row(ANYBODY),
    "logout": _post(ANYBODY),
    "healthz": Row(ANYBODY),
    "readyz": Row(ANYBODY),
    "home": Row(PEOPLE),
    "password": Row(PEOPLE),
    "display-mode": Row(PEOPLE),
    # --- employees and groups ---
    "employee-list": Row(ADMINISTRATORS),
    "group-list": Row(ADMINISTRATORS),
    # --- 一括処理 ---
    "bulk-export-cards": Row(ADMINISTRATORS),
    # --- SmartHR連携 ---
    "smarthr-settings": Row(ADMINISTRATORS),
    "smarthr-save": _post(ADMINISTRATORS, arguments={"section": "slot"}, data={"slot": ""}),
    "smarthr-check": _post(ADMINISTRATORS),
    "smarthr-webhook-secret": _post(ADMINISTRATORS),
    "smarthr-webhook-rotate": Row(ADMINISTRATORS),
    "smarthr-webhook-revoke": Row(ADMINISTRATORS),
    "smarthr-first-import": Row(ADMINISTRATORS),
    "smarthr-hold": _post(ADMINISTRATORS),
    "smarthr-resume": _post(ADMINISTRATORS),
    "smarthr-address-add": _post(ADMINISTRATORS, data={"email": "new@example.net"}),
    "smarthr-address-again": _post(ADMINISTRATORS, "address"),
    "smarthr-address-remove": _post(ADMINISTRATORS, "address"),
    "smarthr-start": _post(ADMINISTRATORS, arguments={"kind": "changed"}),
    "smarthr-preview": _post(ADMINISTRATORS),
    "smarthr-runs": Row(ADMINISTRATORS),
    "smarthr-held-logins": Row(ADMINISTRATORS),
    "smarthr-deletions": Row(ADMINISTRATORS),
    "smarthr-deletions-approve": Row(ADMINISTRATORS),
    "smarthr-deletions-keep": Row(ADMINISTRATORS),
    "smarthr-run": Row(ADMINISTRATORS, "run"),
    "smarthr-run-csv": Row(ADMINISTRATORS, "run"),
    "smarthr-run-progress": Row(ADMINISTRATORS, "run"),
    "smarthr-run-cancel": Row(ADMINISTRATORS, "run"),
    "smarthr-accept-account": Row(ADMINISTRATORS, "run"),
    "smarthr-relink": Row(ADMINISTRATORS, "run"),
    "smarthr-ties": Row(ADMINISTRATORS, "survey"),
    # --- Webhook受信ログ ---
    "webhook-log": Row(ADMINISTRATORS),
    "webhook-log-retry-all": _post(ADMINISTRATORS),
    "webhook-log-delivery": Row(ADMINISTRATORS, "delivery"),
    "webhook-log-retry": _post(ADMINISTRATORS, "delivery"),
    # --- 運営 ---
    "operator-companies": Row(NOBODY),
    "operator-company-add": Row(NOBODY),
    "operator-company": Row(NOBODY, arguments={"pk": 1}),
    "operator-plan": Row(NOBODY, arguments={"pk": 1, "act": "pause"}),
    "operator-contract-end": Row(NOBODY, arguments={"pk": 1}),
    "operator-appoint": Row(NOBODY, arguments={"pk": 1}),
    "operator-erase": Row(NOBODY, arguments={"pk": 1}),
    "operator-visit": _post(NOBODY, arguments={"pk": 1}),
    "operator-erasures": Row(NOBODY),
    "operator-visit-end": _post(PEOPLE),  # leads back whoever is not on a visit
}
# What machines and mails bring, each with a secret of its own and tests of its own.
BY_SECRET: Final = {
    "smarthr-webhook": "tests/webhooks/test_endpoint_w5.py",
    "None": "tests/webhooks/test_endpoint_w5.py",  # any other address below the webhook's
    "smarthr-address-confirm": "tests/integrations/test_notification_addresses.py",
}
