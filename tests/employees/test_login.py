"""Login and logout (C2, C3)."""

import pytest
from django.test import Client

from companies.models import AuditAction, AuditEntry, Company
from employees.forms import LOGIN_FAILED
from employees.models import Employee
from tests.factories import PASSWORD, CompanyFactory, EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Employee:
    return EmployeeFactory(company=CompanyFactory(code="acme"), employee_id="a001")


def log_in(client: Client, path: str = "/login/", **values: str):  # type: ignore[no-untyped-def]
    form = {"company_code": "acme", "employee_id": "a001", "password": PASSWORD, **values}
    return client.post(path, form)


def actions(company: Company) -> list[str]:
    entries = AuditEntry.objects.for_company(company).order_by("pk")
    return list(entries.values_list("action", flat=True))


def test_login_opens_the_home_page_and_is_audited(client: Client, person: Employee) -> None:
    response = log_in(client)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert actions(person.company) == [AuditAction.SIGNED_IN]


@pytest.mark.parametrize(
    "values",
    [
        {"password": "wrong"},
        {"employee_id": "nobody"},
        {"employee_id": "A001"},
        {"company_code": "other"},
        {"password": PASSWORD + "\0"},
        {"employee_id": "a" * 300},
        {"company_code": "acme\0"},
    ],
)
def test_every_failure_says_the_same(
    client: Client, person: Employee, values: dict[str, str]
) -> None:
    response = log_in(client, **values)

    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [LOGIN_FAILED]
    assert list(response.context["form"].errors) == ["__all__"]
    assert "_auth_user_id" not in client.session


def test_the_text_of_a_failure_says_how_long_to_wait() -> None:
    assert LOGIN_FAILED == (
        "ログインできませんでした。企業ID、社員ID、パスワードを確認してください。"
        "続けて失敗したときは、15分ほど待ってからやり直してください。"
    )


def test_suspended_person_gets_the_same_text(client: Client, person: Employee) -> None:
    Employee.objects.for_company(person.company).update(is_active=False)

    response = log_in(client)

    assert response.context["form"].non_field_errors() == [LOGIN_FAILED]


def test_missing_values_are_named_at_their_fields(client: Client) -> None:
    response = log_in(client, employee_id="", password="")

    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {
        "employee_id": ["社員IDを入力してください。"],
        "password": ["パスワードを入力してください。"],
    }
    assert "<title>エラー：" in response.content.decode()


def test_person_of_another_company_with_the_same_id_stays_out(
    client: Client, person: Employee
) -> None:
    other = EmployeeFactory(company=CompanyFactory(code="other"), employee_id="a001")
    other.set_password("another password here")
    other.save()

    response = log_in(client, password="another password here")

    assert response.context["form"].non_field_errors() == [LOGIN_FAILED]


@pytest.mark.parametrize(
    ("wanted", "address"),
    [
        ("/employees/?page=2", "/employees/?page=2"),
        ("foo", "foo"),  # no name of a view
        ("employee-list", "employee-list"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
        ("", "/"),
    ],
)
def test_login_goes_only_to_pages_of_this_site(
    client: Client, person: Employee, wanted: str, address: str
) -> None:
    response = log_in(client, next=wanted)

    assert response["Location"] == address
    already_in = client.get("/login/", {"next": wanted})
    assert (already_in.status_code, already_in["Location"]) == (302, address)


def test_company_code_is_remembered_on_the_device(client: Client, person: Employee) -> None:
    log_in(client)
    client.post("/logout/")

    page = client.get("/login/")

    assert page.context["form"]["company_code"].value() == "acme"
    assert page.context["session_expired"] is False


def test_odd_cookie_is_not_shown(client: Client) -> None:
    client.cookies["company_code"] = "<script>"

    page = client.get("/login/")

    assert page.context["form"]["company_code"].value() == ""


def test_expired_session_says_so_and_leads_back(client: Client, person: Employee) -> None:
    log_in(client)
    client.session.flush()
    client.cookies.pop("sessionid")

    page = client.get("/", follow=True)

    assert page.redirect_chain == [("/login/?next=/", 302)]
    assert "ログインの有効期限が切れました。" in page.content.decode()


def test_first_visit_is_no_expired_session(client: Client) -> None:
    page = client.get("/", follow=True)

    assert "有効期限" not in page.content.decode()


def test_part_of_a_page_sends_the_whole_page_to_the_login(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/employees/?page=2"}

    response = client.get("/login/?next=/settings/smarthr/runs/1/progress/", headers=headers)

    assert response.status_code == 200
    assert (
        response["HX-Redirect"] == "/login/?next=http%3A%2F%2Ftestserver%2Femployees%2F%3Fpage%3D2"
    )


def test_suspended_person_loses_the_session_on_the_next_request(
    client: Client, person: Employee
) -> None:
    log_in(client)
    Employee.objects.for_company(person.company).update(is_active=False)

    response = client.get("/")

    assert response["Location"] == "/login/?next=/"


def test_logout_ends_the_session_and_is_audited(client: Client, person: Employee) -> None:
    log_in(client)

    response = client.post("/logout/")

    assert response["Location"] == "/login/"
    assert "_auth_user_id" not in client.session
    assert actions(person.company) == [AuditAction.SIGNED_IN, AuditAction.SIGNED_OUT]


def test_logout_by_a_link_is_refused(client: Client, person: Employee) -> None:
    log_in(client)

    assert client.get("/logout/").status_code == 405


def test_logout_without_a_session_leads_to_the_login(client: Client) -> None:
    assert client.post("/logout/")["Location"] == "/login/"


def test_password_is_never_sent_back(client: Client, person: Employee) -> None:
    response = log_in(client, password="not-the-password-xyz")

    assert "not-the-password-xyz" not in response.content.decode()
