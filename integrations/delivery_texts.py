"""What is said of a delivery of the webhook as a whole (W5, W8, W10)."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.reason_text import NOTHING_TO_DO, Detail, ReasonText
from integrations.reasons import Reason

FIXED: Mapping[str, ReasonText] = {
    Reason.UNREADABLE_COVERED: ReasonText(
        "受信したデータを読み取れませんでした。その後の同期で、SmartHRの変更は反映済みです。",
        NOTHING_TO_DO,
    ),
    Reason.BODY_UNREADABLE: ReasonText(
        "受信したデータを読み取れませんでした。", "変更分同期を押してください。"
    ),
    Reason.BODY_TOO_LARGE: ReasonText(
        "受信したデータが5MBを超えたため保存せず、変更分同期をします。", NOTHING_TO_DO
    ),
    Reason.EVENT_IGNORED: ReasonText(
        "従業員の変更ではないため、何もしませんでした。", NOTHING_TO_DO
    ),
    Reason.MODE_OFF: ReasonText("「自動同期しない」のため、何もしませんでした。", NOTHING_TO_DO),
    Reason.ON_HOLD: ReasonText(
        "自動反映を一時停止しているため、待っています。", "再開すると処理します。"
    ),
    Reason.WORKER_LOST: ReasonText("処理が途中で止まりました。", NOTHING_TO_DO),
    Reason.COVERED_BY_SYNC: ReasonText("その後の同期で反映済みです。", NOTHING_TO_DO),
}


def exhausted(detail: Detail, why: str) -> ReasonText:
    """`why`: the text of the last failure."""
    count = detail.get("attempts")
    tried = f"{count}回試しましたが" if isinstance(count, int) else "何度か試しましたが"
    because = f"：{why}" if why else "。"
    return ReasonText(
        f"{tried}処理できませんでした{because}", "理由を解消し、「再実行」を押してください。"
    )
