"""The same record in the words of a sync and of a preview (X1)."""

import pytest

from integrations.choices import Outcome, RunKind, Subject
from integrations.models import RunRecord
from integrations.reasons import LEFT_OUT, Reason
from integrations.texts_by_kind import text_of

INVALID = {"value": "0", "employee_id": "00044", "new": False}
ABOUT_A_RECORD = LEFT_OUT | {
    Reason.EMPLOYEE_ID_INVALID,
    Reason.EMPLOYEE_ID_TAKEN,
    Reason.EMAIL_INVALID,
    Reason.DEPARTMENT_UNKNOWN,
    Reason.RETIRED_SUSPENDED,
    Reason.LAST_ADMINISTRATOR,
    Reason.STILL_EXISTS,
    Reason.WOULD_ASK,
    Reason.PARENT_MISSING,
    Reason.PARENT_CYCLE,
}
NEW = {"value": "", "employee_id": "K9Q2ZX7D", "new": True}


def told(kind: RunKind, reason: str, detail: dict[str, object], outcome: Outcome) -> str:
    record = RunRecord(
        subject=Subject.EMPLOYEE, reason=reason, detail=detail, outcome=outcome, label="佐藤"
    )
    text = text_of(record, kind)
    assert text is not None
    return text.both


@pytest.mark.parametrize("reason", sorted(ABOUT_A_RECORD))
def test_X1_preview_does_not_speak_of_what_is_done(reason: Reason) -> None:
    for new in (True, False):
        said = told(RunKind.PREVIEW, reason, {**INVALID, "new": new}, Outcome.UPDATED)
        for word in ("ました", "ませんでした", "のままです", "変更していません", "もう一度同期"):
            assert word not in said


@pytest.mark.parametrize(
    ("reason", "detail", "outcome", "what"),
    [
        (
            Reason.EMPLOYEE_ID_INVALID,
            NEW,
            Outcome.CREATED,
            "社員番号がないため、ランダムな社員ID（英大文字と数字8文字）になります。",
        ),
        (
            Reason.EMPLOYEE_ID_INVALID,
            INVALID,
            Outcome.UPDATED,
            "社員番号「0」は社員IDに使えないため、社員IDは「00044」のままになります。"
            "ほかの項目は更新します。",
        ),
        (
            Reason.BIRTH_DATE_MISSING,
            {},
            Outcome.LEFT_OUT,
            "SmartHRに正しい生年月日がないため、取り込みません。",
        ),
    ],
)
def test_X1_preview_says_what_would_be(
    reason: Reason, detail: dict[str, object], outcome: Outcome, what: str
) -> None:
    assert told(RunKind.PREVIEW, reason, detail, outcome).startswith(what)


@pytest.mark.parametrize("outcome", [Outcome.UPDATED, Outcome.UNCHANGED])
def test_S2_other_items_are_updated_only_where_they_are(outcome: Outcome) -> None:
    said = told(RunKind.EMPLOYEES, Reason.EMPLOYEE_ID_INVALID, INVALID, outcome)

    assert ("ほかの項目は更新しました。" in said) == (outcome == Outcome.UPDATED)
