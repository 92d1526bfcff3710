"""Adding and editing one person (O3), linked or not (E9), and who may (C1, C3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from companies.models import AuditEntry, Company
from employees.models import Employee
from employees.services.editing import version_of
from tests.employees.people import form_of, save
from tests.factories import (
    PASSWORD,
    AdministratorFactory,
    ApproverFactory,
    EmployeeFactory,
    GroupFactory,
    IntegrationFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    default_group_of,
)

pytestmark = pytest.mark.django_db
PAGES = ["employee-edit", "employee-stop", "employee-resume", "employee-delete"]


@pytest.fixture
def administrator(client: Client) -> Employee:
    person = AdministratorFactory(employee_id="admin")
    client.force_login(person)
    return person


@pytest.fixture
def company(administrator: Employee) -> Company:
    return administrator.company


def new_values(company: Company, **changes: Any) -> dict[str, Any]:
    return {
        "employee_id": "new-01",
        "last_name": "髙﨑",
        "first_name": "花子",
        "email": "",
        "group": default_group_of(company).pk,
        "role": "applicant",
        "new_password": "",
    } | changes


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_C3_others_open_no_page_of_a_person(
    client: Client, name: str, factory: type[EmployeeFactory]
) -> None:
    me = factory()
    client.force_login(me)
    address = reverse(name, args=[EmployeeFactory(company=me.company).pk])

    assert client.get(address).status_code == client.post(address).status_code == 403
    assert client.get("/employees/add/").status_code == 403
    assert client.post("/employees/bulk/").status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_C1_a_person_of_another_company_does_not_exist(
    client: Client, company: Company, name: str
) -> None:
    stranger = EmployeeFactory()

    assert client.post(reverse(name, args=[stranger.pk]), form_of(stranger)).status_code == 404
    assert Employee.objects.for_company(stranger.company).get().is_active


def test_O3_adding_shows_the_one_time_password_once(client: Client, company: Company) -> None:
    response = client.post("/employees/add/", new_values(company))

    person = Employee.objects.for_company(company).get(employee_id="new-01")
    [(shown, password)] = response.context["rows"]
    assert (shown.pk, person.check_password(password)) == (person.pk, True)
    assert password in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert (person.must_change_password, person.password_expires_at is None) == (True, False)
    assert person.full_name == "髙﨑 花子"
    assert password not in client.get(f"/employees/{person.pk}/").content.decode()


def test_O3_adding_with_a_password_shows_none(client: Client, company: Company) -> None:
    response = client.post("/employees/add/", new_values(company, new_password=PASSWORD))

    person = Employee.objects.for_company(company).get(employee_id="new-01")
    assert response["Location"] == f"/employees/{person.pk}/"
    assert (person.check_password(PASSWORD), person.must_change_password) == (True, True)


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"employee_id": "ab"}, "employee_id", "社員IDは3〜24文字で入力してください。"),
        ({"employee_id": "山田太郎"}, "employee_id", "使えない文字が含まれています。"),
        ({"employee_id": "admin"}, "employee_id", "この社員IDはほかの社員が使っています。"),
        ({"last_name": " "}, "last_name", "姓を入力してください。"),
        ({"last_name": "あ\tい"}, "last_name", "使えない文字"),
        ({"last_name": "あ" * 256}, "last_name", "255文字以内"),
        ({"email": "nonsense"}, "email", "メールアドレスの形式が正しくありません。"),
        ({"role": "approver"}, "role", "メールアドレスがないため、承認者・管理者にできません。"),
        ({"role": "king"}, "role", "権限を選んでください。"),
        ({"group": "0"}, "group", "選んだグループが見つかりません。"),
        ({"group": "x"}, "group", "選んだグループが見つかりません。"),
        ({"new_password": "short"}, "new_password", "パスワードが短すぎます。"),
    ],
)
def test_C3_C5_O3_what_is_wrong_is_said_at_the_field_and_above(
    client: Client, company: Company, changes: dict[str, str], field: str, text: str
) -> None:
    response = client.post("/employees/add/", new_values(company, **changes))

    page = response.content.decode()
    assert response.status_code == 422
    assert page.count(text) >= 2
    assert f'id="id_{field}_error"' in page
    assert "<title>エラー：" in page
    assert not Employee.objects.for_company(company).filter(last_name="髙﨑").exists()


def test_O3_group_of_another_company_is_refused(client: Client, company: Company) -> None:
    response = client.post("/employees/add/", new_values(company, group=GroupFactory().pk))

    assert response.status_code == 422


def test_O3_a_handmade_person_is_changed_field_by_field(client: Client, company: Company) -> None:
    person = EmployeeFactory(company=company, employee_id="a001")
    group = GroupFactory(company=company)

    response = save(
        client,
        person,
        employee_id="a002",
        last_name="新",
        email="a@example.com",
        group=group.pk,
        role="approver",
    )

    person.refresh_from_db()
    assert response.status_code == 302
    assert (person.employee_id, person.last_name, person.group_id) == ("a002", "新", group.pk)
    [entry] = AuditEntry.objects.for_company(company).filter(object_id=person.pk)
    assert entry.actor_label == "姓" + entry.actor_label[1:]
    assert entry.changes["employee_id"] == ["a001", "a002"]


def test_E9_the_identity_of_a_linked_person_is_text_and_stays(
    client: Client, company: Company
) -> None:
    IntegrationFactory(company=company, subdomain="acme", department_slot=1)
    person = LinkedEmployeeFactory(company=company, employee_id="00027", last_name="佐藤")
    group = LinkedGroupFactory(company=company, name="営業部")

    page = client.get(f"/employees/{person.pk}/").content.decode()
    saved = save(client, person, group=group.pk, new_password=PASSWORD)

    assert 'name="employee_id"' not in page
    assert 'name="last_name"' not in page
    assert "ここでは変更できません。SmartHRで変更してください。" in page
    assert f"https://acme.smarthr.jp/crews/{person.smarthr_id}" in page
    assert "部署1を適用しているため、次の同期でSmartHRの部署に戻ります。" in page
    assert "営業部（SmartHR）</option>" in page
    person.refresh_from_db()
    assert (saved.status_code, person.group_id) == (302, group.pk)
    assert (person.employee_id, person.last_name) == ("00027", "佐藤")


@pytest.mark.parametrize("field", ["employee_id", "last_name", "first_name", "email"])
def test_E9_a_locked_field_that_is_sent_is_refused(
    client: Client, company: Company, field: str
) -> None:
    person = LinkedEmployeeFactory(company=company)
    before = Employee.objects.for_company(company).values().get(pk=person.pk)
    group = GroupFactory(company=company)

    response = save(client, person, group=group.pk, **{field: "changed"})

    assert response.status_code == 422
    assert "SmartHRと連携しているため、" in response.content.decode()
    assert Employee.objects.for_company(company).values().get(pk=person.pk) == before


def test_X5_raising_somebody_with_the_initial_password_shows_a_one_time_password(
    client: Client, company: Company
) -> None:
    person = EmployeeFactory(company=company, email="a@example.com", is_initial_password=True)

    response = save(client, person, role="approver")

    [(_, password)] = response.context["rows"]
    person.refresh_from_db()
    assert person.check_password(password)
    assert (person.role, person.is_initial_password) == ("approver", False)


def test_C6_the_last_administrator_stays_one(client: Client, administrator: Employee) -> None:
    response = save(client, administrator, role="applicant")

    administrator.refresh_from_db()
    assert response.status_code == 422
    assert "ログインできる最後の管理者のため、権限を変更できません。" in response.content.decode()
    assert administrator.role == "administrator"


def test_C3_demoting_oneself_ends_the_session(client: Client, administrator: Employee) -> None:
    AdministratorFactory(company=administrator.company)

    response = save(client, administrator, role="applicant")

    assert response["Location"] == "/login/"
    assert client.get("/employees/")["Location"].startswith("/login/")


def test_O3_a_form_of_before_somebody_elses_change_overwrites_nothing(
    client: Client, company: Company
) -> None:
    person = EmployeeFactory(company=company, last_name="佐藤", first_name="花子")
    opened = form_of(person, first_name="はなこ")
    other = Client()
    other.force_login(AdministratorFactory(company=company, last_name="別の"))
    save(other, person, last_name="鈴木")

    response = client.post(f"/employees/{person.pk}/", opened)

    person.refresh_from_db()
    page = response.content.decode()
    assert (response.status_code, person.full_name) == (422, "鈴木 花子")
    assert "姓：今の値は「鈴木」、入力した値は「佐藤」です。" in page
    assert "別の" in page
    # Once seen, a second press is meant.
    assert f'value="{version_of(person)}"' in page
    assert save(client, person, **opened | {"version": version_of(person)}).status_code == 302
    person.refresh_from_db()
    assert person.full_name == "佐藤 はなこ"


def test_E7_the_form_says_nothing_about_the_present_password(
    client: Client, company: Company
) -> None:
    """An 管理者 who tries birth dates would otherwise be told which one is right."""
    person = EmployeeFactory(company=company, is_initial_password=True)
    person.set_password(f"{company.code}-1990-04-01")
    person.save()

    assert save(client, person, new_password="xx 1990-04-01 xx").status_code == 302


def test_O3_a_page_asks_as_often_for_many_groups(client: Client, company: Company) -> None:
    person = LinkedEmployeeFactory(company=company)
    IntegrationFactory(company=company)

    with CaptureQueriesContext(connection) as at_one:
        client.get(f"/employees/{person.pk}/")
    GroupFactory.create_batch(29, company=company)
    with CaptureQueriesContext(connection) as at_thirty:
        page = client.get(f"/employees/{person.pk}/").content.decode()

    assert page.count("<option") >= 30
    assert len(at_thirty) == len(at_one)


@pytest.mark.parametrize("password", ["", "a password of its own kind"])
def test_O3_whoever_was_overtaken_is_told_to_type_the_password_again(
    client: Client, password: str
) -> None:
    administrator = AdministratorFactory()
    client.force_login(administrator)
    person = EmployeeFactory(company=administrator.company)

    page = save(client, person, version="older", last_name="別", new_password=password)

    words = "パスワードと画像は、もう一度入力してください。"
    assert (words in page.content.decode()) == bool(password)
