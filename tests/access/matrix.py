"""Who may open which address. A new address needs a row here, or the test fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

ANYBODY: Final = frozenset({"anonymous", "applicant", "approver", "administrator"})
PEOPLE: Final = frozenset({"applicant", "approver", "administrator"})
ADMINISTRATORS: Final = frozenset({"administrator"})
STAFF: Final = frozenset({"staff"})  # 管理者 of the operator's company
# What `view.access` calls each of them.
CALLED: Final = {
    "public": ANYBODY,
    "signed_in": PEOPLE,
    "administrators_only": ADMINISTRATORS,
    "operators_only": STAFF,
}


@dataclass(frozen=True, slots=True)
class Row:
    may: frozenset[str]
    # The record of tests.access.world whose key is in the address ("" for none).
    record: str = ""
    method: str = "get"
    arguments: dict[str, Any] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    # Where the key stands, if it is not in the address but asked for: ?card=1.
    key: str = ""
    # Whether a support visit may (X11); None: what everybody and 管理者 read, it reads.
    support: bool | None = None

    @property
    def support_may(self) -> bool:
        if self.support is not None:
            return self.support
        return self.method == "get" and self.may in (ANYBODY, ADMINISTRATORS)


def _post(may: frozenset[str], record: str = "", **values: Any) -> Row:
    return Row(may, record, "post", **values)


MATRIX: Final[dict[str, Row]] = {
    # --- everybody ---
    "login": Row(ANYBODY),
    "logout": _post(ANYBODY, support=True),
    "password-forgot": Row(ANYBODY),
    "healthz": Row(ANYBODY),
    "home": Row(PEOPLE, support=True),
    "password": Row(PEOPLE),
    "display-mode": Row(PEOPLE),
    # --- 社員リスト ---
    "employee-list": Row(ADMINISTRATORS),
    "employee-add": Row(ADMINISTRATORS),
    "employee-bulk": _post(ADMINISTRATORS, data={"act": "group"}),
    "employee-edit": Row(ADMINISTRATORS, "person"),
    "employee-stop": Row(ADMINISTRATORS, "person"),
    "employee-resume": _post(ADMINISTRATORS, "person"),
    "employee-delete": Row(ADMINISTRATORS, "person"),
    "employee-password-issue": Row(ADMINISTRATORS, "person"),
    "employee-why": Row(ADMINISTRATORS, "linked_person"),
    "employee-sync": _post(ADMINISTRATORS, "linked_person"),
    "employee-unlink": Row(ADMINISTRATORS, "linked_person"),
    "initial-passwords": Row(ADMINISTRATORS),
    "initial-passwords-issue": Row(ADMINISTRATORS),
    # --- グループ ---
    "group-list": Row(ADMINISTRATORS),
    "group-add": Row(ADMINISTRATORS),
    "group-detail": Row(ADMINISTRATORS, "group"),
    "group-rename": Row(ADMINISTRATORS, "group"),
    "group-move": Row(ADMINISTRATORS, "group"),
    "group-delete": Row(ADMINISTRATORS, "group"),
    "group-why": Row(ADMINISTRATORS, "linked_group"),
    # --- 名刺リスト ---
    "card-list": Row(PEOPLE, support=True),
    "card-add": Row(PEOPLE),
    "card-preview": _post(PEOPLE),
    # --- 一括処理 ---
    "bulk": Row(ADMINISTRATORS),
    "bulk-upload": _post(ADMINISTRATORS),
    "bulk-export": _post(ADMINISTRATORS, arguments={"subject": "groups"}),
    "bulk-export-cards": Row(ADMINISTRATORS, support=False),
    "bulk-export-job": Row(ADMINISTRATORS, "export", support=False),
    "bulk-export-file": Row(ADMINISTRATORS, "export", support=False),
    "bulk-import": Row(ADMINISTRATORS, "import"),
    "bulk-progress": Row(ADMINISTRATORS, "import"),
    "bulk-import-apply": _post(ADMINISTRATORS, "import"),
    "bulk-import-check": _post(ADMINISTRATORS, "import"),
    "bulk-import-discard": _post(ADMINISTRATORS, "import"),
    "bulk-import-errors": Row(ADMINISTRATORS, "import", support=False),
    "bulk-import-passwords": _post(ADMINISTRATORS, "import"),
    # --- 監査ログ, 削除した社員の控え, 会社の設定 ---
    "audit-log": Row(ADMINISTRATORS),
    "audit-csv": Row(ADMINISTRATORS, support=False),
    "archive-list": Row(ADMINISTRATORS),
    "archive-detail": Row(ADMINISTRATORS, "archive"),
    "archive-image": Row(ADMINISTRATORS, "archive"),
    "archive-restore": Row(ADMINISTRATORS, "archive"),
    "archive-erase": Row(ADMINISTRATORS, "archive"),
    "archive-download": Row(ADMINISTRATORS, "archive", support=False),
    "company-settings": Row(ADMINISTRATORS),
    # --- SmartHR連携 ---
    "smarthr-settings": Row(ADMINISTRATORS),
    "smarthr-save": _post(ADMINISTRATORS, arguments={"section": "slot"}, data={"slot": ""}),
    "smarthr-check": _post(ADMINISTRATORS, support=True),
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
    "smarthr-preview": _post(ADMINISTRATORS, support=True),
    "smarthr-unlink": Row(ADMINISTRATORS),
    "smarthr-runs": Row(ADMINISTRATORS),
    "smarthr-held-logins": Row(ADMINISTRATORS),
    "smarthr-deletions": Row(ADMINISTRATORS),
    "smarthr-deletions-approve": Row(ADMINISTRATORS),
    "smarthr-deletions-keep": Row(ADMINISTRATORS),
    "smarthr-run": Row(ADMINISTRATORS, "run"),
    "smarthr-run-csv": Row(ADMINISTRATORS, "run", support=False),
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
    "operator-companies": Row(STAFF),
    "operator-company-add": Row(STAFF),
    "operator-company": Row(STAFF, "company"),
    "operator-plan": Row(STAFF, "company", arguments={"act": "pause"}),
    "operator-contract-end": Row(STAFF, "company"),
    "operator-appoint": Row(STAFF, "company"),
    "operator-erase": Row(STAFF, "company"),
    "operator-visit": _post(STAFF, "company"),
    "operator-erasures": Row(STAFF),
    "operator-visit-end": _post(PEOPLE, support=True),  # leads back whoever is on no visit
}
# 管理者 open those of the whole company, everybody else their own alone.
OF_THEIR_OWN: Final = {
    "card-edit": Row(PEOPLE, "card", support=True),
    "card-duplicate": _post(PEOPLE, "card"),
    "card-delete": Row(PEOPLE, "card"),
    "card-follow": Row(PEOPLE, "card"),
    "card-keep": _post(PEOPLE, "card"),
    "card-pdf": Row(PEOPLE, "card", key="card"),
    "employee-image": Row(PEOPLE, "person", support=True),
}
# What machines and mails ask, most with a secret of its own, and each with tests of its own.
BY_SECRET: Final = {
    "readyz": "tests/config/test_health.py",  # waits for workers
    "smarthr-webhook": "tests/webhooks/test_endpoint_w5.py",
    "None": "tests/webhooks/test_endpoint_w5.py",  # any other address below the webhook's
    "password-reset": "tests/employees/accounts/test_reset.py",
    "smarthr-address-confirm": "tests/integrations/test_notification_addresses.py",
}
