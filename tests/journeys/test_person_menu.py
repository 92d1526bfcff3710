"""Login, 表示モード and the toasts, in a browser."""

import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from employees.models import Employee
from tests.factories import PASSWORD

GROUNDS = {"light": "rgb(246, 247, 247)", "dark": "rgb(20, 24, 26)"}
Scheme = Literal["light", "dark"]


def log_in(page: Page, site: str, path: str = "/") -> None:
    page.goto(f"{site}{path}")
    page.get_by_label("企業ID").fill("acme")
    page.get_by_label("社員ID").fill("admin")
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()


def ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def picture(page: Page, selector: str) -> str:
    """The colour that an arrow or a check mark is drawn in."""
    found = page.locator(selector).first.evaluate("e => getComputedStyle(e).backgroundImage")
    match = re.search(r"(?:stroke|fill)='(%23[0-9a-f]+)'", str(found).replace('"', "'"))
    assert match, found
    return match[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("mode", "shown"), [("ライト", "light"), ("ダーク", "dark"), ("端末に合わせる", None)]
)
def test_each_mode_on_each_device(
    page: Page,
    administrator: Employee,
    live_server: Any,
    scheme: Scheme,
    mode: str,
    shown: Scheme | None,
) -> None:
    page.emulate_media(color_scheme=scheme)
    log_in(page, str(live_server.url), "/display/")
    page.get_by_label(mode).check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("表示モードを変更しました。")).to_be_visible()
    expect(page.get_by_label(mode)).to_be_checked()

    look = shown or scheme
    assert ground(page) == GROUNDS[look]
    dot = {"light": "%23fff", "dark": "%230a1c2e"}
    assert picture(page, "input[type=radio]:checked") == dot[look]
    page.goto(f"{live_server.url}/settings/smarthr/")
    assert ground(page) == GROUNDS[look]
    arrow = {"light": "%23343a40", "dark": "%23dee2e6"}
    assert picture(page, "select") == arrow[look]
    assert picture(page, "input[type=checkbox]:checked") == dot[look]


@pytest.fixture
def toast(page: Page, administrator: Employee, live_server: Any) -> Locator:
    """A toast of a moment ago, on a page whose clock stands."""
    page.clock.install()
    log_in(page, str(live_server.url), "/display/")
    expect(page.get_by_role("heading", name="表示モード")).to_be_visible()
    page.get_by_role("button", name="保存").click()
    page.clock.run_for(1_000)
    toast = page.locator("#toasts .mk-toast")
    expect(toast).to_contain_text("表示モードを変更しました。")
    return toast


def test_a_toast_goes_by_itself_but_not_under_the_pointer(page: Page, toast: Locator) -> None:
    toast.hover()
    page.clock.run_for(20_000)
    expect(toast).to_be_visible()

    page.mouse.move(1, 1)
    page.clock.run_for(6_000)
    expect(toast).to_be_visible()
    page.clock.run_for(3_000)
    expect(toast).to_have_count(0)


def test_a_toast_waits_for_the_keyboard_and_can_be_closed(page: Page, toast: Locator) -> None:
    toast.get_by_role("button", name="お知らせを閉じる").focus()
    page.clock.run_for(20_000)
    expect(toast).to_be_visible()

    page.keyboard.press("Enter")
    expect(toast).to_have_count(0)


def test_without_scripts_a_toast_is_a_message_of_the_page(
    browser: Browser, administrator: Employee, live_server: Any
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, str(live_server.url), "/display/")

    page.get_by_role("button", name="保存").click()

    toast = page.get_by_text("表示モードを変更しました。")
    expect(toast).to_be_visible()
    box, heading = toast.bounding_box(), page.get_by_role("heading", level=1).bounding_box()
    assert box is not None
    assert heading is not None
    assert box["y"] < heading["y"]
    context.close()


COPIERS = """
<p id="address">
  203.0.113.10
</p>
<button type="button" class="btn" data-copy="#address" hidden>アドレス</button>
<button type="button" class="btn" data-copy-text="固定" hidden>文字</button>
<input id="field" value="入力"><button type="button" data-copy="#field" hidden>欄</button>
"""


def add_copiers(page: Page) -> None:
    page.evaluate(
        """html => {
            const box = document.createElement("div");
            box.innerHTML = html;
            document.querySelector("main").append(box);
            htmx.process(box);
            htmx.trigger(box, "htmx:load", {elt: box});
        }""",
        COPIERS,
    )


def test_copy_buttons_copy_and_say_so(
    page: Page, administrator: Employee, live_server: Any
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(page, str(live_server.url), "/display/")
    expect(page.get_by_role("heading", name="表示モード")).to_be_visible()
    add_copiers(page)

    for name, text in (("アドレス", "203.0.113.10"), ("文字", "固定"), ("欄", "入力")):
        page.get_by_role("button", name=name).click()
        expect(page.locator("#toasts")).to_contain_text("コピーしました。")
        assert page.evaluate("navigator.clipboard.readText()") == text
    expect(page.locator("#toasts .mk-toast")).to_have_count(1)


def test_a_copy_that_fails_is_said_beside_the_button(
    page: Page, administrator: Employee, live_server: Any
) -> None:
    log_in(page, str(live_server.url), "/display/")
    expect(page.get_by_role("heading", name="表示モード")).to_be_visible()
    add_copiers(page)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")

    page.get_by_role("button", name="アドレス").click()

    expect(page.get_by_role("alert").filter(has_text="コピーできませんでした。")).to_be_visible()
    expect(page.locator("#toasts .mk-toast")).to_have_count(0)


def test_a_failed_login_keeps_what_was_typed_but_the_password(
    page: Page, administrator: Employee, live_server: Any
) -> None:
    page.goto(f"{live_server.url}/login/")
    page.get_by_label("企業ID").fill("acme")
    page.get_by_label("社員ID").fill("admin")
    page.get_by_label("パスワード", exact=True).fill("wrong")
    page.get_by_label("パスワードを表示").check()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")
    page.get_by_role("button", name="ログイン").click()

    alert = page.get_by_role("alert").filter(has_text="ログインできませんでした。")
    expect(alert).to_contain_text("15分ほど待ってからやり直してください。")
    expect(alert).to_be_focused()
    expect(page).to_have_title(re.compile("^エラー："))
    expect(page.get_by_label("社員ID")).to_have_value("admin")
    expect(page.locator("#id_password")).to_have_value("")
