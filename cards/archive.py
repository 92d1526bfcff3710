"""The archive that keeps a deleted person's cards and image for 30 days (X4)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from cards.models import BusinessCard, CardArchive
from companies.set_based import batches
from employees.models import Employee
from employees.signals import employee_deleting, image_left

KEPT_FOR = timedelta(days=30)


@receiver(employee_deleting, sender=Employee, dispatch_uid="archive_cards")
def archive_cards(*, company_id: int, employees: Sequence[Employee], **_: Any) -> None:
    """Runs in the transaction of the deletion; the images' files stay where they are."""
    expires_at = timezone.now() + KEPT_FOR
    for batch in batches(employees):
        cards = _cards(company_id, batch)
        CardArchive.objects.bulk_create(
            [_archive(person, cards[person.pk], expires_at) for person in batch]
        )


def _cards(company_id: int, employees: Sequence[Employee]) -> dict[int, list[dict[str, Any]]]:
    """Primary key of the employee -> the printed fields of each card, and what it took over."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    cards = BusinessCard.objects.for_company(company_id).filter(employee__in=employees)
    for card in cards.order_by("pk"):
        found[card.employee_id].append(_kept(card))
    return found


def _kept(card: BusinessCard) -> dict[str, Any]:
    """A restored card is compared with the person as before, if it ever took something over."""
    return (
        card.printed if card.taken_over is None else {**card.printed, "taken_over": card.taken_over}
    )


def _archive(employee: Employee, cards: list[dict[str, Any]], expires_at: datetime) -> CardArchive:
    return CardArchive(
        company_id=employee.company_id,
        employee_pk=employee.pk,
        employee_id=employee.employee_id,
        last_name=employee.last_name,
        first_name=employee.first_name,
        smarthr_id=employee.smarthr_id,
        image=employee.image.name or "",
        cards=cards,
        expires_at=expires_at,
    )


@receiver(image_left, sender=Employee, dispatch_uid="keep_archived_image")
def keeps_image(*, name: str, **_: Any) -> bool:
    """O4, X4: an archive keeps the image as long as itself, whoever left it."""
    archives = CardArchive.objects.across_companies().filter(image=name)
    return bool(archives.exists())
