"""The texts of integrations.reason_texts, which speak of a sync, in the words of a delivery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from integrations.choices import Subject
from integrations.reason_text import AGAIN, SUPPORT, ReasonText
from integrations.reason_texts import explain, explain_record
from integrations.reasons import CONNECTION_TROUBLES, Reason
from webhooks.choices import LogState
from webhooks.log.states import is_parked, state_of
from webhooks.models import Delivery, DeliveryCrew

ALL_BY_ITSELF: Final = "対応は不要です。自動でもう一度試します。"
TRY_AGAIN: Final = (
    f"理由を解消し、「再実行」を押してください。続くときは{SUPPORT}に連絡してください。"
)

_WAITS: Final[Mapping[str, str]] = {
    Reason.RATE_LIMITED: "SmartHRへの問い合わせが上限に達したため、待っています。",
    Reason.MAINTENANCE: "SmartHRがメンテナンス中のため、待っています。",
}
# What only a person puts right, or ends.
_ASKS: Final = CONNECTION_TROUBLES | {
    Reason.OTHER_ACCOUNT,
    Reason.EMPTY_ANSWER,
    Reason.NOT_CONNECTED,
    Reason.ON_HOLD,
    Reason.PLAN_STOPPED,
}
_TRIED: Final = (
    ("同期の途中で", "処理の途中で"),
    ("同期を止めました", "処理できませんでした"),
)
# It is tried again by itself: nobody needs to sync.
_AGAIN: Final = ((f"し、{AGAIN}", "してください。"),)


def trouble_text(code: str, detail: Mapping[str, Any]) -> ReasonText:
    """Why a try failed or nothing is tried, and whether somebody has to do something about it."""
    text = explain(code, detail, subject=Subject.EMPLOYEE)
    what = _WAITS.get(code) or _replaced(text.what, _TRIED)
    if code in _ASKS:
        return ReasonText(what, _replaced(text.next, _AGAIN))
    if code == Reason.CONNECTION_FAILED:
        return ReasonText(what, f"{ALL_BY_ITSELF}続くときはサブドメインを確認してください。")
    return ReasonText(what, ALL_BY_ITSELF)


def delivery_text(delivery: Delivery) -> ReasonText | None:
    """Why it waits, was ignored, failed or needed no try; None where it went its way."""
    if not delivery.reason:
        return None
    if is_parked(delivery):
        last = delivery.detail.get("last") or Reason.INTERNAL_ERROR
        return ReasonText(
            trouble_text(last, delivery.detail.get("last_detail") or {}).what, TRY_AGAIN
        )
    if state_of(delivery) == LogState.RETRYING and delivery.reason != Reason.BODY_TOO_LARGE:
        return trouble_text(delivery.reason, delivery.detail)
    return explain(delivery.reason, delivery.detail, subject=Subject.EMPLOYEE)


def try_text(reason: str) -> str:
    """A line of 試行の履歴."""
    return trouble_text(reason, {}).what if reason else "処理しました。"


def note_texts(crew: DeliveryCrew) -> list[ReasonText]:
    """What a sync would say of the person."""
    return [
        explain_record(
            note["reason"], note["detail"], subject=Subject.EMPLOYEE, outcome=crew.outcome
        )
        for note in crew.notes
    ]


def _replaced(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    for before, after in pairs:
        text = text.replace(before, after)
    return text
