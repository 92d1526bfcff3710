"""Stopping a login (O3a) and deleting by hand (O3, E10), both within C6."""

from __future__ import annotations

import pytest
from django.test import Client

from cards.models import BusinessCard, CardArchive
from companies.audit import command
from companies.models import AuditEntry, Company
from companies.refusals import Refused
from employees.models import Employee
from employees.services.departures import delete_by_hand
from tests.factories import (
    AdministratorFactory,
    BusinessCardFactory,
    EmployeeFactory,
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


def exists(person: Employee) -> bool:
    return bool(Employee.objects.for_company(person.company_id).filter(pk=person.pk).exists())


@pytest.mark.parametrize("factory", [EmployeeFactory, LinkedEmployeeFactory])
def test_O3a_stopping_ends_sessions_and_resuming_lets_in_again(
    client: Client, company: Company, factory: type[EmployeeFactory]
) -> None:
    person = factory(company=company, last_name="佐藤", first_name="花子", employee_id="00027")
    theirs = Client()
    theirs.force_login(person)

    question = client.get(f"/employees/{person.pk}/stop/").content.decode()
    untouched = Employee.objects.for_company(company).get(pk=person.pk).is_active
    client.post(f"/employees/{person.pk}/stop/")

    assert "佐藤 花子さん（00027）のログインを停止しますか？" in question
    assert untouched
    assert theirs.get("/")["Location"].startswith("/login/")
    person.refresh_from_db()
    assert (person.is_active, person.suspended_by_sync) == (False, False)
    client.post(f"/employees/{person.pk}/resume/")
    person.refresh_from_db()
    assert person.is_active
    told = AuditEntry.objects.for_company(company).filter(object_id=person.pk).order_by("pk")
    assert list(told.values_list("action", flat=True)) == ["suspended", "resumed"]


def test_O3a_nothing_is_resumed_by_opening_an_address(client: Client, company: Company) -> None:
    person = EmployeeFactory(company=company, is_active=False)

    assert client.get(f"/employees/{person.pk}/resume/").status_code == 405


def test_C6_the_last_administrator_is_not_stopped(client: Client, administrator: Employee) -> None:
    AdministratorFactory(company=administrator.company, is_active=False)

    response = client.post(f"/employees/{administrator.pk}/stop/")

    administrator.refresh_from_db()
    assert response.status_code == 422
    assert (
        "ログインできる最後の管理者のため、ログインを停止できません。" in response.content.decode()
    )
    assert administrator.is_active


def test_O3_deleting_says_what_goes_and_asks_for_the_tick(client: Client, company: Company) -> None:
    person = EmployeeFactory(
        company=company, last_name="佐藤", first_name="花子", employee_id="00027"
    )
    BusinessCardFactory.create_batch(5, employee=person)
    address = f"/employees/{person.pk}/delete/"

    question = client.get(address).content.decode()
    unticked = client.post(address, {"cards": "5"})

    assert (
        "佐藤 花子さん（00027）を削除しますか？　名刺5件も削除されます。元に戻せません。"
        in question
    )
    assert "名刺の控えは、管理者が30日間ダウンロードできます。" in question
    assert 'href="/bulk/export/cards/"' in question
    assert unticked.status_code == 422
    assert "名刺が削除されることを確認し、チェックを入れてください。" in unticked.content.decode()
    assert exists(person)

    done = client.post(address, {"cards": "5", "confirmed": "1"})

    assert (done["Location"], exists(person)) == ("/employees/", False)
    assert not BusinessCard.objects.for_company(company).exists()
    assert len(CardArchive.objects.for_company(company).get().cards) == 5


def test_O3_cards_that_came_meanwhile_are_asked_about(client: Client, company: Company) -> None:
    person = EmployeeFactory(company=company)
    BusinessCardFactory(employee=person)

    response = client.post(f"/employees/{person.pk}/delete/", {"cards": "0"})

    assert (response.status_code, exists(person)) == (422, True)
    assert "名刺1件も削除されることを確認しました" in response.content.decode()


def test_E10_a_linked_person_is_not_deleted_here(client: Client, company: Company) -> None:
    person = LinkedEmployeeFactory(company=company)
    address = f"/employees/{person.pk}/delete/"

    for response in (client.get(address), client.post(address, {"confirmed": "1"})):
        assert response["Location"] == f"/employees/{person.pk}/"
    with pytest.raises(Refused, match="連携された社員は、この画面では削除できません。"):
        delete_by_hand(employee=person, confirmed_cards=0, actor=command("test"))

    assert exists(person)
    assert "employee-delete" not in (
        page := client.get(f"/employees/{person.pk}/").content.decode()
    )
    assert address not in page


def test_E10_a_person_linked_meanwhile_is_not_deleted(company: Company) -> None:
    person = EmployeeFactory(company=company)
    linked = LinkedEmployeeFactory.build(company=company).smarthr_id
    Employee.objects.for_company(company).filter(pk=person.pk).update(smarthr_id=linked)

    with pytest.raises(Refused):
        delete_by_hand(employee=person, confirmed_cards=0, actor=command("test"))

    assert exists(person)


def test_C6_the_last_administrator_is_not_deleted(client: Client, administrator: Employee) -> None:
    page = client.get(f"/employees/{administrator.pk}/delete/").content.decode()
    response = client.post(f"/employees/{administrator.pk}/delete/")

    assert "ご自身を削除しようとしています。" in page
    assert response.status_code == 422
    assert "ログインできる最後の管理者のため、削除できません。" in response.content.decode()
    assert exists(administrator)


def test_O3_deleting_oneself_leads_to_the_login(client: Client, administrator: Employee) -> None:
    AdministratorFactory(company=administrator.company)

    response = client.post(f"/employees/{administrator.pk}/delete/")

    assert (response["Location"], exists(administrator)) == ("/login/", False)
    assert client.get("/login/").status_code == 200
