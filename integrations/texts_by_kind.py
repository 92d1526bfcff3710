"""The texts of reason_texts, which speak of a sync, in the words of every other kind of run."""

from __future__ import annotations

import re
from typing import Final

from integrations.choices import SURVEY_KINDS, RunKind
from integrations.models import RunRecord
from integrations.reason_text import AGAIN, Detail, ReasonText
from integrations.reason_texts import explain, explain_record
from integrations.reasons import Reason

MADE_UP_ID: Final = "ランダムな社員ID"
MADE_UP_ID_RULE: Final = f"{MADE_UP_ID}（英大文字と数字8文字）"
APPROVE_AGAIN: Final = "「削除の確認」でもう一度承認してください。"
PREVIEW_AGAIN: Final = "「プレビューを作り直す」を押してください。"

# What a sync did -> what it would do.
_GIVEN_ID = re.compile(r"社員ID「[^」]*」で登録しました。")
_WOULD_BE: Final = (
    ("のままです。", "のままになります。"),
    ("社員IDは変更していません", "社員IDは変わりません"),
    ("グループは変更していません", "グループは変わりません"),
    ("グループ1に入れました", "グループ1に入ります"),
    ("最上位のグループにしました", "最上位のグループになります"),
    ("空として取り込みました", "空として取り込みます"),
    ("ほかの項目は更新しました", "ほかの項目は更新します"),
    ("停止しました", "停止します"),
    ("ませんでした。", "ません。"),
)
_TELL_THEM: Final = "それまでは、本人に社員IDを知らせてください。"
_TELL_THEM_LATER: Final = "そのまま同期するときは、同期のあとで、本人に社員IDを知らせてください。"
_NOT_MADE: Final = "プレビューを作れませんでした。"
_STOPPED: Final = (
    ("同期を止めました。削除はしていません。", _NOT_MADE),
    ("同期を止めました。", _NOT_MADE),
    ("削除はしませんでした。", _NOT_MADE),
    ("何も変更せずに止めました。", _NOT_MADE),
    ("同期の途中で", "途中で"),
)


def text_of(record: RunRecord, kind: str) -> ReasonText | None:
    """Why a record is in the report of a run of that kind; None where there is nothing to say."""
    if not record.reason:
        return None
    text = explain_record(
        record.reason, record.detail, subject=record.subject, outcome=record.outcome
    )
    return in_words_of_a_preview(text) if kind == RunKind.PREVIEW else text


def text_of_run(kind: str, code: str, detail: Detail) -> ReasonText:
    """What stopped a run of that kind."""
    text = explain(code, detail, subject="")
    if kind == RunKind.DELETIONS:
        return _in_words_of_deletions(text)
    if kind == RunKind.PREVIEW:
        return _in_words_of_a_stopped_preview(text)
    return _in_words_of_a_survey(text) if kind in SURVEY_KINDS else text


def outcome_label(record: RunRecord) -> str:
    """変更なし would hide that a person is going to be asked (E12, G4)."""
    asked = record.reason == Reason.WOULD_ASK
    return "削除の確認" if asked else str(record.get_outcome_display())


def in_words_of_a_preview(text: ReasonText) -> ReasonText:
    """The texts about a record, before anything was done to it; no 社員ID that was made up."""
    what = _GIVEN_ID.sub(f"{MADE_UP_ID_RULE}になります。", text.what)
    advice = text.next.replace(_TELL_THEM, _TELL_THEM_LATER)
    return ReasonText(_replaced(what, _WOULD_BE), advice.replace(AGAIN, "同期してください。"))


def _in_words_of_deletions(text: ReasonText) -> ReasonText:
    """Nobody syncs them again."""
    what = text.what.replace("同期を止めました", "削除を止めました")
    return ReasonText(
        what.replace("同期の途中で", "確認の途中で"), text.next.replace(AGAIN, APPROVE_AGAIN)
    )


def _in_words_of_a_survey(text: ReasonText) -> ReasonText:
    """It only reads."""
    what = text.what.replace("、削除はしませんでした", "、候補を作れませんでした")
    return ReasonText(what.replace("同期", "確認"), text.next.replace("同期", "確認"))


def _in_words_of_a_stopped_preview(text: ReasonText) -> ReasonText:
    """It could not be made."""
    return ReasonText(_replaced(text.what, _STOPPED), text.next.replace(AGAIN, PREVIEW_AGAIN))


def _replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for done, would_be in pairs:
        text = text.replace(done, would_be)
    return text
