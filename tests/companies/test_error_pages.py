"""404, 403, CSRF and 500."""

import logging
import re

import pytest
from django.test import Client, RequestFactory

from companies.errors import server_error
from tests.factories import EmployeeFactory


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
