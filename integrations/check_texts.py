"""What a 接続テスト says to a person (T4, T5, E13).

Where a test stops for the same cause as a sync, the cause is told in the same words
(integrations.reason_texts); what to do next is another thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from integrations.choices import RetiredPolicy, Subject
from integrations.reason_text import CHECK_ACCOUNT, NOTHING_KNOWN, SUPPORT, Detail, ReasonText
from integrations.reason_texts import FIXED, attribute_label, explain
from integrations.reasons import Reason
from integrations.services.check_result import Access, AccountMatch

AGAIN = "もう一度接続テストをしてください。"
LATER = f"時間をおいて、{AGAIN}"
PASSED = "接続を確認しました。"
INCOMPLETE = "確認が必要なことがあります。"
CHANGED_MEANWHILE = "確認の途中で接続の設定が変更されました。"
NOT_NEEDED = "今の設定では不要です"
NO_CREWS = "SmartHRに従業員がいないため、従業員項目は確認していません。"
_IN_SMARTHR = "を、SmartHRのアクセストークンの"
ADD_PERMISSION = f"足りない権限{_IN_SMARTHR}「リソースのアクセス許可」に追加し、{AGAIN}"
ADD_ATTRIBUTE = f"読めない項目の参照{_IN_SMARTHR}「従業員項目のアクセス許可」に追加し、{AGAIN}"
_ASK_SUPPORT = f"続くときは{SUPPORT}に連絡してください。"

_FIXED: dict[str, ReasonText] = {
    Reason.CONNECTION_FAILED: ReasonText(
        FIXED[Reason.CONNECTION_FAILED].what, f"{LATER}続くときはサブドメインを確認してください。"
    ),
    Reason.MAINTENANCE: ReasonText(
        "SmartHRがメンテナンス中のため、接続を確認できませんでした。",
        f"メンテナンスの終了後に、{AGAIN}",
    ),
    Reason.UNEXPECTED_ANSWER: ReasonText(
        "SmartHRから想定しない回答がありました。",
        f"サブドメインを確認し、{LATER}{_ASK_SUPPORT}",
    ),
}
_ACCOUNT = {
    AccountMatch.KNOWN: ReasonText(
        "連携しているデータが、このSmartHRにあることを確認しました。連携は切れません。", ""
    ),
    AccountMatch.NOTHING_KNOWN: ReasonText(
        f"{NOTHING_KNOWN}別の会社に接続した可能性があります。",
        f"{CHECK_ACCOUNT}このまま同期しても、何も変更せずに止まります。",
    ),
    AccountMatch.UNDECIDED: ReasonText(
        "連携しているデータが、このSmartHRにあるかどうかは確認できませんでした。",
        "次の同期で、何かを変更する前に確認します。",
    ),
}


def explain_failure(code: str, detail: Detail, *, retry_at: datetime | None) -> ReasonText:
    """Why a test came to no end."""
    if code == Reason.RATE_LIMITED:
        return ReasonText(
            "SmartHRへの問い合わせが上限に達したため、接続を確認できませんでした。",
            f"{_clock(retry_at)}を過ぎてから、{AGAIN}" if retry_at else LATER,
        )
    if code == Reason.PERMISSION_MISSING:
        what = explain(code, detail, subject=Subject.EMPLOYEE).what
        return ReasonText(what, ADD_PERMISSION)
    return _FIXED.get(code) or explain(code, detail, subject=Subject.EMPLOYEE)


def explain_unknown(permissions: Sequence[str]) -> ReasonText | None:
    """Of needed permissions about which SmartHR gave no answer that says either."""
    if not permissions:
        return None
    named = "".join(f"「{name}」" for name in permissions)
    return ReasonText(f"{named}を確認できませんでした。", f"{LATER}{_ASK_SUPPORT}")


def missing_text(permissions: Sequence[str]) -> str:
    named = "".join(f"「{name}」" for name in permissions)
    return f"アクセストークンに{named}の権限がありません。"


def unreadable_text(attributes: Sequence[str]) -> str:
    named = "、".join(map(attribute_label, attributes))
    return f"アクセストークンで{named}を読めないため、今の値を残しています。"


def _clock(moment: datetime) -> str:
    at = timezone.localtime(moment)
    day = "" if at.date() == timezone.localdate() else f"{at:%Y/%m/%d} "
    return f"{day}{at:%H:%M}"


def access_words(read: Access, update: Access | None = None) -> str:
    """What is told of a right to read, or of both rights."""
    if Access.MISSING in (read, update):
        if update is None or read == update:
            return "権限がありません"
        return f"{'参照' if read == Access.MISSING else '更新'}の権限がありません"
    if Access.UNKNOWN in (read, update):
        return "確認できませんでした"
    return "読めました" if update is None else "参照・更新できます"


def account_text(match: AccountMatch, *, is_accepted: bool) -> ReasonText | None:
    """T5. An account that a 管理者 accepted stops no sync."""
    if match == AccountMatch.NOTHING_KNOWN and is_accepted:
        return ReasonText(NOTHING_KNOWN, "")
    return _ACCOUNT.get(match)


def _items(attributes: Sequence[str]) -> str:
    named = "".join(f"「{attribute_label(name)}」" for name in attributes)
    return f"従業員項目の{named}"


def valueless_text(attributes: Sequence[str], seen: int) -> str:
    return (
        f"{_items(attributes)}は、確認した{seen:,}名の全員が空でした。"
        "登録があるときは、アクセストークンで読めるか確認してください。"
    )


def untested_text(attributes: Sequence[str]) -> str:
    named = _items(attributes)
    return f"接続テストの後に設定を変更したため、{named}はまだ確認していません。{AGAIN}"


def crews_text(crews: int, retired: int | None) -> str:
    """E13: whom the first import would meet."""
    if crews == 0:
        return "SmartHRに従業員はまだいません。"
    if retired is None:
        return f"SmartHRには従業員が{crews:,}名います。"
    among = f"（退職済み{retired:,}名を含む）" if retired else "（退職済みの従業員はいません）"
    return f"SmartHRには従業員が{crews:,}名います{among}。"


def retired_text(policy: RetiredPolicy) -> str:
    """E13: what the present setting does with retired people at the first import."""
    if policy.skips_new:
        return "今の設定では、退職済みの従業員は社員に取り込みません。"
    if policy.suspends:
        return "今の設定では、退職済みの従業員も社員に取り込み、ログインを停止します。"
    return "今の設定では退職済みの従業員も社員に取り込みます。"
