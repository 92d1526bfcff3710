"""A report as a file (T6, S1, X6)."""

import csv
import io

import pytest
from django.test import Client

from companies.models import AuditAction, AuditEntry, Company
from integrations.choices import Outcome, Subject
from integrations.models import SyncRun
from integrations.reasons import Reason
from tests.factories import ActiveRunFactory, RunFactory, RunRecordFactory

HEADER = ["種類", "対象", "結果", "変更の内容", "起きたこと", "次にすること"]


@pytest.fixture
def run(company: Company) -> SyncRun:
    return RunFactory(company=company)


def rows(signed_in: Client, run: SyncRun, query: str = "") -> list[list[str]]:
    response = signed_in.get(f"/settings/smarthr/runs/{run.pk}/report.csv{query}")
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8")  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")  # Excel takes it for Shift JIS otherwise
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_T6_every_record_is_told_with_reason_and_next_step(signed_in: Client, run: SyncRun) -> None:
    RunRecordFactory(
        run=run,
        label="小林 優子（00044）",
        outcome=Outcome.UPDATED,
        changes={"last_name": ["中村", "小林"], "email": ["", "a@example.com"]},
    )
    RunRecordFactory(
        run=run,
        label="田村 健（社員番号なし）",
        outcome=Outcome.LEFT_OUT,
        reason=Reason.NAME_MISSING,
        detail={"new": True},
    )
    RunRecordFactory(run=run, subject=Subject.GROUP, label="営業部", outcome=Outcome.DELETED)
    RunRecordFactory()  # of another company

    assert rows(signed_in, run) == [
        HEADER,
        [
            "従業員",
            "小林 優子（00044）",
            "更新",
            "姓 中村 → 小林、メールアドレス なし → a@example.com",
            "",
            "",
        ],
        [
            "従業員",
            "田村 健（社員番号なし）",
            "スキップ",
            "",
            "SmartHRに姓または名がないため、取り込みませんでした。",
            "SmartHRで姓と名を登録し、もう一度同期してください。",
        ],
        ["部署", "営業部", "削除", "", "", ""],
    ]


def test_S1_changed_logins_are_a_list_to_hand_out(signed_in: Client, run: SyncRun) -> None:
    RunRecordFactory(
        run=run,
        label="小林 優子（A-00027）",
        outcome=Outcome.UPDATED,
        changes={"employee_id": ["00027", "A-00027"]},
    )
    RunRecordFactory(run=run)

    assert rows(signed_in, run, "?tab=logins") == [
        ["社員", "変更前の社員ID", "変更後の社員ID"],
        ["小林 優子", "00027", "A-00027"],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_in_it_is_a_formula(signed_in: Client, run: SyncRun, start: str) -> None:
    RunRecordFactory(run=run, label=f"{start}HYPERLINK(1)（x）")

    assert rows(signed_in, run)[1][1] == f"'{start}HYPERLINK(1)（x）"


def test_X6_the_download_is_audited(signed_in: Client, run: SyncRun) -> None:
    rows(signed_in, run)

    entry = AuditEntry.objects.for_company(run.company).get(action=AuditAction.DOWNLOADED)
    assert (entry.object_type, entry.object_id) == ("run", run.pk)
    assert entry.actor_label == "山田 花子（a001）"


def test_file_is_named_after_the_run(signed_in: Client, run: SyncRun) -> None:
    response = signed_in.get(f"/settings/smarthr/runs/{run.pk}/report.csv?tab=reported")

    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in response["Cache-Control"]


def test_C1_there_is_none_of_another_company_nor_of_a_run_that_goes_on(
    signed_in: Client, company: Company
) -> None:
    for other in (RunFactory(), ActiveRunFactory(company=company)):
        assert signed_in.get(f"/settings/smarthr/runs/{other.pk}/report.csv").status_code == 404


def test_unknown_tab_is_not_found(signed_in: Client, run: SyncRun) -> None:
    path = f"/settings/smarthr/runs/{run.pk}/report.csv?tab=nonsense"

    assert signed_in.get(path).status_code == 404
