"""The page of 差分プレビュー: what a sync would do (X1)."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from companies.models import Company
from integrations.choices import Outcome, RunKind, RunStatus, Subject
from integrations.models import SyncRun
from integrations.reasons import Reason
from tests.factories import RunFactory, RunRecordFactory
from tests.integrations.views.screen import text


def preview_of(company: Company, **values: object) -> SyncRun:
    run: SyncRun = RunFactory(company=company, kind=RunKind.PREVIEW, **values)
    return run


def asked(run: SyncRun, subject: Subject, times: int) -> None:
    RunRecordFactory.create_batch(
        times, run=run, subject=subject, outcome=Outcome.UNCHANGED, reason=Reason.WOULD_ASK
    )


def page(signed_in: Client, run: SyncRun, **query: str) -> str:
    return text(signed_in.get(f"/settings/smarthr/runs/{run.pk}/", query))


@pytest.mark.parametrize(
    ("people", "groups", "told"),
    [
        (3, 0, "社員3名は"),
        (0, 2, "グループ2件は"),
        (11, 5, "社員11名・グループ5件は"),
    ],
)
def test_X1_E12_G4_it_counts_who_would_be_asked_about(
    signed_in: Client, company: Company, people: int, groups: int, told: str
) -> None:
    run = preview_of(company)
    asked(run, Subject.EMPLOYEE, people)
    asked(run, Subject.GROUP, groups)

    said = page(signed_in, run)

    assert f"SmartHRで見つからない{told}、「削除の確認」に載ります。" in said
    unit = "件" if groups else "名"
    assert f"{people + groups}{unit}削除の確認対象結果理由" in said
    assert "変更なし" not in said.split("対象結果理由")[1]
    assert "グループは新規0件" not in said


def test_X1_two_brakes_are_told_once(signed_in: Client, company: Company) -> None:
    brakes = {"people": {"count": 12, "limit": 10}, "groups": {"count": 9, "limit": 3}}
    run = preview_of(company, progress={"brakes": brakes})

    assert page(signed_in, run).count("削除が上限を超えるため") == 1


def test_X1_reasons_speak_of_what_would_be(signed_in: Client, company: Company) -> None:
    run = preview_of(company)
    RunRecordFactory(
        run=run,
        reason=Reason.EMPLOYEE_ID_INVALID,
        detail={"value": "", "employee_id": "K9Q2ZX7D", "new": True},
    )

    said = page(signed_in, run, tab="reported")
    answer = signed_in.get(f"/settings/smarthr/runs/{run.pk}/report.csv")
    file = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    header, row = csv.reader(io.StringIO(file.removeprefix("\ufeff")))

    what = "社員番号がないため、ランダムな社員ID（英大文字と数字8文字）になります。"
    assert what in said
    assert "SmartHRと連携" not in said  # nobody is there yet
    assert "起きたこと" not in said
    assert (header[4], row[4]) == ("理由", what)
    assert "K9Q2ZX7D" not in said + file
    assert answer["Content-Disposition"].endswith(".csv")


@pytest.mark.parametrize(
    "status", [RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.NEEDS_CONFIRMATION]
)
@pytest.mark.parametrize("code", ["", *Reason])
def test_X1_every_end_without_a_preview_speaks_of_a_preview(
    signed_in: Client, company: Company, status: RunStatus, code: str
) -> None:
    run = preview_of(company, status=status, error_code=code)

    said = page(signed_in, run)

    assert said.startswith(f"差分プレビュー：{run.get_status_display()}")
    assert said.count("何も変更していません。") == 1
    assert "プレビューを作り直す" in said
    for words in ("同期を止め", "もう一度同期", "時点", "削除はし"):
        assert words not in said


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (
            RunStatus.FAILED,
            "SmartHRがメンテナンス中のため、プレビューを作れませんでした。何も変更していません。"
            "メンテナンスの終了後に、「プレビューを作り直す」を押してください。",
        ),
        (
            RunStatus.CANCELLED,
            "プレビューを中止しました。何も変更していません。"
            "必要なときは、「プレビューを作り直す」を押してください。",
        ),
    ],
)
def test_X1_why_there_is_no_preview(
    signed_in: Client, company: Company, status: RunStatus, told: str
) -> None:
    run = preview_of(company, status=status, error_code=Reason.MAINTENANCE)

    assert told in page(signed_in, run)


def test_X7_preview_of_another_slot_is_made_anew_for_that_slot(
    signed_in: Client, company: Company
) -> None:
    run = preview_of(company, status=RunStatus.FAILED, options={"slot": 2})

    answer = signed_in.get(f"/settings/smarthr/runs/{run.pk}/")

    assert '<input type="hidden" name="department_slot" value="2">' in answer.content.decode()
