"""Takes the pictures of docs/images from a product that `make run` has just started.

make run                                   # in one terminal, with an empty var/
.venv/bin/python -m scripts.screenshots    # in another
"""

import argparse
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
DESKTOP = (1280, 800)
PHONE = (375, 812)
SYNC_MS = 5 * 60_000
Scheme = Literal["light", "dark"]


def main() -> None:
    options = _options()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with _page(browser, options.address) as page:
            _take(page, "login")
            _log_in(page, options)
            report = _sync(page)
            _let_a_change_arrive(page, options.simulator)
            _take_pages(page, report)
            state = page.context.storage_state()
        phone: dict[Scheme, str] = {"light": "report-phone", "dark": "report-phone-dark"}
        for scheme, name in phone.items():
            with _page(browser, options.address, size=PHONE, scheme=scheme) as page:
                page.context.add_cookies(state["cookies"])  # type: ignore[arg-type]
                page.goto(report)
                _take(page, name)
        browser.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.screenshots", description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--simulator", default="http://127.0.0.1:8100/demo/")
    parser.add_argument("--company", default="demo")
    parser.add_argument("--employee-id", default="admin")
    parser.add_argument("--password", default="demo-password-2026")
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


def _log_in(page: Page, options: argparse.Namespace) -> None:
    page.get_by_label("企業ID").fill(options.company)
    page.get_by_label("社員ID").fill(options.employee_id)
    page.get_by_label("パスワード", exact=True).fill(options.password)
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


def _take_pages(page: Page, report: str) -> None:
    for name, path in (
        ("report", report),
        ("home", "/"),
        ("settings", "/settings/smarthr/"),
        ("webhook-log", "/webhooks/log/"),
        ("employees", "/employees/"),
        ("groups", "/groups/"),
    ):
        page.goto(path)
        _take(page, name)


def _take(page: Page, name: str) -> None:
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    print(path.relative_to(IMAGES.parent.parent))


if __name__ == "__main__":
    main()
