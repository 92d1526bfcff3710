"""A 管理者 adds a person with an image, finds them, and changes many at once."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from companies.models import Company
from employees.models import Employee
from tests.factories import (
    AdministratorFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
)
from tests.journeys.steps import log_in


@pytest.fixture
def company(transactional_db: None) -> Company:
    company = CompanyFactory(code="acme")
    AdministratorFactory(company=company, employee_id="admin", last_name="山田")
    for number in range(20):
        GroupFactory(company=company, name=f"部門{number:02}")
    return company


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (400, 200), (200, 30, 30))
    image.paste((30, 30, 200), (200, 0, 400, 200))
    image.save(tmp_path / "face.png")
    return tmp_path / "face.png"


def colours(name: str | None) -> Any:
    with default_storage.open(str(name)) as file:
        image = Image.open(io.BytesIO(file.read()))
        return [image.getpixel((place, 256)) for place in (20, 490)]


def test_a_person_is_added_with_a_chosen_square_of_an_image(
    page: Page, width: int, live_server: Any, company: Company, photo: Path
) -> None:
    log_in(page, str(live_server.url), "/employees/")
    page.get_by_role("link", name="社員を追加").click()
    page.get_by_label("社員ID").fill("new-01")
    page.get_by_label("姓", exact=True).fill("髙﨑")
    page.get_by_label("グループ名で絞り込み").fill("部門07")
    expect(page.locator("#id_group option")).to_have_text(["部門07", "グループ1"])
    page.locator("#id_group").select_option(label="部門07")
    page.locator("#id_image").set_input_files(photo)
    across = page.get_by_label("横の位置")
    across.focus()
    page.keyboard.press("End")  # with the keyboard alone
    page.get_by_role("button", name="社員を追加").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("一時パスワード")
    expect(page.get_by_role("button", name="印刷")).to_be_visible()
    person = Employee.objects.for_company(company).get(employee_id="new-01")
    assert person.group.name == "部門07"
    assert all(colour[2] > 150 > colour[0] for colour in colours(person.image.name))
    page.goto(f"{live_server.url}/employees/{person.pk}/")
    shown = page.get_by_alt_text("今の画像")
    assert shown.evaluate("image => image.naturalWidth") == 512


def test_many_people_are_changed_after_a_question(
    page: Page, width: int, live_server: Any, company: Company
) -> None:
    EmployeeFactory.create_batch(30, company=company, last_name="佐藤", password="!")
    LinkedEmployeeFactory.create_batch(25, company=company, last_name="佐藤", password="!")
    log_in(page, str(live_server.url), "/employees/")
    page.get_by_label("氏名・社員ID・メールアドレス").fill("佐藤")
    page.get_by_role("button", name="検索").click()
    expect(page.locator(".mk-range")).to_have_text("1-50 / 55名")

    page.get_by_label("このページをすべて選ぶ").check()
    expect(page.get_by_role("button", name="50名のグループを変更")).to_be_visible()
    page.get_by_label("すべての該当する社員（55名）を選ぶ").check()
    page.get_by_role("button", name="55名のグループを変更").click()
    page.get_by_label("変更後のグループ", exact=True).select_option(label="部門03")
    page.get_by_role("button", name="確認に進む").click()
    page.get_by_role("button", name="55名のグループを変更").click()

    expect(page.get_by_text("55名のグループを「部門03」に変更しました。")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/employees/\?q="))
    moved = Employee.objects.for_company(company).filter(group__name="部門03")
    assert moved.count() == 55


def test_without_scripts_the_middle_of_the_image_is_saved(
    browser: Browser, live_server: Any, company: Company, photo: Path
) -> None:
    person = EmployeeFactory(company=company)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, str(live_server.url), f"/employees/{person.pk}/")
    page.locator("#id_image").set_input_files(photo)
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_text("を保存しました。")).to_be_visible()
    person.refresh_from_db()
    left, right = colours(person.image.name)
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]
    context.close()
