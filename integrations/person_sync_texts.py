"""What came of 「この社員だけ同期」, in words (X9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from integrations.choices import Outcome, Subject
from integrations.models import PersonSync
from integrations.reason_text import ReasonText
from integrations.reason_texts import explain, explain_record
from integrations.reasons import Reason
from integrations.record_links import Link


@dataclass(frozen=True, slots=True)
class PersonSyncResult:
    at: datetime
    by: str
    # Of an alert.
    tone: str
    title: str
    texts: Sequence[ReasonText]
    # What integrations.record_changes shows.
    outcome: str
    changes: Mapping[str, Any]
    links: Sequence[Link] = ()
    is_under_way: bool = False


def outcome_of(
    row: PersonSync | None, *, told: Sequence[ReasonText] = ()
) -> PersonSyncResult | None:
    """`told`: what the page says of the person anyway, and need not say twice."""
    if row is None:
        return None
    if row.finished_at is None:
        return _waits(row)
    if row.error_code:
        text = explain(row.error_code, row.error_detail, subject="")
        return _result(row, "error", "この社員だけ同期：失敗しました。", [text])
    notes = [(note["reason"], note["detail"]) for note in row.notes]
    texts = [
        explain_record(reason, detail, subject=Subject.EMPLOYEE, outcome=row.outcome)
        for reason, detail in notes
    ]
    tone = "warning" if texts else "success"
    texts = [text for text in texts if text.what not in {known.what for known in told}]
    asked = {reason for reason, _ in notes} & {Reason.WAITS_FOR_WORD}
    asked = asked if texts else set()
    links = [Link(f"{reverse('smarthr-deletions')}?tab=people", "削除を確認")] if asked else []
    return _result(row, tone, _title(row, is_clear=tone == "success"), texts, links)


def _title(row: PersonSync, *, is_clear: bool) -> str:
    if row.outcome == Outcome.LEFT_OUT:
        return "この社員だけ同期：何も変更していません。"
    if row.changes:
        return "この社員だけ同期：SmartHRの内容を反映しました。"
    if not is_clear:
        return "この社員だけ同期：SmartHRに確認しました。"
    return "この社員だけ同期：SmartHRと同じ内容のため、変更はありません。"


def _waits(row: PersonSync) -> PersonSyncResult:
    title = "この社員だけ同期：SmartHRの回答を待っています。続きはバックグラウンドで行います。"
    next_step = "この画面を閉じても続きます。結果は、ページを再読み込みすると表示されます。"
    why = explain(row.error_code, row.error_detail, subject="").what if row.error_code else ""
    text = ReasonText(why.replace("、同期を止めました", "、待っています"), next_step)
    return PersonSyncResult(
        at=row.asked_at,
        by=row.asked_by_label,
        tone="info",
        title=title,
        texts=[text],
        outcome="",
        changes={},
        is_under_way=True,
    )


def _result(
    row: PersonSync,
    tone: str,
    title: str,
    texts: Sequence[ReasonText],
    links: Sequence[Link] = (),
) -> PersonSyncResult:
    return PersonSyncResult(
        at=row.finished_at or row.asked_at,
        by=row.asked_by_label,
        tone=tone,
        title=title,
        texts=texts,
        outcome=row.outcome,
        changes=row.changes,
        links=links,
    )
