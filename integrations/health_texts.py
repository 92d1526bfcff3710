"""What is said of troubles and notices, on screens and in mails: what happened, what to do (X3).

No text names a person or an id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from integrations.health_causes import Cause, shared_cause
from integrations.reason_text import NOTHING_TO_DO, SUPPORT, ReasonText
from integrations.reason_texts import explain
from integrations.reasons import Reason

Detail = Mapping[str, Any]

SYNC_SUBJECT: Final = "SmartHRとの同期に失敗しました。設定を確認してください"
SUBJECTS: Final[Mapping[str, str]] = {
    Reason.TOKEN_REJECTED: "アクセストークンを設定し直してください",
    Reason.TOKEN_UNDECRYPTABLE: "アクセストークンを設定し直してください",
    Reason.PERMISSION_MISSING: "アクセストークンの権限を追加してください",
    Reason.SUBDOMAIN_RENAMED: "SmartHRのサブドメインを確認してください",
    Reason.IP_NOT_PERMITTED: "SmartHRのアクセス制限を確認してください",
    Reason.OTHER_ACCOUNT: "SmartHRの接続先を確認してください",
    Cause.WEBHOOK_DISABLED: "Webhookが無効になりました。SmartHRで有効に戻してください",
    Cause.WEBHOOK_GONE: "Webhookが見つかりません。SmartHRで登録してください",
    Cause.WEBHOOK_WRONG: "Webhookの設定が変わりました。SmartHRで確認してください",
    Cause.WEBHOOK_HEALED: "Webhookを登録し直しました（対応不要）",
    Cause.NO_SUCCESS: SYNC_SUBJECT,
    Cause.SYNC_FAILED: SYNC_SUBJECT,
}
# Auto: it is not for a person to register.
NOT_REGISTERED: Final = "Webhookを登録できませんでした。設定を確認してください"


# The page where it is put right: the name of its address, and what a mail calls it.
SETTINGS_PAGE: Final = ("smarthr-settings", "SmartHR連携の設定")
PAGES: Final[Mapping[str, tuple[str, str]]] = {
    Cause.DELETIONS_ASKED: ("smarthr-deletions", "削除の確認"),
    Cause.LOGINS_CHANGED: ("smarthr-runs", "同期の履歴"),
    Cause.LOGINS_HELD: ("smarthr-held-logins", "社員IDの変更の確認"),
    Cause.DELIVERIES_PARKED: ("webhook-log", "Webhook受信ログ"),
}


@dataclass(frozen=True, slots=True)
class Message:
    subject: str  # without the company
    text: ReasonText
    page: tuple[str, str] = SETTINGS_PAGE


def text_of_cause(cause: str, detail: Detail) -> ReasonText:
    if describe := DESCRIBED.get(cause):
        return describe(detail)
    return explain(cause, detail, subject="")


def message_of(cause: str, detail: Detail) -> Message:
    if (shared := shared_cause(cause)) is not None:
        return _common(shared, detail)
    subject = SUBJECTS.get(cause)
    if build := COUNTED.get(cause):
        subject = build(detail)
    elif detail.get("problem"):
        subject = NOT_REGISTERED
    page = PAGES.get(cause, SETTINGS_PAGE)
    return Message(subject or SYNC_SUBJECT, text_of_cause(cause, detail), page)


def shown_time(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y/%m/%d %H:%M}"


def _webhook(what: str, by_hand: str) -> Callable[[Detail], ReasonText]:
    def describe(detail: Detail) -> ReasonText:
        if detail.get("problem"):
            return _not_registered(what, detail)
        return ReasonText(what, f"{by_hand}変更分同期を押してください。")

    return describe


def _not_registered(what: str, detail: Detail) -> ReasonText:
    """Auto: registering again failed, for a reason that a person can remove."""
    why = explain(str(detail["problem"]), detail.get("problem_detail") or {}, subject="")
    return ReasonText(
        f"{what}登録し直しましたが、できませんでした。{why.what}",
        "理由を解消してWebhookの設定を保存し直すか、手動での登録に切り替えてください。",
    )


def _permission_missing(detail: Detail) -> ReasonText:
    names = detail.get("permissions") or ([detail["permission"]] if "permission" in detail else [])
    lacking = "".join(f"「{name}」" for name in names)
    return ReasonText(
        f"アクセストークンに{lacking}の権限がありません。" if lacking else _NO_PERMISSION,
        "SmartHRの「リソースのアクセス許可」に追加し、接続テストをしてください。",
    )


_NO_PERMISSION: Final = "アクセストークンに必要な権限がありません。"


def _no_success(detail: Detail) -> ReasonText:
    since = detail.get("since")
    last = f"最後に読み取れたのは{shown_time(datetime.fromisoformat(since))}です。" if since else ""
    return ReasonText(
        f"24時間以上、SmartHRのデータを読み取れていません。{last}",
        f"接続テストをして、結果を確認してください。続くときは{SUPPORT}に連絡してください。",
    )


def _sync_failed(detail: Detail) -> ReasonText:
    text = explain(str(detail.get("code", "")), detail, subject="")
    return ReasonText(f"自動の同期に失敗しました。{text.what}", text.next)


def _parked(detail: Detail) -> ReasonText:
    return ReasonText(
        f"Webhookを{_number(detail, 'count')}件処理できませんでした。",
        "Webhook受信ログで理由を確認して解消し、[再実行]を押してください。",
    )


def _healed(detail: Detail) -> ReasonText:
    why = text_of_cause(str(detail.get("cause") or Cause.WEBHOOK_GONE), {}).what
    return ReasonText(f"{why}登録し直し、変更分を同期します。", NOTHING_TO_DO)


def _deletions(detail: Detail) -> ReasonText:
    people, groups = _number(detail, "people"), _number(detail, "groups")
    found = "と".join(
        text
        for text in (
            f"SmartHRにいない社員が{people}名" if people != "0" else "",
            f"SmartHRにない部署のグループが{groups}件" if groups != "0" else "",
        )
        if text
    )
    stopped = "一度に多くの削除になるため、自動の削除を止めました。" if detail.get("brake") else ""
    return ReasonText(
        f"{stopped}{found}あります。承認するまで削除されません。",
        "「削除の確認」で対象を確認し、承認するか「削除しない」を選んでください。"
        "SmartHRでの操作の誤りがないかも確認してください。",
    )


def _logins_changed(detail: Detail) -> ReasonText:
    return ReasonText(
        f"SmartHRの社員番号に合わせて、ログインに使う社員IDが{_number(detail, 'count')}名で"
        "変わりました。",
        "対象の社員を同期の結果で確認し、本人に知らせてください。",
    )


def _logins_held(detail: Detail) -> ReasonText:
    return ReasonText(
        f"ログインに使う社員IDが一度に多く変わるところでした。{_number(detail, 'count')}名の変更を"
        "止めています。ほかの変更は反映しました。",
        "SmartHRの社員番号に誤りがないか確認し、正しいときは「インポート・同期実行」で"
        "反映してください。",
    )


def _common(cause: str, detail: Detail) -> Message:
    what = message_of(cause, {}).subject.partition("（")[0]
    count = _number(detail, "count")
    return Message(
        f"多くの会社でSmartHR連携に問題が起きています（{count}社）",
        ReasonText(
            f"{count}社で同じ問題が起きています：{what}。会社の管理者には知らせていません。",
            "SmartHRの障害情報と、このサービスの接続元・設定を確認してください。",
        ),
    )


def _deletions_subject(detail: Detail) -> str:
    people, groups = detail.get("people") or 0, detail.get("groups") or 0
    many = "・".join(
        text for text in (people and f"{people:,}名", groups and f"グループ{groups:,}件") if text
    )
    if detail.get("brake"):
        return f"削除を止めました。対象者を確認してください（{many}）"
    of_whom = "SmartHRにいない社員" if people else "SmartHRにない部署のグループ"
    return f"{of_whom}の削除を確認してください（{many}）"


def _number(detail: Detail, key: str) -> str:
    return f"{int(detail.get(key) or 0):,}"


COUNTED: Final[Mapping[str, Callable[[Detail], str]]] = {
    Cause.DELIVERIES_PARKED: lambda detail: (
        f"Webhookを処理できませんでした（{_number(detail, 'count')}件）"
    ),
    Cause.DELETIONS_ASKED: _deletions_subject,
    Cause.LOGINS_CHANGED: lambda detail: (
        f"ログインに使う社員IDが変わりました（{_number(detail, 'count')}名）"
    ),
    Cause.LOGINS_HELD: lambda detail: (
        f"社員IDの変更を確認してください（{_number(detail, 'count')}名）"
    ),
}
DESCRIBED: Final[Mapping[str, Callable[[Detail], ReasonText]]] = {
    Reason.PERMISSION_MISSING: _permission_missing,
    Cause.WEBHOOK_DISABLED: _webhook("SmartHRがWebhookを無効にしました。", "SmartHRで有効に戻し、"),
    Cause.WEBHOOK_GONE: _webhook(
        "SmartHRに、このサービスのWebhookが見つかりません。",
        "「Webhook」に表示されるURLとシークレットトークンをSmartHRに登録し、",
    ),
    Cause.WEBHOOK_WRONG: _webhook(
        "SmartHRのWebhookのURLまたはイベントが、必要な設定と違います。",
        "「Webhook」に表示されるURLとイベントに合わせ、",
    ),
    Cause.WEBHOOK_HEALED: _healed,
    Cause.NO_SUCCESS: _no_success,
    Cause.SYNC_FAILED: _sync_failed,
    Cause.DELIVERIES_PARKED: _parked,
    Cause.DELETIONS_ASKED: _deletions,
    Cause.LOGINS_CHANGED: _logins_changed,
    Cause.LOGINS_HELD: _logins_held,
}
