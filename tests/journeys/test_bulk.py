"""一括処理 as a 管理者 meets it: export, edit in another program, preview, errors, import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from employees.choices import Role
from employees.models import Employee
from tests.factories import GroupFactory, LinkedEmployeeFactory
from tests.journeys.steps import SYNC_MS, log_in

SIZES = [pytest.param((1280, 800), id="1280"), pytest.param((375, 812), id="375")]


def choose(page: Page, file: Path) -> None:
    page.get_by_label("ファイル", exact=True).set_input_files(file)
    page.get_by_role("button", name="内容を確認").click()
    heading = page.get_by_role("heading", name="インポート内容の確認", level=1)
    expect(heading).to_be_visible(timeout=SYNC_MS)


@pytest.mark.parametrize("size", SIZES)
def test_B5_people_are_exported_edited_and_imported(
    page: Page,
    administrator: Employee,
    background_worker: None,
    live_server: Any,
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    company = administrator.company
    GroupFactory(company=company, name="営業部")
    LinkedEmployeeFactory(
        company=company, employee_id="00027", last_name="佐藤", email="sato@example.com"
    )
    page.set_viewport_size({"width": size[0], "height": size[1]})
    log_in(page, live_server.url, "/bulk/")

    with page.expect_download() as download:
        page.get_by_role("button", name="社員").click()
    file = tmp_path / "社員.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    sheet = book["社員"]
    assert sheet["A2"].value == "00027"
    sheet["B2"], sheet["E2"], sheet["F2"] = "別", "営業部", "承認者"
    sheet.append(["a b", "鈴木", "一郎", None, None, None, None])
    book.save(file)

    choose(page, file)
    expect(page.get_by_role("alert")).to_contain_text(
        "エラーが1件あるため、まだ何も取り込んでいません。"
    )
    row = page.get_by_role("row").filter(has_text="鈴木")
    expect(row).to_contain_text("社員IDに空白が含まれています。")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

    with page.expect_download() as errors:
        page.get_by_role("link", name="エラーをダウンロード").click()
    errors.value.save_as(file)
    book = openpyxl.load_workbook(file)
    assert str(book["社員"]["H4"].value).startswith("A4：社員IDに空白")
    book["社員"]["A4"] = "00028"
    book.save(file)
    page.get_by_role("link", name="ファイルを選び直す").click()

    choose(page, file)
    row = page.get_by_role("row").filter(has_text="佐藤")
    expect(row).to_contain_text("※社員ID・姓名・メールアドレスはSmartHRの値のままです。")
    page.get_by_role("button", name="2名をインポート").click()
    expect(page.get_by_text("新規1名・変更1名をインポートしました。")).to_be_visible(
        timeout=SYNC_MS
    )
    with page.expect_download():
        page.get_by_role("button", name="一時パスワードをダウンロード").click()

    changed = Employee.objects.for_company(company).get(employee_id="00027")
    assert (changed.last_name, changed.group.name, changed.role) == (
        "佐藤",
        "営業部",
        Role.APPROVER,
    )
    assert Employee.objects.for_company(company).filter(employee_id="00028").exists()
