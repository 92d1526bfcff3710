"""Linked records are written by the sync alone: no address takes a change of them."""

import pytest
from django.test import Client

from cards.models import BusinessCard
from employees.models import Employee
from groups.models import Group
from tests.factories import EmployeeFactory, LinkedEmployeeFactory, LinkedGroupFactory

CHANGE = {"employee_id": "changed", "last_name": "変更", "email": "", "name": "変更"}


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_E9_E10_G5_no_address_changes_or_deletes_a_linked_record(
    client: Client, method: str
) -> None:
    administrator = EmployeeFactory(role="administrator", email="admin@example.com")
    company = administrator.company
    group = LinkedGroupFactory(company=company, name="営業部")
    person = LinkedEmployeeFactory(company=company, group=group)
    before = _rows(company.pk)
    client.force_login(administrator)

    for address in ("/employees/", f"/employees/{person.pk}/", "/groups/", f"/groups/{group.pk}/"):
        answer = getattr(client, method)(address, CHANGE, content_type="application/json")
        assert answer.status_code in {404, 405}

    assert client.get("/employees/").status_code == client.get("/groups/").status_code == 200
    assert _rows(company.pk) == before


def _rows(company: int) -> list[object]:
    people = Employee.objects.for_company(company).exclude(smarthr_id=None)
    groups = Group.objects.for_company(company).order_by("pk")
    return [*people.order_by("pk").values(), *groups.values()]


@pytest.mark.django_db
def test_O5_cards_stay_with_the_record_and_go_with_it() -> None:
    person = LinkedEmployeeFactory()
    card = BusinessCard.objects.create(employee=person, title="課長")

    person.employee_id = "new-id"
    person.save()
    kept = BusinessCard.objects.for_company(person.company).get()
    person.delete()

    assert (kept.pk, kept.company_id) == (card.pk, person.company_id)
    assert kept.employee_id == card.employee_id
    assert not BusinessCard.objects.for_company(card.company_id).exists()
