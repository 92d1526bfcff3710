"""社員リスト."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Company
from employees.models import Employee
from tests.factories import (
    AdministratorFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Employee:
    person = AdministratorFactory(last_name="阿部", first_name="")
    client.force_login(person)
    return person


@pytest.fixture
def company(administrator: Employee) -> Company:
    return administrator.company


def test_list_shows_people_of_this_company_only(client: Client, company: Company) -> None:
    EmployeeFactory(company=company, last_name="佐藤", first_name="花子")
    EmployeeFactory(last_name="他社", first_name="太郎")

    text = client.get("/employees/").content.decode()

    assert "佐藤 花子" in text
    assert "他社" not in text


def test_O1_badge_is_on_linked_people_only(client: Client, company: Company) -> None:
    EmployeeFactory(company=company)

    legend = client.get("/employees/").content.decode().count("mk-badge-smarthr")
    LinkedEmployeeFactory(company=company)
    with_linked = client.get("/employees/").content.decode().count("mk-badge-smarthr")

    assert (legend, with_linked) == (1, 2)


def test_group_is_shown_with_its_path(client: Client, company: Company) -> None:
    area = GroupFactory(company=company, name="福岡エリア")
    shop = GroupFactory(company=company, name="春日店", parent=area)
    EmployeeFactory(company=company, group=shop)

    assert "福岡エリア/春日店" in client.get("/employees/").content.decode()


def test_suspended_person_is_marked(client: Client, company: Company) -> None:
    EmployeeFactory(company=company, is_active=False)

    text = client.get("/employees/").content.decode()

    assert text.partition("<table")[2].count("ログイン停止中") == 1


@pytest.mark.parametrize(("page", "rows"), [("1", 50), ("2", 11), ("99", 11), ("x", 50)])
def test_fifty_a_page_with_the_total(
    client: Client, company: Company, page: str, rows: int
) -> None:
    EmployeeFactory.create_batch(60, company=company, password="!")

    response = client.get("/employees/", {"page": page})

    assert len(response.context["rows"]) == rows
    assert "61名" in response.content.decode()


@pytest.mark.parametrize("query", ["", "q=佐藤", "sort=group", "sort=-role", "sort=login"])
def test_number_of_queries_does_not_grow(client: Client, company: Company, query: str) -> None:
    group = GroupFactory(company=company)
    people = {"company": company, "group": group, "last_name": "佐藤", "password": "!"}
    LinkedEmployeeFactory(**people)

    with CaptureQueriesContext(connection) as at_one:
        client.get(f"/employees/?{query}")
    LinkedEmployeeFactory.create_batch(29, **people)
    with CaptureQueriesContext(connection) as at_thirty:
        response = client.get(f"/employees/?{query}")

    assert len(response.context["rows"]) >= 30
    assert len(at_thirty) == len(at_one)


def test_names_are_shown_as_text(client: Client, company: Company) -> None:
    EmployeeFactory(company=company, last_name="<b>髙橋</b>")

    text = client.get("/employees/").content.decode()

    assert "&lt;b&gt;髙橋&lt;/b&gt;" in text
    assert "<b>髙橋" not in text
