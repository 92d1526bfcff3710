"""Linked records are written by the sync alone: no address takes a change of them."""

import re

import pytest
from django.test import Client

from cards.models import BusinessCard
from employees.models import Employee
from employees.services.editing import version_of
from groups.models import Group
from tests.factories import EmployeeFactory, LinkedEmployeeFactory, LinkedGroupFactory
from tests.project_tree import all_views

CHANGE = {"employee_id": "changed", "last_name": "変更", "email": "", "name": "変更"}
# What may be changed of a linked person, so that only the locked fields stand in the way.
ALLOWED = {"role": "applicant", "new_password": "", "confirmed": "1", "cards": "0"}

# O3a, X5: login and password of a linked person are open; what is added is somebody else.
OPEN = {"stop", "password", "initial-passwords", "add"}


@pytest.mark.django_db
@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_E9_E10_G5_no_address_changes_or_deletes_a_linked_record(
    client: Client, method: str, as_json: bool
) -> None:
    administrator = EmployeeFactory(role="administrator", email="admin@example.com")
    company = administrator.company
    group = LinkedGroupFactory(company=company, name="営業部")
    person = LinkedEmployeeFactory(company=company, group=group)
    values = CHANGE | ALLOWED | {"group": group.pk, "version": version_of(person)}
    before = _rows(company.pk)
    client.force_login(administrator)

    for address in _addresses(person, group):
        if as_json or method != "post":
            answer = getattr(client, method)(address, values, content_type="application/json")
        else:
            answer = client.post(address, values)
        # No success; the page of a person answers what is wrong, deleting leads back to it.
        assert answer.status_code in {302, 404, 405, 422}, address
        assert _rows(company.pk) == before, address

    assert client.get("/employees/").status_code == client.get("/groups/").status_code == 200


def _addresses(person: Employee, group: Group) -> list[str]:
    """Every address that is about one person or one group, or about all of them."""
    keys = {"employees": person.pk, "groups": group.pk}
    found = []
    for view in all_views():
        top = view.route.partition("/")[0]
        if top in keys and not OPEN & set(view.route.split("/")):
            found.append("/" + re.sub(r"<int:\w+>", str(keys[top]), view.route))
    assert f"/employees/{person.pk}/delete/" in found
    return found


@pytest.mark.django_db
def test_E9_a_form_with_one_locked_field_changes_nothing_else(client: Client) -> None:
    administrator = EmployeeFactory(role="administrator", email="admin@example.com")
    person = LinkedEmployeeFactory(company=administrator.company)
    group = LinkedGroupFactory(company=administrator.company)
    values = ALLOWED | {"group": group.pk, "version": version_of(person)}
    before = _rows(person.company_id)
    client.force_login(administrator)

    refused = client.post(f"/employees/{person.pk}/", values | {"last_name": "変更"})

    assert (refused.status_code, _rows(person.company_id)) == (422, before)
    assert client.post(f"/employees/{person.pk}/", values).status_code == 302
    person.refresh_from_db()
    assert person.group_id == group.pk


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
