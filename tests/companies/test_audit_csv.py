"""X6: what the filter leaves of the audit log, as a file."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.audit import person as acting
from companies.models import AuditEntry, Company
from employees.models import Employee
from tests.companies.audit_lines import FILE, line, lines_of

pytestmark = pytest.mark.django_db


def test_X6_the_file_has_the_same_lines_in_words(
    signed_in: Client, administrator: Employee
) -> None:
    company = administrator.company
    line(company, label="left out", kind="group")
    line(
        company,
        actor=acting(administrator),
        changes={"last_name": ("佐藤", "鈴木"), "role": ("applicant", "approver")},
        reason="改姓",
    )

    response = signed_in.get(FILE, {"type": "employee"})

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    rows = lines_of(response)
    assert [row[1:] for row in rows] == [
        ["操作した人の種類", "操作した人", "対象の種類", "対象", "操作", "変更の内容", "理由"],
        [
            "社員",
            "山田 花子（admin）",
            "社員",
            "佐藤 花子（00027）",
            "更新",
            "姓 佐藤 → 鈴木、権限 申請者 → 承認者",
            "改姓",
        ],
    ]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", rows[1][0])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_X6_B6_the_file_runs_nothing_in_a_spreadsheet(
    signed_in: Client, company: Company, start: str
) -> None:
    line(company, label=f"{start}cmd|'/C calc'!A0", reason=f"{start}1+1")

    [_, row] = lines_of(signed_in.get(FILE))

    assert [row[4][:2], row[7][:2]] == [f"'{start}", f"'{start}"]


def test_X6_a_long_file_is_read_chunk_by_chunk(
    signed_in: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companies.audit_log.CHUNK", 3)
    moment = timezone.now()
    for number in range(10):  # some at the same moment
        line(company, label=f"n{number}", at=moment - timedelta(hours=number // 4))

    with CaptureQueriesContext(connection) as captured:
        rows = lines_of(signed_in.get(FILE, {"type": "employee"}))[1:]

    expected = ["n3", "n2", "n1", "n0", "n7", "n6", "n5", "n4", "n9", "n8"]
    assert [row[4] for row in rows if row[5] == "更新"] == expected
    chunks = [query for query in captured.captured_queries if "LIMIT 3" in query["sql"]]
    assert len(chunks) == 5


def test_X6_a_download_is_noted_in_the_log(signed_in: Client, company: Company) -> None:
    line(company, label="a")
    assert len(lines_of(signed_in.get(FILE))) == 2
    lines_of(signed_in.get(FILE, {"q": "佐藤"}))

    notes = AuditEntry.objects.for_company(company).filter(action="downloaded").order_by("pk")
    assert [(note.object_type, note.object_label) for note in notes] == [
        ("audit_log", "監査ログ"),
        ("audit_log", "監査ログ（条件あり）"),
    ]
