"""表示モード: ライト, ダーク, 端末に合わせる; written into the page by the server."""

import re

import pytest
from django.test import Client

from companies.models import AuditEntry
from employees.models import Employee
from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db
CHANGED = "表示モードを変更しました。"


@pytest.fixture
def signed_in(client: Client, person: Employee) -> Client:
    client.force_login(person)
    return client


def theme_of(page: str) -> str | None:
    match = re.search(r"<html([^>]*)>", page)
    assert match
    found = re.search(r'data-bs-theme="([^"]*)"', match[1])
    return found[1] if found else None


def checked(page: str) -> list[str]:
    return re.findall(r'<input type="radio" name="mode" value="(\w+)"[^>]* checked', page)


def test_it_follows_the_device_until_something_is_chosen(
    signed_in: Client, person: Employee
) -> None:
    page = signed_in.get("/display/").content.decode()

    assert (theme_of(page), checked(page), person.display_mode) == ("auto", ["auto"], None)
    assert re.findall(r"<span>(.+?)</span></label>", page) == [
        "ライト",
        "ダーク",
        "端末に合わせる",
    ]


@pytest.mark.parametrize("mode", ["light", "dark", "auto"])
def test_the_choice_holds_on_every_page(signed_in: Client, person: Employee, mode: str) -> None:
    colleague = EmployeeFactory(company=person.company)
    response = signed_in.post("/display/", {"mode": mode}, follow=True)

    page = response.content.decode()
    assert response.redirect_chain == [("/display/", 302)]
    assert (theme_of(page), checked(page)) == (mode, [mode])
    assert page.count(CHANGED) == 1
    for path in ("/", "/password/", "/nothing/"):
        assert theme_of(signed_in.get(path).content.decode()) == mode
    colleague.refresh_from_db()
    assert colleague.display_mode is None
    assert not AuditEntry.objects.for_company(person.company).exists()


@pytest.mark.parametrize("values", [{}, {"mode": ""}, {"mode": '"><script>'}, {"mode": "Dark"}])
def test_anything_else_is_refused(
    signed_in: Client, person: Employee, values: dict[str, str]
) -> None:
    response = signed_in.post("/display/", values)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["mode"]
    person.refresh_from_db()
    assert person.display_mode is None


def test_nobody_is_asked_who_is_not_logged_in(client: Client) -> None:
    assert client.get("/display/")["Location"] == "/login/?next=/display/"
    assert theme_of(client.get("/login/").content.decode()) is None


def test_the_menu_leads_there(signed_in: Client) -> None:
    page = signed_in.get("/").content.decode()

    assert '<a href="/display/" >表示モード</a>' in page


def test_a_toast_is_no_message_of_the_page_bar(signed_in: Client) -> None:
    page = signed_in.post("/display/", {"mode": "dark"}, follow=True).content.decode()

    toasts = page.partition('id="toasts"')[2].partition("<template")[0]
    bar = page.partition('id="toasts"')[0]
    assert CHANGED in toasts
    assert CHANGED not in bar
    assert 'role="status"' in page.partition('id="toasts"')[2].partition(">")[0]
    assert CHANGED not in signed_in.get("/display/").content.decode()
