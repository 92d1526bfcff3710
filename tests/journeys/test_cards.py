"""名刺: somebody makes one, also on a telephone; 管理者 takes a changed name over."""

from __future__ import annotations

import re

import pypdfium2
from playwright.sync_api import Page, expect

from cards.models import BusinessCard
from employees.models import Employee
from tests.cards.people import card_of
from tests.factories import PASSWORD, EmployeeFactory
from tests.journeys.steps import log_in


def test_O5_an_applicant_makes_changes_and_prints_a_card(
    page: Page, width: int, site: str, administrator: Employee
) -> None:
    EmployeeFactory(
        company=administrator.company, employee_id="s-1", last_name="髙﨑", first_name="一"
    )
    page.goto(site)
    page.get_by_label("企業ID").fill("acme")
    page.get_by_label("社員ID").fill("s-1")
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()

    page.get_by_role("link", name="名刺を追加").click()
    expect(page.get_by_label("会社名")).to_have_value("アクメ株式会社")
    page.get_by_label("肩書き").fill("長" * 21)
    page.get_by_label("ローマ字").focus()
    said = "肩書きが枠に入りません。20文字以内にしてください。"
    expect(page.locator("#fit-title")).to_contain_text(said)
    expect(page.locator("#card-preview")).to_contain_text(said)
    page.get_by_label("肩書き").fill("課長")
    page.get_by_label("ローマ字").focus()
    expect(page.locator("#fit-title")).to_be_empty()
    drawing = page.get_by_role("img", name=re.compile("課長、髙﨑、一"))
    expect(drawing).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="名刺の編集")).to_be_visible()

    page.get_by_label("携帯電話番号").fill("090-1234-5678")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("名刺を保存しました。")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDFをダウンロード").click()

    document = pypdfium2.PdfDocument(download.value.path())
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "髙﨑　一" in text
    assert "携帯 090-1234-5678" in text


def test_O5_administrators_find_a_changed_person_and_take_the_name_over(
    page: Page, site: str, administrator: Employee
) -> None:
    person = EmployeeFactory(
        company=administrator.company, last_name="佐藤", first_name="花子", employee_id="s-1"
    )
    card = card_of(person, title="課長")
    Employee.objects.for_company(person.company).filter(pk=person.pk).update(last_name="鈴木")
    page.set_viewport_size({"width": 1280, "height": 800})

    log_in(page, site, "/cards/")
    page.get_by_label("社員の情報が変わった名刺だけ").check()
    page.get_by_role("button", name="検索").click()
    page.get_by_role("link", name="鈴木 花子（s-1）").click()
    page.get_by_role("link", name="社員の情報を反映").click()
    expect(page.get_by_role("img", name=re.compile("鈴木、花子"))).to_be_visible()
    page.get_by_role("button", name="反映", exact=True).click()

    expect(page.get_by_text("社員の情報を名刺に反映しました。")).to_be_visible()
    expect(page.get_by_label("姓", exact=False).first).to_have_value("鈴木")
    assert BusinessCard.objects.for_company(person.company).get(pk=card.pk).last_name == "鈴木"
