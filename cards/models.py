"""名刺 and the archive that a deletion leaves behind."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from companies.models import Company, TenantOwned, TenantQuerySet
from employees.models import Employee

PRINTED_FIELDS = (
    "company_name",
    "department_name",
    "title",
    "last_name",
    "first_name",
    "name_romaji",
    "postal_code",
    "address",
    "phone",
    "mobile",
    "email",
    "url",
)


class BusinessCard(TenantOwned):
    """A card belongs to the employee record and goes with it (O5)."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="cards")
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="cards")
    company_name = models.CharField("会社名", max_length=255, blank=True)
    department_name = models.CharField("部署名", max_length=255, blank=True)
    title = models.CharField("肩書き", max_length=255, blank=True)
    last_name = models.CharField("姓", max_length=255, blank=True)
    first_name = models.CharField("名", max_length=255, blank=True)
    name_romaji = models.CharField("ローマ字", max_length=255, blank=True)
    postal_code = models.CharField("郵便番号", max_length=16, blank=True)
    address = models.CharField("住所", max_length=500, blank=True)
    phone = models.CharField("電話番号", max_length=32, blank=True)
    mobile = models.CharField("携帯電話番号", max_length=32, blank=True)
    email = models.CharField("メールアドレス", max_length=254, blank=True)
    url = models.CharField("URL", max_length=500, blank=True)
    # What the person's record said when the card took it over (cards.person); null: nothing.
    taken_over = models.JSONField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["company", "updated_at", "id"], name="card_by_update"),
            models.Index(fields=["company", "title", "id"], name="card_by_title"),
            models.Index(fields=["company", "department_name", "id"], name="card_by_department"),
        ]

    def __str__(self) -> str:
        return f"{self.last_name} {self.first_name} {self.title}".strip()

    @property
    def printed(self) -> dict[str, str]:
        return {field: getattr(self, field) for field in PRINTED_FIELDS}

    @property
    def version(self) -> str:
        """Another one after each save of what is printed."""
        return self.updated_at.isoformat()

    def save(self, *args: object, **kwargs: object) -> None:
        company_id: int | None = self.company_id
        if company_id is None:  # a card is its employee's company's
            self.company_id = self.employee.company_id
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class CardArchiveQuerySet(TenantQuerySet["CardArchive"]):
    def kept(self) -> CardArchiveQuerySet:
        """Those whose time is not over; the others wait to be purged, and nobody sees them."""
        return self.filter(expires_at__gt=timezone.now())


class CardArchive(TenantOwned):
    """Cards and image of a deleted person, kept 30 days for download and restore (X4)."""

    employee_pk = models.BigIntegerField()
    employee_id = models.CharField(max_length=24)
    last_name = models.CharField(max_length=255)
    first_name = models.CharField(max_length=255, blank=True)
    smarthr_id = models.UUIDField(null=True)
    image = models.CharField(max_length=200, blank=True)
    # The printed fields of each card, in the order in which the cards were made.
    cards = models.JSONField(default=list)
    deleted_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects: ClassVar[Any] = CardArchiveQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["company", "-deleted_at"], name="archive_by_time")]

    def __str__(self) -> str:
        return f"{self.last_name} {self.first_name}（{self.employee_id}）"
