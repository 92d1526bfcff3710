"""O4: the image of a person: saved, shown, replaced, removed."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from cards.models import CardArchive
from companies.audit import command
from companies.models import Company
from companies.refusals import Refused
from employees.images import SIDE, UNREADABLE, square_image
from employees.models import Employee
from employees.services.editing import WantedImage, edit_employee, version_of
from employees.services.removal import remove_employee
from employees.wanted import Wanted
from tests.employees.people import picture, save, upload
from tests.factories import AdministratorFactory, ApproverFactory, EmployeeFactory


@pytest.fixture
def administrator(client: Client) -> Employee:
    person = AdministratorFactory()
    client.force_login(person)
    return person


@pytest.fixture
def company(administrator: Employee) -> Company:
    return administrator.company


Commit = Callable[..., Any]


@pytest.mark.django_db
def test_O4_a_saved_image_is_shown_and_replaced_and_removed(
    client: Client, company: Company, django_capture_on_commit_callbacks: Commit
) -> None:
    person = EmployeeFactory(company=company)

    assert save(client, person, image=upload(picture())).status_code == 302
    person.refresh_from_db()
    first = str(person.image.name)
    shown: Any = client.get(f"/employees/{person.pk}/image/")
    with django_capture_on_commit_callbacks(execute=True):
        save(client, person, image=upload(picture(), "other.png"))
    person.refresh_from_db()
    second = str(person.image.name)

    assert "face" not in first
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "private" in shown["Cache-Control"]
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).size == (SIDE, SIDE)
    assert (default_storage.exists(first), default_storage.exists(second)) == (False, True)

    with django_capture_on_commit_callbacks(execute=True):
        save(client, person, remove_image="on")
    person.refresh_from_db()

    assert (person.image.name, default_storage.exists(second)) == ("", False)
    assert client.get(f"/employees/{person.pk}/image/").status_code == 404


@pytest.mark.django_db
def test_O4_a_new_person_may_come_with_an_image(client: Client, company: Company) -> None:
    values = {"employee_id": "new-01", "last_name": "新", "role": "applicant"}
    values["group"] = str(company.groups.get().pk)

    client.post("/employees/add/", values | {"image": upload(picture())})

    assert Employee.objects.for_company(company).get(employee_id="new-01").image


@pytest.mark.django_db
def test_O4_a_bad_image_is_said_at_the_field_and_changes_nothing(
    client: Client, company: Company
) -> None:
    person = EmployeeFactory(company=company, last_name="佐藤")

    response = save(client, person, last_name="鈴木", image=upload(b"<html>"))

    person.refresh_from_db()
    assert response.status_code == 422
    assert response.content.decode().count(UNREADABLE) == 2
    assert (person.last_name, person.image.name) == ("佐藤", "")


@pytest.mark.django_db
@pytest.mark.parametrize("crop", [{"crop_across": "nan"}, {"crop_across": "9", "crop_side": "x"}])
def test_O4_a_nonsense_crop_is_the_middle(
    client: Client, company: Company, crop: dict[str, str]
) -> None:
    person = EmployeeFactory(company=company)
    values = {"crop_down": "0.5", "crop_side": "1"} | crop

    assert save(client, person, image=upload(picture()), **values).status_code == 302


@pytest.mark.django_db
def test_O4_who_may_see_it(client: Client, company: Company) -> None:
    person = EmployeeFactory(company=company)
    save(client, person, image=upload(picture()))
    viewers = {
        person: 200,
        AdministratorFactory(company=company): 200,
        ApproverFactory(company=company): 404,
        EmployeeFactory(company=company): 404,
        AdministratorFactory(): 404,
    }

    for viewer, status in viewers.items():
        client.force_login(viewer)
        response: Any = client.get(f"/employees/{person.pk}/image/")
        assert response.status_code == status
        if status == 200:
            assert b"".join(response.streaming_content)
    client.logout()
    assert client.get(f"/employees/{person.pk}/image/").status_code == 302
    person.refresh_from_db()
    for path in (f"/{person.image.name}", f"/media/{person.image.name}"):
        assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_O4_X4_the_file_stays_as_long_as_an_archive_needs_it(
    company: Company, django_capture_on_commit_callbacks: Commit
) -> None:
    one, other = EmployeeFactory.create_batch(2, company=company)
    name = default_storage.save("images/shared.jpg", io.BytesIO(b"x"))
    Employee.objects.for_company(company).filter(pk__in=[one.pk, other.pk]).update(image=name)

    def end_image(person: Employee) -> None:
        person.refresh_from_db()
        with django_capture_on_commit_callbacks(execute=True):
            edit_employee(
                employee=person,
                wanted=Wanted(),
                version=version_of(person),
                image=WantedImage(remove=True),
                actor=command("test"),
            )

    end_image(one)
    assert default_storage.exists(name)  # the other employee's
    third = EmployeeFactory(company=company, image=name)
    remove_employee(employee=third, actor=command("test"))
    end_image(other)
    assert default_storage.exists(name)  # the archive's
    CardArchive.objects.for_company(company).delete()
    Employee.objects.for_company(company).filter(pk=one.pk).update(image=name)
    end_image(one)
    assert not default_storage.exists(name)


@pytest.mark.django_db
def test_O4_a_refused_act_leaves_no_file_behind(company: Company) -> None:
    person = AdministratorFactory(company=company, email="a@example.com")
    content = square_image(io.BytesIO(picture()), size=1)

    with pytest.raises(Refused):
        edit_employee(
            employee=person,
            wanted=Wanted(email=""),
            version=version_of(person),
            image=WantedImage(content),
            actor=command("test"),
        )

    assert not default_storage.exists("images") or default_storage.listdir("images")[1] == []
