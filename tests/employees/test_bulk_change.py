"""Group or role of many people at once (O3, C6, X5)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from companies.audit import command
from companies.models import AuditEntry, Company
from employees import bulk_choice
from employees.choices import Role
from employees.models import Employee
from employees.services.records import RefusedRows, change_employees
from employees.views import bulk as bulk_view
from employees.wanted import Wanted
from groups.models import Group
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    EmployeeFactory,
    GroupFactory,
    IntegrationFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Employee:
    person = AdministratorFactory(last_name="阿部")
    client.force_login(person)
    return person


@pytest.fixture
def company(administrator: Employee) -> Company:
    return administrator.company


@pytest.fixture
def group(company: Company) -> Group:
    return GroupFactory(company=company, name="営業部")


def ask(client: Client, act: str, people: list[Employee] | None = None, **values: Any) -> Any:
    chosen = {"people": [person.pk for person in people]} if people else {}
    return client.post("/employees/bulk/", {"act": act, **chosen, **values})


def press(client: Client, page: Any, **changes: Any) -> Any:
    """Sends the form of a page with its hidden fields."""
    text = page.content.decode().partition('<form class="mk-panel')[2]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
    return client.post("/employees/bulk/", {**dict(hidden), **changes})


def groups_of(company: Company) -> dict[str, str]:
    rows = Employee.objects.for_company(company).values_list("employee_id", "group__name")
    return dict(rows)


def test_O3_nothing_changes_before_the_last_press(
    client: Client, company: Company, group: Group
) -> None:
    people = EmployeeFactory.create_batch(3, company=company)
    untouched = EmployeeFactory(company=company)

    asked = ask(client, "group", people)
    confirmed = press(client, asked, target=group.pk)
    assert "営業部" not in groups_of(company).values()
    done = press(client, confirmed)

    assert "選んだ社員3名のグループを変更します。" in asked.content.decode()
    assert "3名のグループを「営業部」に変更しますか？" in confirmed.content.decode()
    assert done["Location"] == "/employees/"
    found = groups_of(company)
    assert [found[person.employee_id] for person in people] == ["営業部"] * 3
    assert found[untouched.employee_id] == "グループ1"
    assert AuditEntry.objects.for_company(company).filter(action="updated").count() == 3


def test_O3_all_whom_the_filter_finds_are_found_anew(
    client: Client, company: Company, group: Group
) -> None:
    EmployeeFactory.create_batch(60, company=company, last_name="佐藤", password="!")
    EmployeeFactory(company=company, last_name="鈴木")

    asked = ask(client, "group", everything="1", query="q=佐藤&sort=-id")
    confirmed = press(client, asked, target=group.pk)
    EmployeeFactory(company=company, last_name="佐藤")
    again = press(client, confirmed)

    assert "選んだ社員60名" in asked.content.decode()
    assert again.status_code == 422
    assert "確認の間に、対象の社員が変わりました。" in again.content.decode()
    assert "営業部" not in groups_of(company).values()
    press(client, again)
    assert list(groups_of(company).values()).count("営業部") == 61


def test_D4_linked_people_go_back_at_the_next_sync_and_the_page_says_so(
    client: Client, company: Company, group: Group
) -> None:
    IntegrationFactory(company=company, department_slot=2)
    people = [LinkedEmployeeFactory(company=company), EmployeeFactory(company=company)]

    text = press(client, ask(client, "group", people), target=group.pk).content.decode()

    assert (
        "部署2を適用しているため、連携された社員1名は、次の同期でSmartHRの部署に戻ります。" in text
    )


def test_C3_O3_whoever_cannot_be_changed_is_named_and_the_rest_is_offered(
    client: Client, company: Company
) -> None:
    able = EmployeeFactory.create_batch(2, company=company, email="a@example.com")
    unable = EmployeeFactory(company=company, last_name="無い", employee_id="no-mail")

    page = press(client, ask(client, "role", [*able, unable]), target="approver")
    done = press(client, page)

    text = page.content.decode()
    assert "無い 名（no-mail）：メールアドレスがないため、承認者・管理者にできません。" in text
    assert "残りの人だけ変更" in text
    assert done.status_code == 302
    roles = dict(Employee.objects.for_company(company).values_list("pk", "role"))
    assert [roles[person.pk] for person in (*able, unable)] == ["approver", "approver", "applicant"]


def test_O3_one_refusal_at_the_last_press_changes_nobody(client: Client, company: Company) -> None:
    people = EmployeeFactory.create_batch(2, company=company, email="a@example.com")
    page = press(client, ask(client, "role", people), target="approver")
    Employee.objects.for_company(company).filter(pk=people[0].pk).update(email="")

    refused = press(client, page)

    assert refused.status_code == 422
    assert "まだ誰も変更していません。" in refused.content.decode()
    assert escape(people[0].label) in refused.content.decode()
    assert not Employee.objects.for_company(company).filter(role="approver").exists()


def test_C6_all_administrators_cannot_be_demoted_and_they_are_the_ones_named(
    client: Client, administrator: Employee
) -> None:
    company = administrator.company
    second = AdministratorFactory(company=company, last_name="別の")
    first = ApproverFactory(company=company, last_name="承認")

    page = press(client, ask(client, "role", [first, administrator, second]), target="applicant")
    refused = press(client, page)
    done = press(client, refused)

    text = refused.content.decode().partition('<form class="mk-panel')[0]
    assert text.count("ログインできる最後の管理者のため、権限を変更できません。") == 2
    assert "阿部" in text
    assert "別の" in text
    assert "承認 名" not in text
    assert done.status_code == 302
    first.refresh_from_db()
    administrator.refresh_from_db()
    assert (first.role, administrator.role) == ("applicant", "administrator")


def test_C6_only_former_administrators_are_named_by_the_service(company: Company) -> None:
    admins = list(Employee.objects.for_company(company))
    approver = ApproverFactory(company=company)
    wanted = {p.pk: Wanted(role=Role.APPLICANT) for p in (approver, *admins)}

    with pytest.raises(RefusedRows) as refusal:
        change_employees(company=company, wanted=wanted, actor=command("test"))

    assert set(refusal.value.rows) == {admins[0].pk}


def test_X5_passwords_of_the_raised_are_shown_once(client: Client, company: Company) -> None:
    initial = EmployeeFactory(company=company, email="a@example.com", is_initial_password=True)
    own = EmployeeFactory(company=company, email="b@example.com")

    page = press(client, ask(client, "role", [initial, own]), target="approver")
    shown = press(client, page)
    again = press(client, page)

    assert "初期パスワードのままの1名には、一時パスワードを発行します。" in page.content.decode()
    [(person, password)] = shown.context["rows"]
    initial.refresh_from_db()
    assert (person, initial.check_password(password)) == (initial, True)
    assert "no-store" in shown["Cache-Control"]
    assert password not in again.content.decode()


def test_C1_people_and_groups_of_another_company_are_not_reached(
    client: Client, company: Company
) -> None:
    stranger, theirs = EmployeeFactory(), GroupFactory()
    own = EmployeeFactory(company=company)

    nobody = ask(client, "group", [stranger])
    no_group = press(client, ask(client, "group", [own]), target=theirs.pk)
    direct = ask(
        client,
        "group",
        chosen=f"{own.pk},{stranger.pk}",
        target=GroupFactory(company=company).pk,
        confirmed="1",
        count="1",
    )

    assert nobody["Location"] == "/employees/"
    assert no_group.status_code == 422
    assert direct.status_code == 302
    stranger.refresh_from_db()
    assert stranger.group.is_default


def test_O3_the_question_asks_the_database_as_often_for_many(
    client: Client, company: Company, group: Group
) -> None:
    people = LinkedEmployeeFactory.create_batch(30, company=company, password="!")
    one, thirty = ask(client, "group", people[:1]), ask(client, "group", people)

    with CaptureQueriesContext(connection) as at_one:
        press(client, one, target=group.pk)
    with CaptureQueriesContext(connection) as at_thirty:
        press(client, thirty, target=group.pk)

    assert len(at_thirty) == len(at_one)


@pytest.mark.parametrize("values", [{}, {"act": "delete"}, {"act": ""}])
def test_O3_an_unknown_act_does_not_exist(
    client: Client, company: Company, values: dict[str, str]
) -> None:
    assert client.post("/employees/bulk/", values).status_code == 404


@pytest.mark.parametrize("target", ["", "x", "0", "9" * 40, "king"])
@pytest.mark.parametrize("act", ["group", "role"])
def test_O3_a_target_that_is_none_is_asked_for_again(
    client: Client, company: Company, act: str, target: str
) -> None:
    asked = ask(client, act, [EmployeeFactory(company=company)])

    assert press(client, asked, target=target).status_code == 422


def test_O3_more_than_one_act_can_take_are_refused(
    client: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_view, "MOST", 2)
    EmployeeFactory.create_batch(2, company=company)

    response = client.post("/employees/bulk/", {"act": "role", "everything": "1"}, follow=True)

    assert f"一度に変更できるのは{bulk_choice.MOST:,}名までです。" in response.content.decode()


def test_O3_nobody_chosen_is_said(client: Client, company: Company) -> None:
    response = client.post("/employees/bulk/", {"act": "role"}, follow=True)

    assert "社員が選択されていません。" in response.content.decode()
