"""The sentences of 「なぜ？」: which rule decides about a field of a linked record (X9)."""

from __future__ import annotations

from typing import Final

from integrations.reason_text import NOTHING_TO_DO, ReasonText
from integrations.reason_texts import ATTRIBUTE_LABELS

SAME_NUMBER: Final = ReasonText("SmartHRの社員番号と同じです。", "")
SAME_NAMES: Final = ReasonText("SmartHRの姓名と同じです。", "")
BUSINESS_NAMES: Final = ReasonText("設定により、ビジネスネームを使っています。", "")
NO_BUSINESS_NAMES: Final = ReasonText("ビジネスネームが空の部分は、姓名を使っています。", "")
WAS_EMPTY: Final = ReasonText("最後に読んだときに空だったため、今の値を残しています。", "")
SAME_EMAIL: Final = ReasonText("SmartHRのメールアドレスと同じです。", "")
NO_EMAIL: Final = ReasonText("SmartHRで空のため、空です。", "")
NOT_APPLIED: Final = ReasonText(  # D2
    "「グループとして適用する部署」が「適用しない」のため、同期ではグループを変えません。",
    "",
)
SLOT_IS_NEW: Final = ReasonText(
    "「グループとして適用する部署」を変更したあと、まだ読んでいません。",
    "「この社員だけ同期」を押すと、新しい設定で反映します。",
)
CAN_LOG_IN: Final = ReasonText("同期ではログインを変えません。", "")
STOPPED_BY_HAND: Final = ReasonText(  # O3a
    "管理者がログインを停止しています。同期では再開しません。", ""
)
NEVER_READ: Final = ReasonText(
    "連携してから、まだSmartHRの内容を読んでいません。",
    "「この社員だけ同期」を押すと、SmartHRの内容を反映します。",
)
GROUP_NEVER_READ: Final = ReasonText(
    "連携してから、まだSmartHRの部署を読んでいません。",
    "「部署⇒グループ」を同期してください。",
)
KEPT: Final = ReasonText(
    "SmartHRにいない社員ですが、「削除しない」を選んだため残しています。",
    "ここで編集できるようにするときは、連携を解除してください。",
)
GROUP_KEPT: Final = ReasonText(
    "SmartHRに部署がないグループですが、「削除しない」を選んだため残しています。", NOTHING_TO_DO
)
SAME_DEPARTMENT_NAME: Final = ReasonText("SmartHRの部署名と同じです。", "")
SAME_PARENT: Final = ReasonText("SmartHRの親部署と同じです。", "")
NO_PARENT: Final = ReasonText("SmartHRで最上位の部署のため、最上位です。", "")
STATUSES: Final = {"employed": "在籍中", "absent": "休職中", "retired": "退職済み"}


def slot_is_empty(slot: int) -> ReasonText:  # D3
    return ReasonText(f"SmartHRの部署{slot}が空のため、今のグループのままです。", "")


def same_department(slot: int) -> ReasonText:  # D4
    return ReasonText(f"SmartHRの部署{slot}と同じです。ここで変更しても、次の同期で戻ります。", "")


def will_be(value: str) -> ReasonText:
    return ReasonText(f"次の同期で「{value}」になります。", "")


def will_be_id(value: str) -> ReasonText:
    return ReasonText(
        f"次の同期で「{value}」になります。",
        "ログインに使う社員IDが変わることを、本人に知らせてください。",
    )


def members_by_slot(slot: int | None) -> ReasonText:
    if slot is None:
        return NOT_APPLIED
    return ReasonText(
        f"SmartHRの部署{slot}がこの部署の社員は、同期のたびにこのグループになります。"
        f"部署{slot}が空の社員のグループは変えません。",
        "",
    )


def unreadable(attribute: str) -> ReasonText:  # E11
    label = ATTRIBUTE_LABELS[attribute]
    return ReasonText(
        f"アクセストークンで{label}を読めないため、今の値を残しています。",
        f"SmartHRでアクセストークンの従業員項目に{label}の参照を加え、接続テストをしてください。",
    )
