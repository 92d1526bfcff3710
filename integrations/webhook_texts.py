"""What is said of our webhook at SmartHR, and of turning it on and off (W1–W3, W9)."""

from __future__ import annotations

from typing import Final

from integrations.choices import WebhookMode
from integrations.health_causes import WEBHOOK_TROUBLES
from integrations.health_texts import text_of_cause
from integrations.reason_text import SUPPORT, Detail, ReasonText
from integrations.reason_texts import explain
from integrations.reasons import Reason

# W7, word for word.
DELETES_AT_ONCE: Final = (
    "Webhookで削除の通知を受けたときは、確認せずに削除します（30日間は復元できます）。"
)
# W4, as SmartHR's form names them to whoever registers by hand.
EVENTS: Final = "従業員の追加・更新・削除・ファイル取り込み"
BUSY: Final = (
    "Webhookの設定をほかの操作が変更しています。少し待ってから、もう一度保存してください。"
)
UNSCHEDULED: Final = "「自動同期しない」のため、どちらも行いません。"

_SAVE_AGAIN: Final = "保存し直してください。"
_LATER: Final = f"時間をおいて、{_SAVE_AGAIN}"
_BY_HAND: Final = "保存し直すか、手動での登録に切り替えてください。"
# Why it is not registered, to stand in brackets, and what to do.
_CAUSES: Final = {
    Reason.PERMISSION_MISSING: (
        "アクセストークンに「Webhook:参照・更新」の権限がありません",
        f"SmartHRのアクセストークンの「リソースのアクセス許可」に追加して{_BY_HAND}",
    ),
    Reason.TOKEN_REJECTED: (
        "アクセストークンがSmartHRで認められませんでした",
        "SmartHRでアクセストークンを発行し、「接続」で変更してください。",
    ),
    Reason.SUBDOMAIN_RENAMED: (
        "サブドメインがSmartHRで使われていません",
        "SmartHRの管理者に新しいサブドメインを確認し、「接続」で変更してください。",
    ),
    Reason.CONNECTION_FAILED: ("SmartHRに接続できませんでした", _LATER),
    Reason.RATE_LIMITED: ("SmartHRへの問い合わせが上限に達しました", _LATER),
    Reason.MAINTENANCE: (
        "SmartHRがメンテナンス中です",
        f"メンテナンスの終了後に、{_SAVE_AGAIN}",
    ),
    Reason.TOKEN_UNDECRYPTABLE: (
        "保存したアクセストークンを読み取れませんでした",
        "「接続」でアクセストークンをもう一度設定してください。",
    ),
    Reason.WEBHOOK_SECRET_UNSENT: (
        "新しいシークレットトークンをまだ登録していません",
        f"登録が済むまでは、古い値でも受信します。{_SAVE_AGAIN}",
    ),
    Reason.UNEXPECTED_ANSWER: (
        "SmartHRから想定しない回答がありました",
        f"{_LATER}続くときは{SUPPORT}に連絡してください。",
    ),
}


def registration_text(code: str, detail: Detail) -> ReasonText:
    """Why our webhook does not work, in the mode that registers it."""
    if code == Reason.WEBHOOK_DISABLED:
        return ReasonText("SmartHRがWebhookを無効にしました。", f"登録し直すには、{_SAVE_AGAIN}")
    cause, advice = _cause(code, detail)
    return ReasonText(f"SmartHRにWebhookを登録できませんでした（{cause}）。", advice)


def manual_text(code: str, detail: Detail) -> ReasonText:
    """The same in the mode where the company registers it by hand."""
    if code in WEBHOOK_TROUBLES:
        return text_of_cause(code, detail)
    cause, advice = _cause(code, detail)
    return ReasonText(f"Webhookを確認できませんでした（{cause}）。", advice)


def refused_text(code: str, detail: Detail, *, was_on: bool) -> ReasonText:
    """Nothing was saved, because SmartHR did not take the registration."""
    text = registration_text(code, detail)
    state = "何も変更していません。" if was_on else "自動同期はまだ始まっていません。"
    return ReasonText(f"{text.what}{state}", text.next)


def unsent_text(code: str, detail: Detail) -> ReasonText:
    """W9: the new secret is ours, and SmartHR has not got it."""
    cause, advice = _cause(code, detail)
    return ReasonText(
        f"新しいシークレットトークンを発行しましたが、SmartHRに登録できませんでした（{cause}）。"
        "登録が済むまでは、古い値でも受信します。",
        advice,
    )


def switch_text(before: WebhookMode, after: WebhookMode) -> str:
    """What a change of mode does, before it is done (W1)."""
    removed = "自動で登録したWebhookをSmartHRから削除します。"
    if after == WebhookMode.AUTO:
        return (
            "SmartHRにWebhookを1件登録します。"
            "手動で登録したWebhookがあるときは、SmartHRで削除してください。"
        )
    if after == WebhookMode.MANUAL:
        pause = "SmartHRで登録が済むまで、変更は自動で同期されません。"
        return f"{removed if before == WebhookMode.AUTO else ''}{pause}"
    if before == WebhookMode.MANUAL:
        removed = "手動で登録したWebhookは、SmartHRで削除してください。"
    return f"{removed}今後の変更は「インポート・同期実行」で取り込んでください。"


def _cause(code: str, detail: Detail) -> tuple[str, str]:
    if found := _CAUSES.get(Reason(code)) if code in set(Reason) else None:
        return found
    text = explain(code, detail, subject="")
    return text.what.rstrip("。"), f"{text.next}{_SAVE_AGAIN}"
