"""400, 404, 403, CSRF and 500."""

import logging
import re

import pytest
from django.test import Client, RequestFactory

from companies.errors import server_error
from tests.factories import AdministratorFactory, EmployeeFactory


@pytest.mark.django_db
def test_unknown_page(client: Client) -> None:
    client.force_login(EmployeeFactory())

    response = client.get("/nothing/")

    assert response.status_code == 404
    assert "移動または削除された可能性があります。" in response.content.decode()


def test_unknown_page_without_login(client: Client, db: None) -> None:
    response = client.get("/nothing/")

    assert response.status_code == 404
    assert "ページが見つかりません" in response.content.decode()


@pytest.mark.django_db
def test_page_of_another_role(client: Client) -> None:
    client.force_login(EmployeeFactory())

    response = client.get("/employees/")

    assert response.status_code == 403
    assert "自社の管理者に確認してください。" in response.content.decode()


@pytest.mark.django_db
def test_form_without_its_token() -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/login/", {})

    assert response.status_code == 403
    assert "画面の有効期限が切れました" in response.content.decode()


def test_server_error_gives_a_number_that_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    request = RequestFactory().get("/somewhere/")

    with caplog.at_level(logging.ERROR):
        response = server_error(request)

    found = re.search(r'mk-nowrap">([0-9A-Z]{8})<', response.content.decode())
    assert response.status_code == 500
    assert found is not None
    assert f"Inquiry number {found[1]}: GET /somewhere/" in caplog.text


@pytest.mark.django_db
def test_more_fields_than_any_form_has(client: Client) -> None:
    client.force_login(AdministratorFactory())

    for response in (
        client.get("/employees/?" + "a=1&" * 2000),
        client.post("/employees/bulk/", {f"field-{number}": "" for number in range(2000)}),
    ):
        assert response.status_code == 400
        assert "入力した内容は保存されていません。" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "utf-16"])
@pytest.mark.parametrize("address", ["employees/", "cards/", "cards/add/", "groups/"])
def test_whatever_charset_a_client_names_it_is_utf_8(
    client: Client, address: str, charset: str
) -> None:
    client.force_login(AdministratorFactory())
    headers = {"content-type": f"text/plain; charset={charset}"}

    response = client.get(f"/{address}?q=%5Cud800&employee_id=%5Cud800", headers=headers)

    assert response.status_code == 200
    assert response.context["request"].GET["q"] == r"\ud800"
