"""グループ: a tree per company; linked ones mirror SmartHR's departments."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from companies.models import Company, TenantOwned, TenantQuerySet

DEFAULT_GROUP_NAME = "グループ1"
NAME_LENGTH = 255


class GroupQuerySet(TenantQuerySet["Group"]):
    def linked(self) -> GroupQuerySet:
        return self.filter(smarthr_id__isnull=False)


class Group(TenantOwned):
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField("グループ名", max_length=NAME_LENGTH)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    # SmartHR's display order; null comes last (G7).
    position = models.IntegerField(null=True, blank=True)
    smarthr_id = models.UUIDField(null=True, blank=True, editable=False)
    is_default = models.BooleanField(default=False, editable=False)  # C4
    # E12a: the version of the department that this row shows.
    source_updated_at = models.DateTimeField(null=True, blank=True, editable=False)
    source_read_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "smarthr_id"], name="group_smarthr_id_once"),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_default=True), name="one_default_group"
            ),
            # C4, G7: グループ1 is neither linked nor anybody's child.
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(parent=None, smarthr_id=None),
                name="default_group_stands_alone",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="group_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_linked(self) -> bool:
        return self.smarthr_id is not None
