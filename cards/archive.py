"""The archive that keeps a deleted person's cards and image for 30 days (X4)."""

from datetime import timedelta
from typing import Any

from django.dispatch import receiver
from django.forms.models import model_to_dict
from django.utils import timezone

from cards.models import PRINTED_FIELDS, BusinessCard, CardArchive
from employees.models import Employee
from employees.signals import employee_deleting

KEPT_FOR = timedelta(days=30)


@receiver(employee_deleting, sender=Employee, dispatch_uid="archive_cards")
def archive_cards(*, employee: Employee, **_: Any) -> None:
    """Runs in the transaction of the deletion; the image's file stays where it is."""
    cards = BusinessCard.objects.for_company(employee.company_id).filter(employee=employee)
    CardArchive.objects.create(
        company_id=employee.company_id,
        employee_pk=employee.pk,
        employee_id=employee.employee_id,
        last_name=employee.last_name,
        first_name=employee.first_name,
        smarthr_id=employee.smarthr_id,
        image=employee.image.name or "",
        cards=[model_to_dict(card, fields=PRINTED_FIELDS) for card in cards.order_by("pk")],
        expires_at=timezone.now() + KEPT_FOR,
    )
