"""Archives as a deletion leaves them."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from cards.models import CardArchive
from companies.audit import Actor, command
from employees.models import Employee
from employees.services.removal import remove_employee
from tests.factories import BusinessCardFactory

ACTOR = command("test")
# One pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8ff"
    "ff3f0005fe02fea7356f8f0000000049454e44ae426082"
)


def stored_image(name: str = "images/hanako.png") -> str:
    return str(default_storage.save(name, ContentFile(PNG)))


def archive_of(
    person: Employee, *titles: str, actor: Actor = ACTOR, reason: str = "", **card: Any
) -> CardArchive:
    """Deletes the person, who has a card of each title."""
    key, company_id = person.pk, person.company_id
    for title in titles:
        BusinessCardFactory(employee=person, title=title, **card)
    with transaction.atomic():
        remove_employee(employee=person, actor=actor, reason=reason)
    archive: CardArchive = CardArchive.objects.for_company(company_id).get(employee_pk=key)
    return archive
