"""What the tests of people's pages do again and again."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from employees.models import Employee
from employees.services.editing import version_of


def form_of(person: Employee, **changes: Any) -> dict[str, Any]:
    """What a browser sends of the page of `person`."""
    person = Employee.objects.for_company(person.company_id).get(pk=person.pk)
    values: dict[str, Any] = {
        "group": person.group_id,
        "role": person.role,
        "new_password": "",
        "version": version_of(person),
    }
    if not person.is_linked:
        values |= {
            "employee_id": person.employee_id,
            "last_name": person.last_name,
            "first_name": person.first_name,
            "email": person.email,
        }
    return values | changes


def save(client: Client, person: Employee, **changes: Any) -> Any:
    return client.post(f"/employees/{person.pk}/", form_of(person, **changes))


def picture(
    size: tuple[int, int] = (40, 30), *, kind: str = "PNG", mode: str = "RGB", **options: Any
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, options.pop("colour", None) or 0).save(out, kind, **options)
    return out.getvalue()


def upload(content: bytes, name: str = "face.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")
