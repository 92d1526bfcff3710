"""What is said of changes that nobody looked on at, and of crews that were announced (S5, W10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.reason_text import NOTHING_TO_DO, Detail, ReasonText
from integrations.reasons import Reason

PRESS = "変更してよければ、「インポート・同期実行」または「変更分同期」を押してください。"


def _login_change_held(detail: Detail, subject: str) -> ReasonText:
    value = detail.get("value") or ""
    return ReasonText(
        f"社員IDの変更が一度に多いため、社員IDを「{value}」に変更していません。"
        "ほかの項目は反映しました。",
        PRESS,
    )


def _login_brake(detail: Detail, subject: str) -> ReasonText:
    count, limit = detail.get("count"), detail.get("limit")
    many = f"{count:,}名" if isinstance(count, int) else "多く"
    over = f"上限の{limit:,}名を" if isinstance(limit, int) else "上限を"
    return ReasonText(
        f"{many}の社員IDが一度に変わるところでした。{over}超えるため、"
        "社員IDの変更を止めました。ほかの変更は反映しました。",
        f"対象を確認してください。{PRESS}",
    )


def _crew_gone(detail: Detail, subject: str) -> ReasonText:
    return ReasonText(
        "SmartHRにいない従業員で、ここにも連携した社員がいないため、何もしませんでした。",
        NOTHING_TO_DO,
    )


def _waits_for_word(detail: Detail, subject: str) -> ReasonText:
    return ReasonText(
        "SmartHRで見つからないため、「削除の確認」に載せました。承認するまで削除しません。",
        "「削除の確認」で確認してください。",
    )


DESCRIBED: Mapping[str, Callable[[Detail, str], ReasonText]] = {
    Reason.LOGIN_CHANGE_HELD: _login_change_held,
    Reason.LOGIN_BRAKE: _login_brake,
    Reason.CREW_GONE: _crew_gone,
    Reason.WAITS_FOR_WORD: _waits_for_word,
}
