"""O5, B1: 名刺リスト as a backup, on the screen and by command."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bulk import workbook
from bulk.services.export import export_cards
from cards.models import BusinessCard
from companies.audit import command
from companies.models import AuditEntry, Company
from employees.models import Employee
from tests.bulk.workbooks import read
from tests.factories import (
    ApproverFactory,
    BusinessCardFactory,
    CompanyFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
)

ADDRESS = "/bulk/export/cards/"
HEADINGS = [
    "社員ID",
    "会社名",
    "部署名",
    "肩書き",
    "姓",
    "名",
    "ローマ字",
    "郵便番号",
    "住所",
    "電話番号",
    "携帯電話番号",
    "メールアドレス",
    "URL",
]


def content(response: Any) -> bytes:
    return b"".join(cast(Iterable[bytes], response))


def exported(company: Company) -> list[list[object]]:
    file = BytesIO()
    export_cards(company=company, file=file, actor=command("test"))
    return read(file.getvalue())["名刺"]


def export(*arguments: str, company: str) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("bulk_export", *arguments, "--company", company, "--json", stdout=out)
    return int(end.value.code or 0), json.loads(out.getvalue())


def test_O5_the_backup_is_a_file_with_everybodys_cards(
    signed_in: Client, company: Company, administrator: Employee
) -> None:
    person = LinkedEmployeeFactory(company=company, employee_id="00027")
    BusinessCardFactory(employee=person, title="課長", last_name="佐藤", phone="+81-3-0000-0000")
    BusinessCardFactory(employee=person, title="=1+1\n二行目", last_name="𠮷田😀")
    BusinessCardFactory()  # of another company

    response = signed_in.get(ADDRESS)

    rows = read(content(response))["名刺"]
    assert rows == [
        HEADINGS,
        ["00027", "", "", "課長", "佐藤", "", "", "", "", "+81-3-0000-0000", "", "", ""],
        ["00027", "", "", "=1+1\n二行目", "𠮷田😀", "", "", "", "", "", "", "", ""],
    ]
    name = f"名刺リスト_{timezone.localdate():%Y%m%d}.xlsx"
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(name)}"
    assert response["Content-Type"] == workbook.CONTENT_TYPE
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.for_company(company).get(action="downloaded")
    assert (entry.actor_id, entry.object_type, entry.object_label) == (
        administrator.pk,
        "cards",
        "名刺リスト（2件）",
    )
    assert "佐藤" not in str([entry.changes, entry.object_label])


def test_B1_nothing_tells_linked_from_others(company: Company) -> None:
    person = EmployeeFactory(company=company, employee_id="same-01")
    BusinessCardFactory(employee=person, title="課長")
    before = exported(company)

    Employee.objects.for_company(company).filter(pk=person.pk).update(
        smarthr_id="6b1e5d8e-64a1-4f6e-9a55-1a3a36c53c6d", source={"emp_code": "same-01"}
    )

    assert exported(company) == before


def test_rows_are_in_the_order_of_the_ids_and_cards(company: Company) -> None:
    for code, titles in (("b-01", "12"), ("a-01", "34")):
        person = EmployeeFactory(company=company, employee_id=code)
        for title in titles:
            BusinessCardFactory(employee=person, title=title)

    assert [(row[0], row[3]) for row in exported(company)[1:]] == [
        ("a-01", "3"),
        ("a-01", "4"),
        ("b-01", "1"),
        ("b-01", "2"),
    ]


def test_a_company_without_cards_gets_the_headings(company: Company) -> None:
    assert exported(company) == [HEADINGS]


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_C3_others_download_nothing(client: Client, factory: type[EmployeeFactory]) -> None:
    client.force_login(factory())

    assert client.get(ADDRESS).status_code == 403
    assert not AuditEntry.objects.across_companies().filter(action="downloaded").exists()


def test_C3_without_login_it_leads_to_the_login(client: Client, db: None) -> None:
    assert client.get(ADDRESS)["Location"] == f"/login/?next={ADDRESS}"


def test_B6_more_cards_than_a_sheet_takes_are_said_on_the_screen(
    signed_in: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    BusinessCardFactory(employee=EmployeeFactory(company=company))
    monkeypatch.setattr(workbook, "LONGEST_SHEET", 1)

    response = signed_in.get(ADDRESS, follow=True)

    assert response.redirect_chain == [("/bulk/", 302)]
    assert "行数の上限を超えるため" in response.content.decode()
    assert not AuditEntry.objects.for_company(company).filter(action="downloaded").exists()


def test_it_is_read_only(signed_in: Client) -> None:
    assert signed_in.post(ADDRESS).status_code == 405


@pytest.mark.parametrize("cards", [1, 30])
def test_number_of_queries_does_not_grow(
    company: Company, cards: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(cards):
        BusinessCardFactory(employee=EmployeeFactory(company=company))

    with django_assert_num_queries(2):
        export_cards(company=company, file=BytesIO(), actor=command("test"))


def test_twenty_thousand_cards_are_written_quickly(company: Company) -> None:
    person = EmployeeFactory(company=company, employee_id="many-01")
    BusinessCard.objects.bulk_create(
        [
            BusinessCard(
                company=company,
                employee=person,
                **dict.fromkeys(("company_name", "department_name", "title", "address"), "長い値"),
            )
            for _ in range(20_000)
        ],
        batch_size=2000,
    )

    started = time.monotonic()
    count = export_cards(company=company, file=BytesIO(), actor=command("test"))
    seconds = time.monotonic() - started

    assert count == 20_000
    assert seconds < 15


# --- the command ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_writes_the_same_file(tmp_path: Path) -> None:
    company = CompanyFactory(code="acme")
    BusinessCardFactory(employee=EmployeeFactory(company=company, employee_id="00027"))
    target = tmp_path / "名刺.xlsx"
    target.write_text("an old one")

    code, data = export("cards", str(target), company="acme")

    assert (code, data) == (0, {"status": "succeeded", "rows": 1, "error": None})
    assert read(target.read_bytes())["名刺"][1][0] == "00027"
    assert [path.name for path in tmp_path.iterdir()] == ["名刺.xlsx"]
    assert target.stat().st_mode & 0o077 == 0
    entry = AuditEntry.objects.for_company(company).get(action="downloaded")
    assert (entry.actor_kind, entry.actor_label) == ("command", "bulk_export")


@pytest.mark.django_db
def test_the_command_says_it_to_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    CompanyFactory(code="acme")
    target = tmp_path / "cards.xlsx"

    with pytest.raises(SystemExit):
        call_command("bulk_export", "cards", str(target), "--company", "acme")

    assert capsys.readouterr().out == f"0件を{target}に書き出しました。\n"


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["", "missing/cards.xlsx"])
def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path, target: str) -> None:
    CompanyFactory(code="acme")

    code, data = export("cards", str(tmp_path / target), company="acme")

    assert (code, data["status"], data["rows"]) == (2, "failed", None)
    assert "書き込み先に使えません" in data["error"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("problem", "text"),
    [(OSError(28, "No space left"), "空き容量"), (workbook.TooManyRows(), "行数の上限")],
)
def test_an_export_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception, text: str
) -> None:
    CompanyFactory(code="acme")
    target = tmp_path / "cards.xlsx"
    target.write_text("the old one")

    def fail(*_: object, **__: object) -> int:
        raise problem

    monkeypatch.setattr("bulk.services.export.write_workbook", fail)
    code, data = export("cards", str(target), company="acme")

    assert (code, data["status"]) == (1, "failed")
    assert text in data["error"]
    assert "No space" not in data["error"]
    assert target.read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["cards.xlsx"]


@pytest.mark.django_db
def test_an_unknown_company_is_wrong_usage(tmp_path: Path) -> None:
    code, _ = export("cards", str(tmp_path / "cards.xlsx"), company="nobody")

    assert code == 2
