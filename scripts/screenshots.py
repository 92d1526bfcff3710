"""Takes the pictures of docs/images from a product that `make run` has just started.

make run                                   # in one terminal, with an empty var/
ADMIN_PASSWORD=demo-password-2026 make manage \\
    ARGS="create_company support 名刺管理サポート --operator --admin-id ops-01 \\
    --admin-email ops@example.com"         # in another; without it, see below
.venv/bin/python -m scripts.screenshots --operator support ops-01 demo-password-2026

Without --operator, the pictures of the operator's screens stay as they are. The script changes the
data on its way: somebody gets a card and another name, somebody is deleted. For a second time,
start again with an empty var/. Passwords that a page shows are covered with dots.
"""

import argparse
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import openpyxl
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
DESKTOP = (1280, 800)
PHONE = (375, 812)
SYNC_MS = 5 * 60_000
TO_THE_TOP = "element => element.scrollIntoView({behavior: 'instant'})"
Scheme = Literal["light", "dark"]


def main() -> None:
    options = _options()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with _page(browser, options.address) as page:
            _take(page, "login")
            _log_in(page, options.company, options.employee_id, options.password)
            report = _sync(page)
            _let_a_change_arrive(page, options.simulator)
            _let_a_card_fall_behind(page)
            _take_pages(page, report)
            _take_a_linked_person(page)
            _take_a_group(page)
            card = _take_cards(page)
            _take_an_import(page)
            _take_a_deletion(page)
            _take_letters(page)
            _take_phone_pages(browser, page, report=report, card=card)
            if options.operator:
                _take_the_operator(browser, options)
            page.goto("/settings/audit/")
            _take(page, "audit-log")
        browser.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts.screenshots",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--simulator", default="http://127.0.0.1:8100/demo/")
    parser.add_argument("--company", default="demo")
    parser.add_argument("--employee-id", default="admin")
    parser.add_argument("--password", default="demo-password-2026")
    parser.add_argument(
        "--operator",
        nargs=3,
        metavar=("COMPANY", "EMPLOYEE_ID", "PASSWORD"),
        help="a login of the operator's company",
    )
    return parser.parse_args()


@contextmanager
def _page(
    browser: Browser, address: str, *, size: tuple[int, int] = DESKTOP, scheme: Scheme = "light"
) -> Iterator[Page]:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="ja-JP",
        base_url=address,
    )
    page = context.new_page()
    page.goto("/login/")
    yield page
    context.close()


def _log_in(page: Page, company: str, employee_id: str, password: str) -> None:
    page.get_by_label("企業ID").fill(company)
    page.get_by_label("社員ID").fill(employee_id)
    page.get_by_label("パスワード", exact=True).fill(password)
    page.get_by_role("button", name="ログイン").click()
    page.get_by_role("heading", name="ホーム").wait_for()


def _sync(page: Page) -> str:
    """Imports everybody with 部署1 as group; the address of the report."""
    page.goto("/settings/smarthr/")
    page.get_by_label("グループとして適用する部署").select_option(label="部署1")
    page.locator("#slot").get_by_role("button", name="保存").click()
    page.locator("#slot").get_by_text("保存しました。").wait_for()
    page.locator("#employees").get_by_role("button", name="インポート・同期実行").click()
    # The demo company has people who were made by hand (T7).
    page.get_by_role("button", name="新規に取り込む").click(timeout=SYNC_MS)
    page.locator("[aria-current=step]").get_by_text("従業員の読み込み").wait_for()
    page.locator("[aria-current=step] progress").wait_for()
    _take(page, "progress")
    page.get_by_role("navigation", name="結果の種類").wait_for(timeout=SYNC_MS)
    return page.url


def _let_a_change_arrive(page: Page, simulator: str) -> None:
    """Turns the webhook on, changes somebody in SmartHR, and waits until the log says so."""
    page.goto("/settings/smarthr/")
    page.get_by_label("自動同期する(Webhookを自動で登録)").check()
    section = page.locator("#webhook")
    section.get_by_role("button", name="保存").click()
    section.get_by_role("button", name="切り替え").click()
    section.get_by_text("保存しました。").wait_for()
    there = page.context.new_page()
    there.goto(simulator)
    there.locator("main table a").first.click()
    there.locator("input[name=last_name]").fill("髙﨑")
    there.get_by_role("button", name="保存").click()
    there.close()
    processed = page.locator("tbody").get_by_text("処理済み")
    for _ in range(60):
        page.goto("/webhooks/log/")
        if processed.count():
            return
        page.wait_for_timeout(500)
    raise SystemExit("the change did not arrive")


