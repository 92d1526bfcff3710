"""Every reason has a text that a person can act on."""

import re

import pytest

from integrations.choices import Subject
from integrations.reason_texts import attribute_label, explain
from integrations.reasons import Reason

# What the texts may hold in Latin letters.
ALLOWED = re.compile(r"SmartHR|ID|IP|MB|Webhook|[0-9@._\-]")


@pytest.mark.parametrize("subject", Subject.values)
@pytest.mark.parametrize("code", [*Reason, "a_code_of_tomorrow"])
def test_text_without_details_is_japanese_and_complete(code: str, subject: str) -> None:
    text = explain(code, {}, subject=subject)

    assert text.what.endswith("。")
    assert text.next.endswith("。")
    assert not re.search(r"[A-Za-z{}]", ALLOWED.sub("", text.what + text.next))


@pytest.mark.parametrize(
    ("code", "detail", "what"),
    [
        (
            Reason.EMPLOYEE_ID_INVALID,
            {"value": "0", "employee_id": "00044", "new": False, "updated": True},
            "社員番号「0」は社員IDに使えないため、社員IDは「00044」のままです。ほかの項目は更新しました。",
        ),
        (
            Reason.EMPLOYEE_ID_INVALID,
            {"value": "0", "employee_id": "00044", "new": False},
            "社員番号「0」は社員IDに使えないため、社員IDは「00044」のままです。",
        ),
        (
            Reason.EMPLOYEE_ID_INVALID,
            {"value": "", "employee_id": "K9Q2ZX7D", "new": True},
            "社員番号がないため、社員ID「K9Q2ZX7D」で登録しました。",
        ),
        (
            Reason.EMPLOYEE_ID_TAKEN,
            {"value": "1", "employee_id": "K9Q2ZX7D", "holder": "佐藤 花子", "new": True},
            "社員番号「1」はほかの社員が社員IDに使っているため、社員ID「K9Q2ZX7D」で登録しました。",
        ),
        (
            Reason.NAME_MISSING,
            {"new": False},
            "SmartHRの姓または名が空になったため、この社員は更新しませんでした。",
        ),
        (
            Reason.DEPARTMENT_UNKNOWN,
            {"slot": 1, "new": True},
            "部署1に対応するグループがないため、グループ1に入れました。",
        ),
        (
            Reason.ATTEMPTS_EXHAUSTED,
            {"attempts": 10, "last": "connection_failed", "last_detail": {}},
            "10回試しましたが処理できませんでした：SmartHRに接続できませんでした。",
        ),
        (
            Reason.EMAIL_REQUIRED_FOR_ROLE,
            {"role": "承認者"},
            "権限が承認者の社員のメールアドレスがSmartHRで空のため、この社員は同期しませんでした。",
        ),
        (
            Reason.LAST_ADMINISTRATOR,
            {"act": "停止"},
            "ログインできる最後の管理者のため、停止しませんでした。",
        ),
        (
            Reason.VALUE_INVALID,
            {"field": "birth_at"},
            "SmartHRの生年月日が正しい形式でないため、この従業員は同期しませんでした。",
        ),
        (
            Reason.GROUP_DELETION_BRAKE,
            {"count": 12, "limit": 3},
            "一度に12件のグループが削除されるところでした。上限の3件のグループを超えるため、"
            "削除を止めました。ほかの変更は反映しました。",
        ),
        (
            Reason.SUBDOMAIN_RENAMED,
            {"subdomain": "acme"},
            "サブドメイン「acme」はSmartHRで使われていません。変更された可能性があります。",
        ),
    ],
)
def test_text_with_details(code: str, detail: dict[str, object], what: str) -> None:
    assert explain(code, detail, subject=Subject.EMPLOYEE).what == what


def test_unknown_attribute_is_not_shown_by_its_name() -> None:
    assert attribute_label("custom_field_1") == "従業員の項目"