def _let_a_card_fall_behind(page: Page) -> None:
    """Gives somebody a card and then another family name."""
    _find_person(page, "meishi-02")
    person = page.url
    page.get_by_role("link", name="名刺リスト").last.click()
    page.get_by_role("link", name="名刺を追加").click()
    for label, value in (
        ("肩書き", "主任"),
        ("ローマ字", "Ken Toda"),
        ("郵便番号", "100-0000"),
        ("住所", "東京都千代田区見本町1-2-3"),
        ("電話番号", "03-0000-0000"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="保存").click()
    page.get_by_text("名刺を追加しました").wait_for()
    page.goto(person)
    page.get_by_label("姓").fill("戸川")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("保存しました").wait_for()


def _take_pages(page: Page, report: str) -> None:
    for name, path in (
        ("report", report),
        ("home", "/"),
        ("settings", "/settings/smarthr/"),
        ("webhook-log", "/webhooks/log/"),
        ("employees", "/employees/"),
        ("groups", "/groups/"),
        ("cards", "/cards/"),
        ("initial-passwords", "/employees/initial-passwords/"),
    ):
        page.goto(path)
        _take(page, name)


def _take_a_linked_person(page: Page) -> None:
    page.goto("/employees/?q=佐藤")
    page.get_by_label("SmartHR", exact=True).select_option(label="連携あり")
    page.get_by_role("button", name="検索").click()
    page.locator("tbody tr").filter(has_text="@").locator("th a").first.click()
    page.get_by_role("heading", name="SmartHRから同期する項目").wait_for()
    _take(page, "employee")


def _take_a_group(page: Page) -> None:
    """One whose approver stands above it."""
    page.goto("/groups/?q=外部スタッフ")
    page.get_by_role("link", name="外部スタッフ").first.click()
    page.wait_for_url(re.compile(r"/groups/\d+/$"))
    _take(page, "group")


def _take_cards(page: Page) -> str:
    """One that fell behind and one to edit; the address of the latter."""
    page.goto("/cards/?changed=1")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="社員の情報を反映").click()
    page.get_by_role("heading", name="社員の情報の反映").wait_for()
    _take(page, "card-follow")
    page.goto("/cards/?q=meishi-01")
    page.locator("tbody th a").first.click()
    page.get_by_role("heading", name="名刺の編集").wait_for()
    _take(page, "card")
    return page.url


def _take_an_import(page: Page) -> None:
    """Up to the preview; nothing is imported."""
    page.goto("/bulk/")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "社員.xlsx"
        with page.expect_download() as download:
            page.get_by_role("button", name="社員").click()
        download.value.save_as(file)
        _edit_people(file)
        page.get_by_label("対象").select_option(label="社員")
        page.get_by_label("ファイル", exact=True).set_input_files(file)
        page.get_by_role("button", name="内容を確認").click()
        heading = page.get_by_role("heading", name="インポート内容の確認", level=1)
        heading.wait_for(timeout=SYNC_MS)
    _take(page, "import-preview")


def _edit_people(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    sheet = book["社員"]
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        person = dict(zip(heads, row, strict=True))
        if person["社員ID"].value == "meishi-02":
            person["メールアドレス"].value = "togawa@example.com"
            person["権限"].value = "承認者"
        elif person["社員ID"].value == "staff-01":
            person["グループ"].value = "顧問"
    new = ("staff-02", "三浦", "さくら", "miura@example.com", "名刺管理室/外部スタッフ", "申請者")
    sheet.append(new)
    book.save(file)


def _take_a_deletion(page: Page) -> None:
    _find_person(page, "advisor-01")
    page.get_by_role("link", name="社員を削除").click()
    page.get_by_role("heading", name="社員の削除").wait_for()
    _take(page, "employee-delete")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="社員を削除").click()
    page.get_by_text("削除しました").wait_for()
    page.goto("/settings/archive/")
    _take(page, "archive")


def _take_letters(page: Page) -> None:
    """Those of the smallest group on the first page."""
    page.goto("/employees/initial-passwords/")
    rows = page.locator("tbody tr").all()
    numbers = [int(re.sub(r"\D", "", row.locator("td").first.inner_text())) for row in rows]
    smallest = min(filter(None, numbers))
    rows[numbers.index(smallest)].get_by_role("link", name="再発行").click()
    page.get_by_role("button", name="再発行").click()
    page.get_by_role("heading", name="一時パスワードの手紙").wait_for()
    passwords = page.locator(".mk-one-time span")
    passwords.evaluate_all("spans => spans.forEach(span => span.textContent = '•••••')")
    page.locator(".mk-letter").first.evaluate(TO_THE_TOP)
    _take(page, "letters")


def _take_phone_pages(browser: Browser, page: Page, *, report: str, card: str) -> None:
    cookies = page.context.cookies()
    pictures: list[tuple[str, str, Scheme]] = [
        ("report-phone", report, "light"),
        ("report-phone-dark", report, "dark"),
        ("card-phone", card, "light"),
    ]
    for name, path, scheme in pictures:
        with _page(browser, page.url, size=PHONE, scheme=scheme) as phone:
            phone.context.add_cookies(cookies)  # type: ignore[arg-type]
            phone.goto(path)
            if path == card:
                phone.locator("#card-preview").scroll_into_view_if_needed()
            _take(phone, name)


def _take_the_operator(browser: Browser, options: argparse.Namespace) -> None:
    with _page(browser, options.address) as page:
        _log_in(page, *options.operator)
        _add_a_company(page)
        page.goto("/operator/")
        _take(page, "operator-companies")
        page.get_by_role("link", name="株式会社デモ").click()
        page.get_by_label("理由").fill("お問い合わせ0123の調査のため")
        page.get_by_role("button", name="閲覧を開始").click()
        page.get_by_role("button", name="閲覧を終了").wait_for()
        page.goto("/settings/smarthr/")
        _take(page, "support-visit")
        page.get_by_role("button", name="閲覧を終了").click()
        page.get_by_text("閲覧を終了しました").wait_for()


def _add_a_company(page: Page) -> None:
    page.goto("/operator/companies/add/")
    page.get_by_label("企業ID").fill("mihon")
    page.get_by_label("会社名").fill("見本商事株式会社")
    page.get_by_label("管理者の社員ID").fill("mihon-01")
    page.get_by_label("管理者のメールアドレス").fill("mihon@example.com")
    page.get_by_role("button", name="会社を追加").click()
    page.get_by_role("heading", name="追加しました").wait_for()


def _find_person(page: Page, employee_id: str) -> None:
    page.goto(f"/employees/?q={employee_id}")
    page.locator("tbody th a").first.click()
    page.wait_for_url(re.compile(r"/employees/\d+/$"))


def _take(page: Page, name: str) -> None:
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    print(path.relative_to(IMAGES.parent.parent))


if __name__ == "__main__":
    main()
